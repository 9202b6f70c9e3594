// Block motion search between two pictures a second apart: where each macroblock came from, and what remains after that.
// Pure arithmetic on luma; never decides anything.
//
// A macroblock is 32x32 of the sent picture, one patch of the vision model: 8x8 here, luma being a quarter in each direction.
// At one frame a second things move far, so the window is wide (128 px of a 640 px picture): first what the neighbours and
// the whole picture did, then a coarse look at half size, then a diamond down to the pixel.
import type { GrayImage } from '../contract/frames.ts'
import { rangeOf, relight, type MotionPicture, type PixelRange } from './motion-picture.ts'
import { findLight, findShift, type Light, type Vector } from './motion-shift.ts'

export const blockSize = 8
/** In luma pixels, each way. */
export const reach = 32
/** What may remain per pixel of a block that is at home: no further search. */
const goodEnough = 0.75
const mostDiamondSteps = 24
/** A picture with more homeless blocks than this is a new scene, wherever the rest came from: a bound on the time it takes. */
const mostCoarseLooks = 120

export interface Motion {
  columns: number
  rows: number
  /** Where each block came from, relative to where it is: dx, dy, dx, dy... */
  vectors: Int8Array
  /** What remains after compensation: mean absolute difference per pixel, by block. */
  residuals: Float32Array
  /** How the light over the whole picture changed; taken out of the residuals. */
  light: Light
}

/** Explains `now` out of `before`; both of one size. */
export function searchMotion(now: MotionPicture, before: MotionPicture): Motion {
  const light = findLight(now, before)
  const lit = relight(before, light)
  const shift = findShift(now, lit, reach)
  const reference = { picture: lit, range: rangeOf(lit), coarseLooksLeft: mostCoarseLooks }
  const columns = Math.ceil(now.width / blockSize)
  const rows = Math.ceil(now.height / blockSize)
  const motion: Motion = { columns, rows, vectors: new Int8Array(columns * rows * 2), residuals: new Float32Array(columns * rows), light }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = blockAt(now, column, row)
      const found = searchBlock(now, reference, block, guessesFor(motion, column, row, shift))
      const index = row * columns + column
      motion.vectors[index * 2] = found.dx
      motion.vectors[index * 2 + 1] = found.dy
      motion.residuals[index] = found.residual
    }
  }
  return motion
}

interface Reference {
  picture: MotionPicture
  range: PixelRange
  coarseLooksLeft: number
}
interface Found extends Vector {
  residual: number
}
interface Block {
  left: number
  top: number
  width: number
  height: number
}

function blockAt(image: GrayImage, column: number, row: number): Block {
  const left = column * blockSize
  const top = row * blockSize
  return { left, top, width: Math.min(blockSize, image.width - left), height: Math.min(blockSize, image.height - top) }
}

/** Still, as the whole picture, as the neighbours searched already. */
function guessesFor(motion: Motion, column: number, row: number, shift: Vector): Vector[] {
  const guesses = [shift]
  for (const [x, y] of [[column - 1, row], [column, row - 1], [column + 1, row - 1]] as const) {
    if (x < 0 || y < 0 || x >= motion.columns) continue
    const at = (y * motion.columns + x) * 2
    guesses.push({ dx: motion.vectors[at] ?? 0, dy: motion.vectors[at + 1] ?? 0 })
  }
  return guesses
}

function searchBlock(now: MotionPicture, before: Reference, block: Block, guesses: Vector[]): Found {
  let best: Found = { dx: 0, dy: 0, residual: remainder(now, before.range, block, 0, 0) }
  if (best.residual <= goodEnough) return best
  let cost = difference(now, before.picture, block, 0, 0, Infinity)
  const offer = (dx: number, dy: number): boolean => {
    if (!isInside(now, block, dx, dy)) return false
    const offered = difference(now, before.picture, block, dx, dy, cost)
    if (offered >= cost) return false
    cost = offered
    best = { dx, dy, residual: remainder(now, before.range, block, dx, dy) }
    return true
  }
  for (const { dx, dy } of guesses) offer(dx, dy)
  if (best.residual > goodEnough && before.coarseLooksLeft-- > 0) {
    const coarse = lookCoarsely(now.half, before.picture.half, block)
    offer(coarse.dx, coarse.dy)
  }
  for (let step = 0; step < mostDiamondSteps && cost > 0; step++) {
    const { dx, dy } = best
    const moved = [offer(dx - 1, dy), offer(dx + 1, dy), offer(dx, dy - 1), offer(dx, dy + 1)].includes(true)
    if (!moved) break
  }
  return best
}

