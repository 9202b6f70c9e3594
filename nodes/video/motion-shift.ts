// What happened to the picture as a whole: how far the camera moved and how the light changed. Pure.
import type { GrayImage } from '../contract/frames.ts'
import type { MotionPicture } from './motion-picture.ts'

export interface Vector {
  dx: number
  dy: number
}

/** A difference counts up to here: what moves by itself must not drown what the camera did. */
const mostLevels = 30
/** Where most places differ by no more than this, the camera has not moved. */
const restLevels = 2

/** The shift of the whole picture that explains most of it, at most `reach` pixels each way: coarse to fine. */
export function findShift(now: MotionPicture, before: MotionPicture, range: number): Vector {
  if (isAtRest(now.quarter, before.quarter)) return { dx: 0, dy: 0 }
  const coarse = bestAround(now.quarter, before.quarter, { dx: 0, dy: 0 }, range >> 2, 2)
  const finer = bestAround(now.half, before.half, { dx: coarse.dx * 2, dy: coarse.dy * 2 }, 1, 2)
  return bestAround(now, before, { dx: finer.dx * 2, dy: finer.dy * 2 }, 1, 4)
}

function isAtRest(now: GrayImage, before: GrayImage): boolean {
  let same = 0
  for (let at = 0; at < now.data.length; at++)
    if (Math.abs((now.data[at] ?? 0) - (before.data[at] ?? 0)) <= restLevels) same++
  return same * 2 > now.data.length
}

function bestAround(now: GrayImage, before: GrayImage, centre: Vector, around: number, step: number): Vector {
  let best = centre
  let bestCost = shiftCost(now, before, centre.dx, centre.dy, step)
  for (let dy = centre.dy - around; dy <= centre.dy + around; dy++) {
    for (let dx = centre.dx - around; dx <= centre.dx + around; dx++) {
      const cost = shiftCost(now, before, dx, dy, step)
      if (cost < bestCost) {
        best = { dx, dy }
        bestCost = cost
      }
    }
  }
  return best
}

/** Mean difference where the two pictures overlap, of every `step`th pixel each way. */
function shiftCost(now: GrayImage, before: GrayImage, dx: number, dy: number, step: number): number {
  const fromX = Math.max(0, -dx)
  const toX = Math.min(now.width, before.width - dx)
  const toY = Math.min(now.height, before.height - dy)
  let sum = 0
  let count = 0
  for (let y = Math.max(0, -dy); y < toY; y += step) {
    let at = y * now.width + fromX
    let from = (y + dy) * before.width + fromX + dx
    for (let x = fromX; x < toX; x += step, at += step, from += step, count++) {
      const difference = Math.abs((now.data[at] ?? 0) - (before.data[from] ?? 0))
      sum += difference < mostLevels ? difference : mostLevels
    }
  }
  return count === 0 ? Infinity : sum / count
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
    if (dark && bright && bright.was - dark.was >= fewestLevels)
      slopes.push((bright.is - dark.is) / (bright.was - dark.was))
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
