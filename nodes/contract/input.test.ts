import { describe, expect, it } from 'vitest'
import { ListQuerySchema, maxPage, pageOf, parseInput } from './input.ts'

const query = (wish: Record<string, string> = {}) => parseInput(ListQuerySchema, wish)
const itself = (each: string): string => each
const letters = ['a', 'b', 'c', 'd', 'e']

describe('a page of a list', () => {
  it('is all of it without a wish, up to what is ever sent at once', () => {
    expect(pageOf(letters, itself, query())).toEqual({ page: letters })
    const many = Array.from({ length: maxPage + 1 }, (_, n) => String(n).padStart(5, '0'))
    const first = pageOf(many, itself, query())
    expect(first.page).toHaveLength(maxPage)
    expect(pageOf(many, itself, query({ cursor: first.next! }))).toEqual({ page: [many.at(-1)] })
  })

  it('goes on behind the one before, and says when there is no more', () => {
    const first = pageOf(letters, itself, query({ limit: '2' }))
    expect(first).toEqual({ page: ['a', 'b'], next: 'b' })
    expect(pageOf(letters, itself, query({ limit: '3', cursor: first.next! }))).toEqual({
      page: ['c', 'd', 'e'],
    })
  })

  it('misses nothing and repeats nothing when its last one was taken out meanwhile', () => {
    expect(pageOf(['a', 'c', 'd'], itself, query({ limit: '2', cursor: 'b' })).page).toEqual(['c', 'd'])
    expect(pageOf(['d', 'c', 'a'], itself, query({ cursor: 'b' }), 'down').page).toEqual(['a'])
    expect(pageOf(letters, itself, query({ cursor: 'z' }))).toEqual({ page: [] })
  })

  it('is refused with a limit that is none', () => {
    expect(() => query({ limit: 'many' })).toThrow('“limit” must be a whole number from 1 to 500.')
  })
})
