// Reads MoveNet MultiPose output into people. Pure; all places are pixels of the picture that went in.

export interface Keypoint {
  x: number
  y: number
  score: number
}

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** One person in one picture. `points` follows the COCO order of `pointNames`. */
export interface Pose {
  points: Keypoint[]
  box: Box
  score: number
}

export const pointNames = [
  'nose',
  'leftEye',
  'rightEye',
  'leftEar',
  'rightEar',
  'leftShoulder',
  'rightShoulder',
  'leftElbow',
  'rightElbow',
  'leftWrist',
  'rightWrist',
  'leftHip',
  'rightHip',
  'leftKnee',
  'rightKnee',
  'leftAnkle',
  'rightAnkle',
] as const
export type PointName = (typeof pointNames)[number]

/** Up to six people, each 17 x (y, x, score), then ymin, xmin, ymax, xmax, score. */
export const valuesPerPerson = pointNames.length * 3 + 5
/** Below this a keypoint is a guess. */
export const pointScore = 0.2
/** Keeps a person that is being followed; a new one needs more, see track.ts. */
export const keepScore = 0.15

/** The people the model saw, best first, duplicates of one body removed. */
export function readPoses(output: Float32Array, width: number, height: number): Pose[] {
  const poses: Pose[] = []
  for (let at = 0; at + valuesPerPerson <= output.length; at += valuesPerPerson) {
    const pose = readPose(output.subarray(at, at + valuesPerPerson), width, height)
    if (pose.score >= keepScore) poses.push(pose)
  }
  poses.sort((a, b) => b.score - a.score)
  return poses.filter((pose, index) => !poses.slice(0, index).some((better) => overlap(better.box, pose.box) > 0.7))
}

function readPose(values: Float32Array, width: number, height: number): Pose {
  const value = (index: number): number => values[index] ?? 0
  const points = pointNames.map((_, index) => ({
    y: value(index * 3) * height,
    x: value(index * 3 + 1) * width,
    score: value(index * 3 + 2),
  }))
  const tail = pointNames.length * 3
  const box = {
    top: value(tail) * height,
    left: value(tail + 1) * width,
    bottom: value(tail + 2) * height,
    right: value(tail + 3) * width,
  }
  return { points, box, score: value(tail + 4) }
}

/** The keypoint by name, or undefined where the model only guessed. */
export function pointOf(pose: Pose, name: PointName): Keypoint | undefined {
  const point = pose.points[pointNames.indexOf(name)]
  return point && point.score >= pointScore ? point : undefined
}

/** Middle of two keypoints; one of them is enough. */
export function middleOf(pose: Pose, left: PointName, right: PointName): Keypoint | undefined {
  const a = pointOf(pose, left)
  const b = pointOf(pose, right)
  if (a && b) return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, score: Math.min(a.score, b.score) }
  return a ?? b
}

/** Intersection over union of two boxes, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (areaOf(a) + areaOf(b) - both)
}

export function areaOf(box: Box): number {
  return Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top)
}
