import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import counter from './counter.ts'

const said = (...all: string[]) => ({ message: all.map((text) => testMessage(text)) })

describe('counter', () => {
  it('lets the message through that makes the number full, then counts anew', async () => {
    const node = testNode(counter, { config: { count: 3, windowMs: 10_000 } })
    expect((await node.tick(said('a', 'b'))).message).toEqual([])
    expect(node.status).toEqual({ text: '2 of 3', tone: 'ok', data: { count: 2, of: 3, total: 2 } })
    node.restart()
    expect((await node.tick(said('c', 'd'))).message).toMatchObject([{ text: 'c', fields: { count: 3 } }])
    expect(node.status?.data).toEqual({ count: 1, of: 3, total: 4 })
  })

  it('forgets what is older than its window', async () => {
    const node = testNode(counter, { config: { count: 2, windowMs: 3000 } })
    await node.tick(said('a'))
    for (let second = 0; second < 2; second++) await node.tick()
    expect((await node.tick(said('b'))).message).toEqual([])
    expect((await node.tick(said('c'))).message).toHaveLength(1)
  })

  it('counts on when the wall clock was set back, and stays bounded', async () => {
    const node = testNode(counter, { config: { count: 2, windowMs: 5000 } })
    node.state = { timesMs: [node.clock.nowMs() + 86_400_000], total: 1 }
    for (let second = 0; second < 6; second++) await node.tick()
    expect((await node.tick(said('a'))).message).toEqual([])
    const large = testNode(counter, { config: { count: 1000 } })
    await large.tick(said(...Array.from({ length: 2500 }, (_unused, index) => `${index}`)))
    expect((large.state as { timesMs: number[] }).timesMs).toHaveLength(500)
  })

  it('counts all cameras together when told so', () => {
    expect(counter.runs?.(counter.config.parse({ scope: 'all' }))).toBe('once')
  })
})
