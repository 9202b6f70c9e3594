// People made of keypoints, for tests of tracking and skills: standing, sitting, bending, lying, at a place of one's choice.
import { grayHeight, grayWidth } from '../../runtime/models/edge/gray.ts'
import { pointNames, valuesPerPerson, type PointName, type Pose } from '../../runtime/models/edge/pose.ts'
import type { Finding, Scene, Skill } from '../../runtime/models/edge/skill.ts'
import { createTracker } from '../../runtime/models/edge/track.ts'

export type Hold = 'standing' | 'sitting' | 'bending' | 'lying' | 'hands-up'

// Offsets from the ground under the hips, in torso lengths; y grows downward.
const holds: Record<Hold, Record<'head' | 'shoulder' | 'wrist' | 'hip' | 'knee' | 'ankle', [number, number]>> = {
  standing: {
    head: [0, -3.2],
    shoulder: [0, -2.7],
    wrist: [0.3, -1.6],
    hip: [0, -1.7],
    knee: [0, -0.85],
    ankle: [0, 0],
  },
  'hands-up': {
    head: [0, -3.2],
    shoulder: [0, -2.7],
    wrist: [0.3, -3.9],
    hip: [0, -1.7],
    knee: [0, -0.85],
    ankle: [0, 0],
  },
  sitting: {
    head: [0, -2.3],
    shoulder: [0, -1.85],
    wrist: [0.4, -1],
    hip: [0, -0.85],
    knee: [0.6, -0.85],
    ankle: [0.6, 0],
  },
  bending: {
    head: [1.4, -1.3],
    shoulder: [1, -1.6],
    wrist: [1, -0.6],
    hip: [0, -1.7],
    knee: [0, -0.85],
    ankle: [0, 0],
  },
  lying: {
    head: [-1.5, -0.2],
    shoulder: [-1, -0.25],
    wrist: [-0.6, -0.05],
    hip: [0, -0.25],
    knee: [0.85, -0.2],
    ankle: [1.7, -0.1],
  },
}

function partOf(name: PointName): keyof (typeof holds)['standing'] {
  if (/Shoulder/.test(name)) return 'shoulder'
  if (/Elbow|Wrist/.test(name)) return 'wrist'
  if (/Hip/.test(name)) return 'hip'
  if (/Knee/.test(name)) return 'knee'
  return /Ankle/.test(name) ? 'ankle' : 'head'
}

/** A person whose hips are above `x` on ground level `y`; `torso` in pixels. */
export function makePose(hold: Hold, x: number, y: number, options: { torso?: number; score?: number } = {}): Pose {
  const { torso = 30, score = 0.6 } = options
  const points = pointNames.map((name) => {
    const [dx, dy] = holds[hold][partOf(name)]
    const side = name.startsWith('left') ? 0.15 : name.startsWith('right') ? -0.15 : 0
    return {
      x: x + (dx + (hold === 'lying' ? 0 : side)) * torso,
      y: y + (dy + (hold === 'lying' ? side : 0)) * torso,
      score,
    }
  })
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)]
  return {
    points,
    score,
    box: {
      left: Math.min(...xs) - 2,
      right: Math.max(...xs) + 2,
      top: Math.min(...ys) - 2,
      bottom: Math.max(...ys) + 2,
    },
  }
}

/** Between two ways of holding oneself, 0 to 1. */
export function blendPoses(from: Pose, to: Pose, share: number): Pose {
  const mix = (a: number, b: number): number => a + (b - a) * share
  return {
    score: from.score,
    points: from.points.map((point, index) => ({
      ...point,
      x: mix(point.x, to.points[index]?.x ?? 0),
      y: mix(point.y, to.points[index]?.y ?? 0),
    })),
    box: {
      left: mix(from.box.left, to.box.left),
      right: mix(from.box.right, to.box.right),
      top: mix(from.box.top, to.box.top),
      bottom: mix(from.box.bottom, to.box.bottom),
    },
  }
}

/** What the model would have put out for these people, in a picture of this size. */
export function poseOutput(poses: Pose[], width = 256, height = 192): Float32Array {
  const output = new Float32Array(6 * valuesPerPerson)
  poses.slice(0, 6).forEach((pose, person) => {
    const points = pose.points.flatMap((point) => [point.y / height, point.x / width, point.score])
    const { top, left, bottom, right } = pose.box
    output.set(
      [...points, top / height, left / width, bottom / height, right / width, pose.score],
      person * valuesPerPerson,
    )
  })
  return output
}

export interface Acted {
  findings: Finding[]
  /** What the skill says when the source ends here. */
  end(): Finding[]
}

/** Shows a skill the people of `at(time)`, eight pictures a second, for so many seconds. */
export function act(
  skill: Skill,
  seconds: number,
  at: (timeS: number) => Pose[],
  gray: (timeS: number) => Uint8Array = () => new Uint8Array(grayWidth * grayHeight),
): Acted {
  const tracker = createTracker()
  const findings: Finding[] = []
  let timeS = 0
  for (let index = 0; index < seconds * 8; index++) {
    timeS = index / 8
    const scene: Scene = {
      timeS,
      width: 256,
      height: 192,
      left: 0,
      right: 256,
      bottom: 192,
      gray: gray(timeS),
      ...tracker.update(at(timeS), timeS),
    }
    findings.push(...skill.see(scene))
  }
  return { findings, end: () => skill.end(timeS) }
}
