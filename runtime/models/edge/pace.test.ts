import { describe, expect, it } from 'vitest'
import { createFrameQueue } from './frame-queue.ts'
import { createPace, isLookedAt } from './pace.ts'

const pictureMs = 125

/**
 * Streams that send 8 pictures a second to a model that needs `costMs(second)` for one, played in steps of a millisecond.
 * Returns the share at the end of each second, and what every stream had looked at in all.
 */
function play(
  streams: number,
  seconds: number,
  costMs: (second: number) => number,
): { shares: number[]; seen: number[]; gapsMs: number[] } {
  const pace = createPace()
  const queue = createFrameQueue<{ stream: number; atMs: number }>((item) => item.atMs)
  const seen = new Array<number>(streams).fill(0)
  const lastMs = new Array<number>(streams).fill(0)
  const gapsMs = new Array<number>(streams).fill(0)
  const shares: number[] = []
  let busyMs = 0
  let current: { item: { stream: number; atMs: number }; untilMs: number } | undefined
  for (let ms = 0; ms < seconds * 1000; ms++) {
    for (let stream = 0; stream < streams; stream++) {
      // Cameras do not send at the same moment.
      const sinceMs = ms - Math.floor((stream * pictureMs) / streams)
      if (sinceMs < 0 || sinceMs % pictureMs !== 0) continue
      if (isLookedAt(sinceMs / pictureMs, pace.share()))
        for (let n = queue.push(String(stream), { stream, atMs: ms }, pace.waiting()).length; n > 0; n--) pace.dropped()
      pace.adapt(ms, busyMs)
    }
    if (current && ms >= current.untilMs) {
      const { stream, atMs } = current.item
      pace.looked(ms - atMs)
      seen[stream]!++
      if (ms > seconds * 500) gapsMs[stream] = Math.max(gapsMs[stream]!, atMs - lastMs[stream]!)
      lastMs[stream] = atMs
      current = undefined
    }
    const item = current ? undefined : queue.next()
    if (item) current = { item, untilMs: ms + costMs(Math.floor(ms / 1000)) }
    if (current) busyMs++
    if (ms % 1000 === 999) shares.push(pace.share())
  }
  return { shares, seen, gapsMs }
}

describe('the pace of the built-in model', () => {
  it('is eight of eight as long as the machine keeps up', () => {
    const { shares, seen } = play(5, 20, () => 15)
    expect(new Set(shares)).toEqual(new Set([8]))
    expect(Math.min(...seen)).toBeGreaterThan(155)
  })

  // 8 streams send 64 pictures a second to a model that manages 58.
  it('falls evenly to what the machine can hold, and stays there', () => {
    const { shares, seen, gapsMs } = play(8, 40, () => 17)
    expect(new Set(shares.slice(-20))).toEqual(new Set([6]))
    expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(8)
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(2 * pictureMs)
  })

  it('ends at three of eight, and shares what is left between the streams', () => {
    const { shares, seen } = play(10, 40, () => 50)
    expect(shares.at(-1)).toBe(3)
    expect(Math.min(...seen)).toBeGreaterThan(0.8 * Math.max(...seen))
  })

  it('comes back to eight of eight after a busy time, not at once', () => {
    const { shares } = play(5, 60, (second) => (second >= 10 && second < 20 ? 50 : 10))
    expect(Math.min(...shares)).toBeLessThan(8)
    expect(shares[22]).toBeLessThan(8)
    expect(shares.at(-1)).toBe(8)
  })

  it('takes no notice of a hiccup of half a second', () => {
    const { shares } = play(3, 20, (second) => (second === 9 ? 500 : 10))
    expect(new Set(shares)).toEqual(new Set([8]))
  })

  it('says once that it has become slower, and begins anew when there is more power', () => {
    const pace = createPace()
    let slower = 0
    for (let second = 0; second < 4; second++) {
      pace.dropped()
      if (pace.adapt(second * 1000, 0)) slower++
    }
    expect([slower, pace.share()]).toEqual([1, 6])
    pace.reset()
    expect(pace.share()).toBe(8)
  })

  it.each([8, 6, 4, 3])('looks at %i of eight pictures, as evenly as they come', (share) => {
    const looked = Array.from({ length: 16 }, (_, n) => n).filter((n) => isLookedAt(n, share))
    expect(looked).toHaveLength(2 * share)
    const gaps = looked.slice(1).map((n, index) => n - looked[index]!)
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1)
  })
})
