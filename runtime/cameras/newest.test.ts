// The hand-over from a camera that does not wait.
import { describe, expect, it } from 'vitest'
import { Newest } from './newest.ts'

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}

describe('Newest', () => {
  it('drops the oldest when full, and counts it', async () => {
    const newest = new Newest<number>(2)
    for (const item of [1, 2, 3, 4]) newest.push(item)
    newest.end()
    expect(await all(newest)).toEqual([3, 4])
    expect(newest.dropped).toBe(2)
  })

  it('hands out what is left before it throws', async () => {
    const newest = new Newest<number>(2)
    newest.push(1)
    newest.end(new Error('gone'))
    newest.end(new Error('later'))
    newest.push(2)
    const items = newest[Symbol.asyncIterator]()
    expect(await items.next()).toEqual({ done: false, value: 1 })
    await expect(items.next()).rejects.toThrow('gone')
  })

  it('wakes a consumer that waits', async () => {
    const newest = new Newest<number>(2)
    const taken = all(newest)
    await Promise.resolve()
    newest.push(7)
    newest.end()
    expect(await taken).toEqual([7])
  })
})
