// What happened to the picture as a whole: how far the camera moved and how the light changed. Pure.
import type { MotionPicture } from './motion-picture.ts'

export interface Vector {
  dx: number
  dy: number
}

/** The shift of the whole picture that fits its row and column sums best, at most `reach` pixels each way. */
export function findShift(now: MotionPicture, before: MotionPicture, reach: number): Vector {
  return { dx: bestShift(now.across, before.across, reach), dy: bestShift(now.down, before.down, reach) }
}

// Compared without their means, so that a change of light does not look like a shift.
function bestShift(now: Float32Array, before: Float32Array, reach: number): number {
  const most = Math.min(reach, Math.floor(now.length / 3))
  let best = 0
  let bestCost = shiftCost(now, before, 0)
  for (let distance = 1; distance <= most; distance++) {
    for (const shift of [distance, -distance]) {
      const cost = shiftCost(now, before, shift)
      if (cost < bestCost - 1e-6) {
        best = shift
        bestCost = cost
      }
    }
  }
  return best
}

function shiftCost(now: Float32Array, before: Float32Array, shift: number): number {
  const from = Math.max(0, -shift)
  const to = Math.min(now.length, before.length - shift)
  let drift = 0
  for (let i = from; i < to; i++) drift += (now[i] ?? 0) - (before[i + shift] ?? 0)
  drift /= to - from
  let sum = 0
  for (let i = from; i < to; i++) sum += Math.abs((now[i] ?? 0) - (before[i + shift] ?? 0) - drift)
  return sum / (to - from)
}

/** How the light over the whole picture changed: now = gain x before + offset. */
export interface Light {
  gain: number
  offset: number
}

export const steadyLight: Light = { gain: 1, offset: 0 }
const lightBlock = 16
const mostGain = 2.5
/** Brightness must differ by this much between two blocks for their ratio to say anything. */
const fewestLevels = 12
/** A richer model of the light must halve the error of a simpler one, and be worth this many levels. */
const worthLevels = 0.5

interface Pair {
  was: number
  is: number
}

/**
 * A line through the brightness of blocks, before and now, by medians (Theil and Sen): what moves in a part of the picture
 * has no say. A line covers exposure, contrast, brightness and, near enough, gamma.
 */
export function findLight(now: MotionPicture, before: MotionPicture): Light {
  const pairs: Pair[] = []
  for (let top = 0; top + lightBlock <= now.height; top += lightBlock) {
    for (let left = 0; left + lightBlock <= now.width; left += lightBlock) {
      pairs.push({ was: blockMean(before, left, top), is: blockMean(now, left, top) })
    }
  }
  if (pairs.length < 8) return steadyLight
  let best = steadyLight
  for (const gain of [1, slopeOf(pairs)]) {
    const light = { gain, offset: median(pairs.map(({ was, is }) => is - gain * was)) }
    const error = errorOf(light, pairs)
    const known = errorOf(best, pairs)
    if (error < known / 2 && error < known - worthLevels) best = light
  }
  return best
}

function slopeOf(pairs: Pair[]): number {
  const sorted = [...pairs].sort((a, b) => a.was - b.was)
  const half = sorted.length >> 1
  const slopes: number[] = []
  for (let i = 0; i + half < sorted.length; i++) {
    const [dark, bright] = [sorted[i], sorted[i + half]]
    if (dark && bright && bright.was - dark.was >= fewestLevels) slopes.push((bright.is - dark.is) / (bright.was - dark.was))
  }
  return slopes.length < 4 ? 1 : Math.min(mostGain, Math.max(1 / mostGain, median(slopes)))
}

function errorOf({ gain, offset }: Light, pairs: Pair[]): number {
  return median(pairs.map(({ was, is }) => Math.abs(is - gain * was - offset)))
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0
}

// Every second pixel of the half-size picture is plenty for a mean.
function blockMean({ half }: MotionPicture, left: number, top: number): number {
  let sum = 0
  let count = 0
  for (let y = top >> 1; y < (top + lightBlock) >> 1; y++) {
    for (let x = left >> 1; x < (left + lightBlock) >> 1; x += 2, count++) sum += half.data[y * half.width + x] ?? 0
  }
  return count === 0 ? 0 : sum / count
}
