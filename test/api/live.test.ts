// The live feed over a real socket.
import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'

let deps: MemoryApi
let bench: ApiBench
beforeEach(async () => {
  deps = memoryApi()
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

function fact(flow: string, text: string): LiveMessage {
  return {
    type: 'event',
    flow,
    event: {
      id: text,
      kind: 'response.given',
      stream: 's',
      node: 'm',
      at: '2026-01-01T00:00:00.000Z',
      mediaTimeS: 1,
      text,
      hasFrame: false,
    },
  }
}
function decision(flow: string, tick: number): LiveMessage {
  return {
    type: 'decision',
    flow,
    stream: 's',
    decision: {
      tick,
      at: '2026-01-01T00:00:00.000Z',
      mediaTimeS: tick,
      node: 'm',
      action: 'silence',
      reason: 'model',
      text: 'x'.repeat(20_000),
      latencyMs: 1,
      frameKind: 'P',
      visualTokens: 72,
      fullRateTokens: 302,
    },
  }
}

/** Reads a feed as a browser does: entries by blank lines. */
function readFeed(feed: IncomingMessage) {
  let text = ''
  feed.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const entries = () =>
    text
      .split('\n\n')
      .filter((entry) => entry.includes('data: '))
      .map((entry) => {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(entry)?.[1] ?? ''
        return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) as LiveMessage }
      })
  return {
    entries,
    text: () => text,
    until: (count: number) =>
      vi.waitFor(() => {
        expect(entries().length).toBeGreaterThanOrEqual(count)
      }, 5000),
  }
}

const text = (entries: { data: LiveMessage }[]): string[] =>
  entries.flatMap(({ data }) => (data.type === 'event' ? [data.event.text] : []))

describe('the live feed', () => {
  it('says what happens as it happens, of one flow or all, and nothing that is for workers', async () => {
    const feed = await bench.open('/api/live')
    expect(feed.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    })
    const all = readFeed(feed)
    const one = readFeed(await bench.open('/api/live?flow=f2'))
    deps.bus.publish({ type: 'actions' })
    deps.bus.publish({ type: 'control', stream: 's', run: 1, order: 'stop' })
    deps.bus.publish({ type: 'input', flow: 'f2', stream: 's' })
    deps.bus.publish(fact('f1', 'first'))
    deps.bus.publish(decision('f2', 1))
    deps.bus.publish(fact('f2', 'second\nline'))
    await all.until(3)
    await one.until(2)
    expect(all.entries().map(({ event }) => event)).toEqual(['event', 'decision', 'event'])
    expect(all.entries()[2]?.data).toEqual(fact('f2', 'second\nline'))
    expect(one.entries().map(({ data }) => data.type)).toEqual(['decision', 'event'])
    expect(new Set(all.entries().map(({ id }) => id)).size).toBe(3)
  })

  it('gives a watcher that comes back the facts it has missed', async () => {
    const feed = await bench.open('/api/live')
    const first = readFeed(feed)
    deps.bus.publish(fact('f1', 'seen'))
    await first.until(1)
    feed.destroy()
    await vi.waitFor(() => {
      expect(bench.api.lines.count()).toBe(0)
    })
    deps.bus.publish(fact('f1', 'missed'))
    deps.bus.publish(decision('f1', 2))
    deps.bus.publish(fact('f2', 'other'))
    const again = readFeed(
      await bench.open('/api/live?flow=f1', { headers: { 'last-event-id': first.entries()[0]?.id ?? '' } }),
    )
    await again.until(1)
    deps.bus.publish(fact('f1', 'next'))
    await again.until(2)
    expect(text(again.entries())).toEqual(['missed', 'next'])
    const stranger = readFeed(await bench.open('/api/live', { headers: { 'last-event-id': 'ffffffff-0' } }))
    deps.bus.publish(fact('f1', 'later'))
    await stranger.until(1)
    expect(text(stranger.entries())).toEqual(['later'])
  })

  it('loses nothing for a watcher that reads, when hundreds of streams tick in the same moment', async () => {
    const readers = await Promise.all(Array.from({ length: 3 }, async () => readFeed(await bench.open('/api/live'))))
    const small = decision('f1', 1) as Extract<LiveMessage, { type: 'decision' }>
    for (let n = 0; n < 500; n++) deps.bus.publish({ ...small, decision: { ...small.decision, tick: n, text: '' } })
    for (const reader of readers) await reader.until(500)
  })

  it('drops decisions of a watcher that does not read, keeps its facts, and says what was dropped', async () => {
    const feed = await bench.open('/api/live')
    feed.pause()
    // 40 MB: more than the sockets of both sides take.
    for (let tick = 1; tick <= 2000; tick++) deps.bus.publish(decision('f1', tick))
    deps.bus.publish(fact('f1', 'fallen'))
    // Nothing of it waits in this process beyond what the socket took.
    const reader = readFeed(feed)
    feed.resume()
    await vi.waitFor(() => {
      expect(text(reader.entries())).toEqual(['fallen'])
    }, 5000)
    expect(reader.text()).toMatch(/^: \d+ decisions were dropped/m)
    expect(reader.entries().length).toBeLessThan(1900)
  })

  it('ends when Heed stops', async () => {
    const feed = await bench.open('/api/live')
    const ended = new Promise((resolve) => {
      feed.once('end', () => resolve('ended')).resume()
    })
    await bench.stop()
    expect(await ended).toBe('ended')
  })

  it('answers HEAD and lets go', async () => {
    expect((await bench.call('HEAD', '/api/live')).status).toBe(200)
    expect(bench.api.lines.count()).toBe(0)
  })
})
