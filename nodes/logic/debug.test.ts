import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import debug from './debug.ts'

describe('debug', () => {
  it('hands everything on and shows the last 20 messages, cut short', async () => {
    const node = testNode(debug)
    expect(await node.tick()).toEqual({ message: [] })
    expect(node.status?.text).toBe('Nothing has passed')
    const messages = Array.from({ length: 30 }, (_unused, index) => testMessage(`${index} ${'x'.repeat(1000)}`))
    expect(await node.tick({ message: messages })).toEqual({ message: messages })
    const { count, last } = node.status?.data as { count: number; last: { text: string; node: string }[] }
    expect(count).toBe(30)
    expect(last).toHaveLength(20)
    expect(last[0]?.text).toMatch(/^10 x+$/)
    expect(last[0]?.text).toHaveLength(200)
    expect(last[0]?.node).toBe('model')
  })

  it('shows fields as text when told so, and leaves hostile text as it is', async () => {
    const node = testNode(debug, { config: { fields: true } })
    const hostile = '<script>alert(1)</script> {{text}}'
    await node.tick({ message: [testMessage(hostile, { fields: { note: '<b>', big: 'y'.repeat(2000) } })] })
    const [shown] = (node.status?.data as { last: { text: string; fields: string }[] }).last
    expect(shown?.text).toBe(hostile)
    expect(shown?.fields).toMatch(/^{"note":"<b>"/)
    expect(shown?.fields).toHaveLength(500)
  })
})
