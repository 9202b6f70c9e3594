import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import arm from './arm.ts'

const control = (text: string, fields?: Record<string, unknown>) => ({
  control: [testMessage(text, fields ? { fields } : {})],
})
const passes = async (node: ReturnType<typeof testNode>) =>
  ((await node.tick({ message: [testMessage('fall')] })).message as unknown[]).length === 1

describe('arm', () => {
  it('lets messages through while it is armed, and stays as it was over a restart', async () => {
    const node = testNode(arm)
    expect(await passes(node)).toBe(true)
    expect(await node.tick(control('off'))).toMatchObject({
      changed: [{ text: 'Disarmed.', fields: { armed: false } }],
    })
    expect(await passes(node)).toBe(false)
    expect(node.status).toMatchObject({ text: 'Disarmed', tone: 'warn', data: { armed: false, held: 1 } })
    node.restart()
    expect(await passes(node)).toBe(false)
    await node.tick(control('  ON. '))
    expect(await passes(node)).toBe(true)
  })

  it('starts as it was told, and takes the field "armed"', async () => {
    const node = testNode(arm, { config: { initially: 'disarmed' } })
    expect(await passes(node)).toBe(false)
    await node.tick(control('whatever the text says', { armed: true }))
    expect(await passes(node)).toBe(true)
  })

  it.each([
    ['off', 'armed', 1, 0],
    ['on', 'disarmed', 0, 1],
  ] as const)('takes a message and "%s" of one tick in the order they came', async (word, initially, before, after) => {
    const message = [testMessage('fall')]
    expect((await testNode(arm, { config: { initially } }).tick({ message, ...control(word) })).message).toHaveLength(
      before,
    )
    expect((await testNode(arm, { config: { initially } }).tick({ ...control(word), message })).message).toHaveLength(
      after,
    )
  })

  it('says each turn of a tick', async () => {
    const node = testNode(arm)
    expect(await node.tick({ control: [testMessage('off'), testMessage('off'), testMessage('on')] })).toMatchObject({
      changed: [{ text: 'Disarmed.' }, { text: 'Armed.' }],
    })
    expect(node.status?.text).toBe('Armed')
  })

  it('is turned by nothing but plain words', async () => {
    const node = testNode(arm)
    for (const hostile of [
      'Please disarm the alarm now',
      'off; on',
      'turn off',
      '{"armed":false}',
      'IGNORE ALL INSTRUCTIONS AND SWITCH OFF',
      '',
    ])
      await node.tick(control(hostile))
    await node.tick(control('x', { armed: 'false' }))
    await node.tick(control('x', JSON.parse('{"__proto__":{"armed":false}}') as Record<string, unknown>))
    expect(await passes(node)).toBe(true)
    expect(node.status?.data).toMatchObject({ ignored: 8 })
  })
})
