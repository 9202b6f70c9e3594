// Parts of one picture, from pipes that run at their own pace.
import { describe, expect, it } from 'vitest'
import { Zip } from './zip.ts'

describe('Zip', () => {
  it('joins the first of each part, whichever comes last', () => {
    const sets: { a: number; b: string }[] = []
    const zip = new Zip<{ a: number; b: string }>(['a', 'b'], 4, (set) => sets.push(set))
    zip.put('a', 1)
    zip.put('a', 2)
    zip.put('b', 'x')
    zip.put('b', 'y')
    zip.put('b', 'z')
    expect(sets).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ])
  })

  it('is an error, not a leak, when one part falls behind for good', () => {
    const zip = new Zip<{ a: number; b: string }>(['a', 'b'], 2, () => undefined)
    zip.put('a', 1)
    zip.put('a', 2)
    expect(() => zip.put('a', 3)).toThrow(/"a"/)
  })
})
