import { describe, expect, it } from 'vitest'
import { actionPauseMs, reachPauseMs, streamPauseMs } from './pauses.ts'

const top = (): number => 0.999999
const bottom = (): number => 0

describe('pauses', () => {
  it('doubles from half a second and stops at a minute', () => {
    expect([1, 2, 3, 4, 7, 8, 50].map((attempt) => actionPauseMs(attempt, top))).toEqual([
      500, 1000, 2000, 4000, 32_000, 60_000, 60_000,
    ])
  })

  it('takes off up to a quarter as jitter', () => {
    expect(actionPauseMs(1, bottom)).toBe(375)
    expect(actionPauseMs(20, bottom)).toBe(45_000)
  })

  it('waits as long as the receiver asked, and not shorter than our own pause', () => {
    expect(actionPauseMs(1, top, 90_000)).toBe(90_000)
    expect(actionPauseMs(5, top, 10)).toBe(8000)
  })

  it('does not wait longer than an hour for anybody', () => {
    expect(actionPauseMs(1, top, 86_400_000)).toBe(3_600_000)
  })

  it('gives a stream that keeps throwing half a minute at most', () => {
    expect([1, 2, 6, 1000].map((attempt) => streamPauseMs(attempt, top))).toEqual([1000, 2000, 30_000, 30_000])
  })

  it('never waits less than a tenth of a second', () => {
    expect(reachPauseMs(0, bottom)).toBeGreaterThanOrEqual(100)
  })
})
