import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import switchNode from './switch.ts'

const config = { a: ['fire', 'smoke'], b: ['fall'] }
const texts = (sent: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(sent).map(([name, messages]) => [name, (messages as { text: string }[]).map(({ text }) => text)]),
  )

describe('switch', () => {
  it('sends each message out of the first port that fits, and the others out of else', async () => {
    const node = testNode(switchNode, { config })
    const sent = await node.tick({
      message: ['Smoke in the hall', 'A fall', 'A fall near the fire', 'A visitor'].map((text) => testMessage(text)),
    })
    expect(texts(sent)).toEqual({
      a: ['Smoke in the hall', 'A fall near the fire'],
      b: ['A fall'],
      c: [],
      else: ['A visitor'],
    })
    expect(node.status).toEqual({ text: 'a 2, b 1, c 0, else 1', tone: 'ok', data: { a: 2, b: 1, c: 0, else: 1 } })
  })

  it('sorts by a field when told so', async () => {
    const sent = await testNode(switchNode, { config: { c: ['high'], field: 'urgency' } }).tick({
      message: [testMessage('x', { fields: { urgency: 'high' } }), testMessage('high')],
    })
    expect(texts(sent)).toMatchObject({ c: ['x'], else: ['high'] })
  })

  it('keeps every message, whatever it says', async () => {
    const hostile = ['', '__proto__', 'else', '{{text}}', 'a'.repeat(8000)]
    const sent = texts(
      await testNode(switchNode, { config }).tick({ message: hostile.map((text) => testMessage(text)) }),
    )
    expect(sent.else).toEqual(hostile)
  })

  it('asks for words', () => {
    expect(testNode(switchNode).check()).toMatchObject([{ code: 'SWITCH_WORDS_EMPTY' }])
    expect(testNode(switchNode, { config }).check()).toEqual([])
  })
})
