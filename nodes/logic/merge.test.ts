import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import merge from './merge.ts'

const texts = (sent: Record<string, unknown>): string[] => (sent.message as { text: string }[]).map(({ text }) => text)
const m = (text: string) => [testMessage(text)]

describe('merge', () => {
  it('brings everything into one, in the order it comes', async () => {
    expect(texts(await testNode(merge).tick({ d: m('4'), b: m('2'), a: m('1') }))).toEqual(['4', '2', '1'])
    expect(texts(await testNode(merge).tick({ a: m('same'), b: m('same') }))).toEqual(['same', 'same'])
  })

  it('says the same thing once within its time, whatever capitals and spaces', async () => {
    const node = testNode(merge, { config: { distinctMs: 3000 } })
    expect(texts(await node.tick({ a: m('A man fell.'), b: m('a  man fell. ') }))).toEqual(['A man fell.'])
    node.restart()
    expect(texts(await node.tick({ c: m('A man fell.') }))).toEqual([])
    await node.tick()
    expect(texts(await node.tick({ a: m('A man fell.') }))).toEqual(['A man fell.'])
    expect(node.status?.data).toEqual({ held: 2 })
  })

  it('takes texts such as __proto__ for texts, and remembers a bounded number', async () => {
    const node = testNode(merge, { config: { distinctMs: 60_000 } })
    expect(texts(await node.tick({ a: [...m('__proto__'), ...m('constructor'), ...m('__proto__')] }))).toEqual([
      '__proto__',
      'constructor',
    ])
    await node.tick({ a: Array.from({ length: 500 }, (_unused, index) => testMessage(`text ${index}`)) })
    expect(Object.keys((node.state as { saidMs: object }).saidMs)).toHaveLength(200)
  })

  it('takes all cameras together when told so', () => {
    expect(merge.runs?.(merge.config.parse({ scope: 'all' }))).toBe('once')
  })
})
