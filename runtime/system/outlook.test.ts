import { describe, expect, it } from 'vitest'
import { carries, inMonth } from './outlook.ts'

describe('how many cameras a model carries', () => {
  it('is guessed from how long its answers take with those that ask now', () => {
    expect(carries({ streams: 12, p95Ms: 240 })).toBe(40)
    expect(carries({ streams: 1, p95Ms: 40 })).toBe(20)
  })

  it('is never fewer than those it answers in time, and fewer once it is late', () => {
    expect(carries({ streams: 10, p95Ms: 900 })).toBe(10)
    expect(carries({ streams: 10, p95Ms: 2000 })).toBe(4)
    expect(carries({ streams: 0, p95Ms: 0 })).toBe(0)
  })
})

describe('what the disk holds in a month', () => {
  it('grows day by day, up to what is kept', () => {
    expect(inMonth({ bytes: 100, perDay: 10, keptDays: null })).toBe(400)
    expect(inMonth({ bytes: 100, perDay: 10, keptDays: 90 })).toBe(400)
    expect(inMonth({ bytes: 60, perDay: 10, keptDays: 7 })).toBe(70)
    // It was busier once: what is there goes away by and by, and is not there a day longer for it.
    expect(inMonth({ bytes: 500, perDay: 10, keptDays: 7 })).toBe(500)
  })

  it('is not guessed from less than a day', () => {
    expect(inMonth({ bytes: 500, perDay: null, keptDays: 7 })).toBeNull()
  })
})