// Half-size block (4x4, widened to 8x8 for a steadier match), every second row of it at every second place of the window.
function lookCoarsely(now: GrayImage, before: GrayImage, block: Block): Vector {
  const left = Math.max(0, (block.left >> 1) - 2)
  const top = Math.max(0, (block.top >> 1) - 2)
  const small = { left, top, width: Math.min(8, now.width - left), height: Math.min(8, now.height - top) }
  let best: Vector = { dx: 0, dy: 0 }
  let cost = Infinity
  const offer = (dx: number, dy: number): void => {
    if (!isInside(before, small, dx, dy)) return
    const offered = difference(now, before, small, dx, dy, cost, 2)
    if (offered < cost) {
      cost = offered
      best = { dx, dy }
    }
  }
  for (let dy = -reach / 2; dy <= reach / 2; dy += 2) for (let dx = -reach / 2; dx <= reach / 2; dx += 2) offer(dx, dy)
  const { dx, dy } = best
  for (let y = dy - 1; y <= dy + 1; y++) for (let x = dx - 1; x <= dx + 1; x++) offer(x, y)
  return { dx: best.dx * 2, dy: best.dy * 2 }
}

// A block may reach over the edge by half its size, as when the camera shakes: what lies outside is not held against it.
function isInside(image: GrayImage, block: Block, dx: number, dy: number): boolean {
  const left = block.left + dx
  const top = block.top + dy
  const overX = Math.max(-left, left + block.width - image.width)
  const overY = Math.max(-top, top + block.height - image.height)
  return Math.abs(dx) <= reach && Math.abs(dy) <= reach && overX * 2 <= block.width && overY * 2 <= block.height
}

/** The part of a block whose origin lies inside the picture. */
function clip(image: GrayImage, block: Block, dx: number, dy: number): { fromX: number; toX: number; fromY: number; toY: number } {
  return {
    fromX: Math.max(block.left, -dx), toX: Math.min(block.left + block.width, image.width - dx),
    fromY: Math.max(block.top, -dy), toY: Math.min(block.top + block.height, image.height - dy),
  }
}

/** Mean absolute difference per pixel; given up, and at least `limit`, once it is past that. */
function difference(now: GrayImage, before: GrayImage, block: Block, dx: number, dy: number, limit: number, rowStep = 1): number {
  const { fromX, toX, fromY, toY } = clip(before, block, dx, dy)
  const pixels = (toX - fromX) * Math.ceil((toY - fromY) / rowStep)
  const most = limit * pixels
  let sum = 0
  for (let y = fromY; y < toY && sum < most; y += rowStep) {
    let at = y * now.width + fromX
    let from = (y + dy) * before.width + fromX + dx
    for (let x = fromX; x < toX; x++, at++, from++) {
      const step = (now.data[at] ?? 0) - (before.data[from] ?? 0)
      sum += step < 0 ? -step : step
    }
  }
  return sum / pixels
}

/** Mean difference per pixel to the range the compensated picture could have shown. */
function remainder(now: MotionPicture, range: PixelRange, block: Block, dx: number, dy: number): number {
  const { fromX, toX, fromY, toY } = clip(now, block, dx, dy)
  let sum = 0
  for (let y = fromY; y < toY; y++) {
    let at = y * now.width + fromX
    let from = (y + dy) * now.width + fromX + dx
    for (let x = fromX; x < toX; x++, at++, from++) {
      const value = now.data[at] ?? 0
      const low = range.low[from] ?? 0
      const high = range.high[from] ?? 0
      if (value > high) sum += value - high
      else if (value < low) sum += low - value
    }
  }
  return sum / ((toX - fromX) * (toY - fromY))
}
