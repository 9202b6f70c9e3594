import { describe, expect, it } from 'vitest'
import { act, makePose } from '../../../test/support/poses.ts'
import { changedShare, grayHeight, grayWidth, pictureSpan, shrinkToGray } from './gray.ts'
import { createHandsUpSkill } from './hands-up.ts'
import { createLyingSkill } from './lying.ts'
import { createMotionSkill } from './motion.ts'
import { createEnterSkill, createLeaveSkill } from './people.ts'
import type { Pose } from './pose.ts'

const host = makePose('standing', 60, 170)
const guestFrom =
  (fromS: number, toS: number) =>
  (timeS: number): Pose[] =>
    timeS >= fromS && timeS < toS ? [host, makePose('standing', 180, 170)] : [host]

describe('people coming and going', () => {
  it('tells of somebody who comes in, once, and of nobody who was there already', () => {
    const { findings } = act(createEnterSkill(), 20, guestFrom(5, 12))
    expect(findings.map(({ text }) => text)).toEqual(['A person has come in.'])
    expect(findings[0]?.timeS).toBeGreaterThan(5)
    expect(findings[0]?.timeS).toBeLessThan(7)
  })

  it('tells of somebody who left, but not of somebody hidden for a moment', () => {
    const leaves = act(createLeaveSkill(), 20, guestFrom(0, 12)).findings
    expect(leaves.map(({ text }) => text)).toEqual(['A person has left.'])
    expect(leaves[0]?.timeS).toBeLessThan(16)
    const hidden = (timeS: number): Pose[] => (timeS > 5 && timeS < 6.5 ? [host] : guestFrom(0, 99)(timeS))
    expect(act(createLeaveSkill(), 12, hidden).findings).toEqual([])
    expect(act(createEnterSkill(), 12, hidden).findings).toEqual([])
  })

  it('takes no notice of faint ghosts', () => {
    const ghost = (timeS: number): Pose[] =>
      timeS > 5 ? [host, makePose('standing', 180, 170, { score: 0.21 })] : [host]
    expect(act(createEnterSkill(), 12, ghost).findings).toEqual([])
  })
})

describe('hands up', () => {
  it('tells once of both hands held above the head', () => {
    const { findings } = act(createHandsUpSkill(), 8, (timeS) => [
      makePose(timeS > 2 && timeS < 6 ? 'hands-up' : 'standing', 128, 170),
    ])
    expect(findings).toHaveLength(1)
    expect(findings[0]?.timeS).toBeLessThan(4)
  })

  it('takes no notice of a short stretch, or of somebody lying', () => {
    const stretch = act(createHandsUpSkill(), 6, (timeS) => [
      makePose(timeS > 2 && timeS < 2.4 ? 'hands-up' : 'standing', 128, 170),
    ])
    expect(stretch.findings).toEqual([])
    expect(act(createHandsUpSkill(), 6, () => [makePose('lying', 128, 170)]).findings).toEqual([])
  })
})

describe('lying too long', () => {
  it('tells once, after a minute, though the body is lost and found in between', () => {
    const blinking = (timeS: number): Pose[] => (timeS % 20 < 12 ? [makePose('lying', 128, 170)] : [])
    const { findings } = act(createLyingSkill(), 150, blinking)
    expect(findings).toHaveLength(1)
    expect(findings[0]?.timeS).toBeGreaterThanOrEqual(60)
    expect(findings[0]?.timeS).toBeLessThan(75)
  })

  it('starts counting again when the person got up', () => {
    const upAt40 = (timeS: number): Pose[] => [makePose(timeS > 40 && timeS < 65 ? 'standing' : 'lying', 128, 170)]
    expect(act(createLyingSkill(), 110, upAt40).findings).toEqual([])
  })
})

describe('motion', () => {
  const empty = new Uint8Array(grayWidth * grayHeight).fill(90)
  const withCat = (left: number): Uint8Array =>
    empty.map((value, cell) => {
      const [x, y] = [cell % grayWidth, Math.floor(cell / grayWidth)]
      return x >= left && x < left + 8 && y >= 30 && y < 36 ? 30 : value
    })

  it('tells of something that moves after stillness, and not of every step it takes', () => {
    const cat = (timeS: number): Uint8Array =>
      timeS > 12 && timeS < 16 ? withCat(Math.round((timeS - 12) * 10)) : empty
    const { findings } = act(createMotionSkill(), 30, () => [], cat)
    expect(findings).toHaveLength(1)
    expect(findings[0]?.timeS).toBeGreaterThan(12)
    expect(findings[0]?.timeS).toBeLessThan(13)
  })

  it('takes no notice of a light that changes over the whole picture', () => {
    expect(
      act(
        createMotionSkill(),
        20,
        () => [],
        (timeS) => empty.map((value) => value + Math.round(40 * Math.sin(timeS))),
      ).findings,
    ).toEqual([])
  })
})

describe('the grey thumbnail', () => {
  it('is the mean of equal blocks', () => {
    const rgb = new Uint8Array(256 * 192 * 3).fill(100)
    expect([...new Set(shrinkToGray(rgb, 256, 192))]).toEqual([100])
  })

  it('finds where the letterbox ends, and takes a dark picture for a full one', () => {
    const tall = new Uint8Array(grayWidth * grayHeight).map((_, cell) =>
      cell % grayWidth >= 14 && cell % grayWidth < 50 ? 90 : 0,
    )
    expect(pictureSpan(tall)).toEqual({ left: 14 / 64, right: 50 / 64, bottom: 1 })
    expect(pictureSpan(new Uint8Array(grayWidth * grayHeight))).toEqual({ left: 0, right: 1, bottom: 1 })
  })

  it('counts what changed by itself', () => {
    const before = new Uint8Array(grayWidth * grayHeight).fill(50)
    const now = before.map((value, cell) => (cell < 307 ? 200 : value + 20))
    expect(changedShare(now, before)).toBeCloseTo(0.1, 2)
  })
})
