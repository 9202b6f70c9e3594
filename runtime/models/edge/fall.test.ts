import { describe, expect, it } from 'vitest'
import { act, blendPoses, makePose, type Hold } from '../../../test/support/poses.ts'
import { createFallSkill } from './fall.ts'
import type { Pose } from './pose.ts'

/** From one hold to another at `atS`, taking `takesS`. */
const change =
  (from: Hold, to: Hold, atS: number, takesS: number, x = 128) =>
  (timeS: number): Pose[] => [
    blendPoses(makePose(from, x, 170), makePose(to, x, 170), Math.max(0, Math.min(1, (timeS - atS) / takesS))),
  ]

describe('the fall skill', () => {
  it('sees somebody fall, about a second after they are down', () => {
    const { findings } = act(createFallSkill('balanced'), 6, change('standing', 'lying', 2, 0.5))
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ skill: 'fall', text: 'A person has fallen and is on the floor.' })
    expect(findings[0]?.timeS).toBeGreaterThan(2.5)
    expect(findings[0]?.timeS).toBeLessThan(4)
  })

  it('sees a slower fall when it is to be sensitive', () => {
    const slow = change('standing', 'lying', 2, 1.6)
    expect(act(createFallSkill('balanced'), 6, slow).findings).toHaveLength(0)
    expect(act(createFallSkill('sensitive'), 6, slow).findings[0]?.skill).toBe('fall')
  })

  it.each([
    ['lies down slowly', change('standing', 'lying', 2, 4)],
    ['sits down', change('standing', 'sitting', 2, 0.7)],
    ['bends down and stays bent', change('standing', 'bending', 2, 0.4)],
    ['lies still all the time', change('lying', 'lying', 0, 1)],
    ['gets up', change('lying', 'standing', 2, 0.5)],
    ['walks by', (timeS: number) => [makePose('standing', 20 + timeS * 30, 170)]],
  ])('stays silent when somebody %s', (_, at) => {
    for (const mode of ['balanced', 'sensitive'] as const) {
      const acted = act(createFallSkill(mode), 7, at)
      expect([...acted.findings, ...acted.end()]).toEqual([])
    }
  })

  it('stays silent when somebody goes down and comes straight up again', () => {
    const down = change('standing', 'lying', 2, 0.4)
    const squat = (timeS: number): Pose[] => (timeS < 2.5 ? down(timeS) : change('lying', 'standing', 2.5, 0.3)(timeS))
    expect(act(createFallSkill('sensitive'), 6, squat).findings).toEqual([])
  })

  it('decides at once when the source ends on the impact', () => {
    const acted = act(createFallSkill('balanced'), 2.8, change('standing', 'lying', 2, 0.4))
    expect(acted.findings).toEqual([])
    expect(acted.end()).toHaveLength(1)
  })

  it('counts somebody lost from sight while down, but not somebody gone at the side', () => {
    const lostAt =
      (x: number) =>
      (timeS: number): Pose[] =>
        timeS < 2.8 ? change('standing', 'lying', 2, 0.4, x)(timeS) : []
    expect(act(createFallSkill('balanced'), 6, lostAt(128)).findings).toHaveLength(1)
    expect(act(createFallSkill('balanced'), 6, lostAt(205)).findings).toEqual([])
  })

  it('does not take somebody for fallen who walks out under the camera', () => {
    const out = (timeS: number): Pose[] => {
      const pose = makePose('standing', 128, 120 + 40 * timeS)
      return timeS > 3.2
        ? []
        : [
            {
              ...pose,
              box: { ...pose.box, bottom: Math.min(192, pose.box.bottom) },
              points: pose.points.map((point) => ({ ...point, y: Math.min(190, point.y) })),
            },
          ]
    }
    for (const mode of ['balanced', 'sensitive'] as const)
      expect(act(createFallSkill(mode), 7, out).findings).toEqual([])
  })

  it('sees somebody fall at the lower edge who is lost before they lie', () => {
    const crouched = blendPoses(makePose('standing', 128, 190), makePose('sitting', 128, 190), 1)
    const down = {
      ...crouched,
      points: crouched.points.map((point) => ({ ...point, y: Math.min(189, point.y + 22) })),
      box: { ...crouched.box, top: crouched.box.top + 22, bottom: 191 },
    }
    const lost = (timeS: number): Pose[] =>
      timeS > 2.8 ? [] : [blendPoses(makePose('standing', 128, 190), down, Math.max(0, Math.min(1, (timeS - 2) / 0.5)))]
    expect(act(createFallSkill('sensitive'), 6, lost).findings.length).toBeGreaterThan(0)
  })

  it('sees somebody lying roll off the bed', () => {
    const sink = (timeS: number): Pose[] => [
      makePose('lying', 128, 100 + 60 * Math.max(0, Math.min(1, (timeS - 2) / 0.5))),
    ]
    expect(act(createFallSkill('balanced'), 6, sink).findings).toHaveLength(1)
  })

  it('takes no notice of people too small to judge', () => {
    const far = (timeS: number): Pose[] => [
      blendPoses(
        makePose('standing', 128, 100, { torso: 5 }),
        makePose('lying', 128, 100, { torso: 5 }),
        timeS < 2 ? 0 : 1,
      ),
    ]
    expect(act(createFallSkill('sensitive'), 6, far).findings).toEqual([])
  })
})
