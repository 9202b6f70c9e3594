// Seconds since a source was opened, from stamps that may lie.
import { describe, expect, it } from 'vitest'
import { clipTimeline, liveTimeline, type Origin } from './timeline.ts'

describe('clipTimeline', () => {
  it("is the clip's own clock, from where it was entered", () => {
    expect(clipTimeline(0).mediaTimeS(2.03537, 99)).toBe(2.03537)
    expect(clipTimeline(3).mediaTimeS(1.001, 99)).toBe(4.001)
    expect(clipTimeline(0).mediaTimeS(-0.02, 99)).toBe(0)
  })
})

describe('liveTimeline', () => {
  /** Stamps in s and when they came, in ms. */
  const run = (pairs: [number, number][], origin: Origin = { ms: undefined }): number[] => {
    const timeline = liveTimeline(origin)
    return pairs.map(([stampS, atMs]) => timeline.mediaTimeS(stampS, atMs))
  }

  it("starts at 0 whatever the camera's clock says, and keeps its distances", () => {
    expect(
      run([
        [500, 10_000],
        [501, 11_030],
        [502, 12_010],
      ]),
    ).toEqual([0, 1, 2])
  })

  it('never runs ahead of our clock: a backlog at the start is drawn together', () => {
    expect(
      run([
        [0, 0],
        [1, 10],
        [2, 700],
        [3, 1700],
      ]),
    ).toEqual([0, 0.01, 0.7, 1.7])
  })

  it("evens out a jump of the camera's clock, forward or back", () => {
    expect(
      run([
        [10, 0],
        [11, 1000],
        [9000, 2000],
        [9001, 3000],
      ]),
    ).toEqual([0, 1, 2, 3])
    expect(
      run([
        [10, 0],
        [11, 1000],
        [2, 2000],
        [3, 3000],
      ]),
    ).toEqual([0, 1, 2, 3])
  })

  it('goes on where another decoder of the same camera was', () => {
    const origin = { ms: undefined }
    expect(
      run(
        [
          [0, 1000],
          [1, 2000],
        ],
        origin,
      ),
    ).toEqual([0, 1])
    expect(
      run(
        [
          [0, 5000],
          [1, 6000],
        ],
        origin,
      ),
    ).toEqual([4, 5])
  })
})
