// How a body is held, read from one pose: where its shoulders and hips are, how its torso leans. Pure.
import { middleOf, pointOf, type Box, type Keypoint, type PointName, type Pose } from './pose.ts'

/** One sighting of one person. Lengths in pixels, y grows downward. */
export interface Body {
  timeS: number
  box: Box
  /** Shoulders, else head, else top of the box. */
  topY: number
  /** What `topY` was read from: drops are only measured between equals. */
  topFrom: 'shoulders' | 'head' | 'box'
  hipY: number | undefined
  /** Degrees off vertical, 0 to 180; undefined when shoulders or hips are hidden. */
  leanDeg: number | undefined
  torso: number | undefined
}

const headPoints: PointName[] = ['nose', 'leftEye', 'rightEye', 'leftEar', 'rightEar']
const uprightDeg = 45
const lyingDeg = 55

export function readBody(pose: Pose, timeS: number): Body {
  const shoulders = middleOf(pose, 'leftShoulder', 'rightShoulder')
  const hips = middleOf(pose, 'leftHip', 'rightHip')
  const head = shoulders ? undefined : meanOf(pose, headPoints)
  const body: Body = {
    timeS,
    box: pose.box,
    topY: shoulders?.y ?? head?.y ?? pose.box.top,
    topFrom: shoulders ? 'shoulders' : head ? 'head' : 'box',
    hipY: hips?.y,
    leanDeg: undefined,
    torso: undefined,
  }
  if (shoulders && hips) {
    const across = Math.abs(shoulders.x - hips.x)
    body.torso = Math.hypot(across, hips.y - shoulders.y)
    body.leanDeg = (Math.atan2(across, hips.y - shoulders.y) * 180) / Math.PI
  }
  return body
}

function meanOf(pose: Pose, names: PointName[]): Keypoint | undefined {
  const points = names.map((name) => pointOf(pose, name)).filter((point) => point !== undefined)
  if (points.length === 0) return undefined
  const sum = points.reduce((total, point) => ({
    x: total.x + point.x,
    y: total.y + point.y,
    score: total.score + point.score,
  }))
  return { x: sum.x / points.length, y: sum.y / points.length, score: sum.score / points.length }
}

/** Standing or sitting straight. */
export function isUpright(body: Body): boolean {
  return body.leanDeg !== undefined && body.leanDeg < uprightDeg
}

/**
 * Torso level, box wider than tall, or shoulders close above the ground. `torso` is the person's usual torso length.
 * A level torso with the hips high above the feet is somebody bending over, not somebody down.
 */
export function isDown(body: Body, torso: number): boolean {
  if (isWide(body)) return true
  const hipsLow = body.hipY === undefined || body.box.bottom - body.hipY < 1.6 * torso
  if (hipsLow && body.leanDeg !== undefined && body.leanDeg > lyingDeg) return true
  return body.topFrom === 'shoulders' && body.box.bottom - body.topY < 1.3 * torso
}

/** Torso level or box wider than tall: lying, not only crouched. */
export function isLying(body: Body): boolean {
  return (body.leanDeg !== undefined && body.leanDeg > lyingDeg) || isWide(body)
}

function isWide(body: Body): boolean {
  return body.box.right - body.box.left > body.box.bottom - body.box.top
}

/** The person's usual torso length: 80th percentile of those given; undefined without any. */
export function usualTorso(bodies: readonly Body[]): number | undefined {
  const lengths = bodies
    .map((body) => body.torso)
    .filter((length) => length !== undefined)
    .sort((a, b) => a - b)
  return lengths[Math.floor((lengths.length - 1) * 0.8)]
}
