import { describe, expect, it } from 'vitest'
import { createFrameQueue } from './frame-queue.ts'

const queueOf = () => createFrameQueue<number>((item) => item)

describe('the frame queue', () => {
  it('serves streams in turn, each in its own order', () => {
    const queue = queueOf()
    for (const item of [1, 2, 3]) queue.push('a', item, 8)
    for (const item of [11, 12]) queue.push('b', item, 8)
    expect(Array.from({ length: 6 }, () => queue.next())).toEqual([1, 11, 2, 12, 3, undefined])
  })

  it('never lets a stream that sends much keep another one waiting', () => {
    const queue = queueOf()
    for (let item = 0; item < 40; item++) queue.push('busy', item, 8)
    queue.push('calm', 100, 8)
    expect([queue.next(), queue.next()]).toContain(100)
  })

  it('thins what waits evenly when a stream has more than its share, and keeps the newest', () => {
    const queue = queueOf()
    queue.push('a', 0, 8)
    queue.next()
    const dropped = Array.from({ length: 16 }, (_, item) => queue.push('a', item + 1, 8)).flat()
    const kept = Array.from({ length: 8 }, () => queue.next()!)
    expect([...dropped, ...kept].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, item) => item + 1))
    expect(kept.at(-1)).toBe(16)
    const holes = kept.map((item, index) => item - (kept[index - 1] ?? 0))
    expect(Math.max(...holes)).toBeLessThanOrEqual(3)
  })

  it('drops only of the stream that is full, and at once down to a smaller share', () => {
    const queue = queueOf()
    queue.push('quiet', 100, 8)
    for (const item of [1, 2, 3, 4, 5, 6]) expect(queue.push('busy', item, 8)).toEqual([])
    expect(queue.push('busy', 7, 3)).toHaveLength(4)
    expect(queue.size()).toBe(4)
  })

  it('passes over a stream that may not be served now', () => {
    const queue = queueOf()
    queue.push('a', 1, 8)
    queue.push('b', 11, 8)
    expect(queue.next((stream) => stream !== 'a')).toBe(11)
    expect(queue.next()).toBe(1)
  })

  it('hands back what waited for a stream that is gone', () => {
    const queue = queueOf()
    queue.push('a', 1, 8)
    queue.push('a', 2, 8)
    expect(queue.remove('a')).toEqual([1, 2])
    expect(queue.next()).toBeUndefined()
  })
})
