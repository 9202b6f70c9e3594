import { describe, expect, it } from 'vitest'
import { createFrameQueue } from './frame-queue.ts'

describe('the frame queue', () => {
  it('serves streams in turn, each in its own order', () => {
    const queue = createFrameQueue<string>(8)
    for (const item of ['a1', 'a2', 'a3']) queue.push('a', item)
    for (const item of ['b1', 'b2']) queue.push('b', item)
    expect(Array.from({ length: 6 }, () => queue.next())).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', undefined])
  })

  it('drops the oldest frame of a stream that is full, and no other stream\'s', () => {
    const queue = createFrameQueue<number>(2)
    queue.push('quiet', 100)
    expect([1, 2, 3, 4].map((item) => queue.push('busy', item))).toEqual([undefined, undefined, 1, 2])
    expect(queue.size()).toBe(3)
    expect([queue.next(), queue.next(), queue.next()]).toEqual([100, 3, 4])
  })

  it('hands back what waited for a stream that is gone', () => {
    const queue = createFrameQueue<number>(4)
    queue.push('a', 1)
    queue.push('a', 2)
    expect(queue.remove('a')).toEqual([1, 2])
    expect(queue.next()).toBeUndefined()
  })
})
