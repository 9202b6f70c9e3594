// The person of the example: how they walk, stumble and lie at any second, and the limbs that this makes. Pure; px of a picture of
// 480 × 360.

export type Colour = readonly [number, number, number]

/** A limb: from one joint to the next, thinner or thicker at its end. */
export interface Limb {
  from: readonly [number, number]
  to: readonly [number, number]
  fromPx: number
  toPx: number
  colour: Colour
}

/** Angles in degrees: of limbs from straight down, of the torso and the head from straight up; all positive to the right. */
interface Pose {
  x: number
  /** Of the hips. */
  y: number
  torso: number
  head: number
  /** Near and far thigh, shin, upper arm, forearm. */
  thigh: readonly [number, number]
  shin: readonly [number, number]
  arm: readonly [number, number]
  forearm: readonly [number, number]
}

export const exampleS = 16
/** When the body has come to rest. */
export const fallenAtS = 6.6
const walksUntilS = 5.2

const skin: Colour = [214, 164, 132]
const hair: Colour = [104, 98, 96]
const shirt: Colour = [58, 104, 150]
const trousers: Colour = [66, 62, 70]
const shoes: Colour = [40, 34, 32]
const torsoPx = 72
const thighPx = 54
const shinPx = 52
const armPx = 40
const forearmPx = 38
const groundY = 318
const standingY = groundY - thighPx - shinPx - 6

function walking(second: number): Pose {
  const turn = second * 5.6
  const swing = Math.sin(turn)
  const leg = (phase: number): readonly [number, number] => {
    const thigh = 4 + 25 * Math.sin(phase)
    // The knee bends while the leg comes forward.
    return [thigh, thigh - 8 - 34 * Math.max(0, Math.cos(phase))]
  }
  const [near, far] = [leg(turn), leg(turn + Math.PI)]
  return {
    x: -40 + second * 50,
    y: standingY + 4 * Math.abs(swing),
    torso: 5,
    head: 6,
    thigh: [near[0], far[0]],
    shin: [near[1], far[1]],
    arm: [-22 * swing, 22 * swing],
    forearm: [18 - 16 * swing, 18 + 16 * swing],
  }
}

const stumbling: Pose = {
  x: 248,
  y: standingY + 22,
  torso: 46,
  head: 40,
  thigh: [44, -26],
  shin: [-12, -62],
  arm: [62, 40],
  forearm: [92, 78],
}
const tipping: Pose = {
  x: 268,
  y: standingY + 72,
  torso: 76,
  head: 66,
  thigh: [-30, -52],
  shin: [-84, -88],
  arm: [96, 74],
  forearm: [104, 92],
}
const lying: Pose = {
  x: 262,
  y: groundY - 20,
  torso: 93,
  head: 86,
  thigh: [-88, -78],
  shin: [-92, -96],
  arm: [118, 62],
  forearm: [84, 96],
}
/** Each reached at its second, from the one before. */
const falls: readonly (readonly [number, Pose])[] = [
  [5.65, stumbling],
  [6.1, tipping],
  [fallenAtS, lying],
]

function between(a: Pose, b: Pose, share: number): Pose {
  const mix = (from: number, to: number): number => from + (to - from) * share
  const both = (from: readonly [number, number], to: readonly [number, number]) =>
    [mix(from[0], to[0]), mix(from[1], to[1])] as const
  return {
    x: mix(a.x, b.x),
    y: mix(a.y, b.y),
    torso: mix(a.torso, b.torso),
    head: mix(a.head, b.head),
    thigh: both(a.thigh, b.thigh),
    shin: both(a.shin, b.shin),
    arm: both(a.arm, b.arm),
    forearm: both(a.forearm, b.forearm),
  }
}

function poseAt(second: number): Pose {
  if (second <= walksUntilS) return walking(second)
  let [beganAt, before]: readonly [number, Pose] = [walksUntilS, walking(walksUntilS)]
  for (const [at, pose] of falls) {
    if (second < at) return between(before, pose, (second - beganAt) / (at - beganAt))
    ;[beganAt, before] = [at, pose]
  }
  // Breathing, and a hand that moves now and then.
  const breath = Math.sin(second * 1.8)
  const hand = Math.sin(second * 2.4) * Math.max(0, Math.sin(second * 0.7)) * 9
  return { ...lying, y: lying.y + 0.5 * breath, arm: [lying.arm[0] + hand, lying.arm[1]] }
}

const down = ([x, y]: readonly [number, number], degrees: number, px: number): readonly [number, number] => [
  x + Math.sin((degrees * Math.PI) / 180) * px,
  y + Math.cos((degrees * Math.PI) / 180) * px,
]
const up = (from: readonly [number, number], degrees: number, px: number): readonly [number, number] =>
  down(from, 180 - degrees, px)

/** The limbs at a second, the farthest first. */
export function figureAt(second: number): Limb[] {
  const pose = poseAt(second)
  const hips: readonly [number, number] = [pose.x, pose.y]
  const neck = up(hips, pose.torso, torsoPx)
  const far = ([r, g, b]: Colour): Colour => [r * 0.78, g * 0.78, b * 0.78]
  const limb = (from: Limb['from'], to: Limb['to'], fromPx: number, toPx: number, colour: Colour): Limb => ({
    from,
    to,
    fromPx,
    toPx,
    colour,
  })
  const leg = (side: 0 | 1): Limb[] => {
    const tone = (colour: Colour): Colour => (side === 1 ? far(colour) : colour)
    const hip = [hips[0] + (side === 1 ? 5 : -3), hips[1]] as const
    const knee = down(hip, pose.thigh[side], thighPx)
    const ankle = down(knee, pose.shin[side], shinPx)
    const toe = down(ankle, pose.shin[side] + 78, 17)
    return [
      limb(ankle, toe, 7, 6, tone(shoes)),
      limb(knee, ankle, 11, 7, tone(trousers)),
      limb(hip, knee, 15, 11, tone(trousers)),
    ]
  }
  const arm = (side: 0 | 1): Limb[] => {
    const tone = (colour: Colour): Colour => (side === 1 ? far(colour) : colour)
    const top = up(hips, pose.torso, torsoPx - 8)
    const shoulder = [top[0] + (side === 1 ? 7 : -5), top[1]] as const
    const elbow = down(shoulder, pose.arm[side], armPx)
    const wrist = down(elbow, pose.forearm[side], forearmPx)
    const hand = down(wrist, pose.forearm[side], 10)
    return [
      limb(wrist, hand, 5, 5, tone(skin)),
      limb(elbow, wrist, 8, 5, tone(skin)),
      limb(shoulder, elbow, 10, 8, tone(shirt)),
    ]
  }
  const chin = up(neck, pose.head, 12)
  const head = up(chin, pose.head, 16)
  const crown = up(chin, pose.head, 24)
  const front = (from: readonly [number, number], px: number): readonly [number, number] =>
    down(from, 90 + pose.head, px)
  return [
    ...arm(1),
    ...leg(1),
    ...leg(0),
    limb(hips, up(hips, pose.torso, 20), 17, 16, trousers),
    limb(up(hips, pose.torso, 14), up(hips, pose.torso, torsoPx - 10), 18, 20, shirt),
    limb(neck, chin, 8, 8, skin),
    limb(chin, head, 13, 16, skin),
    limb(front(head, 14), front(up(chin, pose.head, 11), 16), 2, 3, skin),
    limb(front(crown, -5), front(head, -9), 14, 10, hair),
    limb(front(up(chin, pose.head, 18), 9), front(up(chin, pose.head, 18), 10), 2, 1.6, [40, 30, 28]),
    ...arm(0),
  ]
}
