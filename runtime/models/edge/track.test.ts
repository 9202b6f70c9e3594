import { describe, expect, it } from 'vitest'
import { makePose, poseOutput } from '../../../test/support/poses.ts'
import { readPoses } from './pose.ts'
import { createTracker } from './track.ts'

describe('the tracker', () => {
  it('keeps two people apart who walk past each other at a distance', () => {
    const tracker = createTracker()
    const ids = new Set<string>()
    for (let step = 0; step < 20; step++) {
      const { seen } = tracker.update(
        [makePose('standing', 40 + step * 3, 170), makePose('standing', 220 - step * 3, 90, { torso: 20 })],
        step / 8,
      )
      ids.add(
        seen
          .map((track) => track.id)
          .sort()
          .join(),
      )
    }
    expect([...ids]).toEqual(['1,2'])
  })

  it('remembers somebody for four seconds out of sight, and then gives them up', () => {
    const tracker = createTracker()
    tracker.update([makePose('standing', 100, 170)], 0)
    expect(tracker.update([], 3.9).lost).toEqual([])
    expect(tracker.update([makePose('standing', 105, 170)], 4).seen[0]?.id).toBe(1)
    expect(tracker.update([], 8.1).lost.map((track) => track.id)).toEqual([1])
    expect(tracker.update([makePose('standing', 105, 170)], 8.2).seen[0]?.id).toBe(2)
  })

  it('keeps a faint person where they were, and starts nobody that faint', () => {
    const tracker = createTracker()
    expect(tracker.update([makePose('standing', 100, 170, { score: 0.17 })], 0).seen).toEqual([])
    tracker.update([makePose('standing', 100, 170)], 0.1)
    expect(tracker.update([makePose('standing', 102, 170, { score: 0.17 })], 0.2).seen[0]?.id).toBe(1)
  })

  it('does not take a faint ghost for somebody who just left', () => {
    const tracker = createTracker()
    tracker.update([makePose('standing', 230, 170)], 0)
    expect(tracker.update([makePose('sitting', 170, 140, { torso: 9, score: 0.19 })], 0.3).seen).toEqual([])
    expect(tracker.update([makePose('sitting', 170, 140, { torso: 9, score: 0.21 })], 0.4).seen[0]?.id).toBe(2)
  })
})

describe('reading poses', () => {
  it("turns the model's shares into pixels and back", () => {
    const pose = makePose('standing', 100, 170)
    const [read] = readPoses(poseOutput([pose]), 256, 192)
    expect(read?.box.left).toBeCloseTo(pose.box.left, 3)
    expect(read?.points[5]?.y).toBeCloseTo(pose.points[5]?.y ?? 0, 3)
    expect(readPoses(poseOutput([pose]), 256, 192)).toHaveLength(1)
  })

  it('keeps one of two descriptions of the same body', () => {
    const poses = readPoses(
      poseOutput([
        makePose('standing', 100, 170, { score: 0.4 }),
        makePose('standing', 101, 170),
        makePose('standing', 200, 170),
      ]),
      256,
      192,
    )
    expect(poses.map(({ score }) => Math.round(score * 10) / 10)).toEqual([0.6, 0.6])
  })
})
