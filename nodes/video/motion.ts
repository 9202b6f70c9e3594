// Block motion search between two pictures a second apart: where each macroblock came from, and what remains after that.
// Pure arithmetic on luma; never decides anything.
//
// A macroblock is 32x32 of the sent picture, one patch of the vision model: 8x8 here, luma being a quarter in each direction.
// At one frame a second things move far, so the window is wide (128 px of a 640 px picture): first what the neighbours and
// the whole picture did, then a coarse look at a quarter and half of the size, then a diamond down to the pixel.
import type { GrayImage } from '../contract/frames.ts'
import { rangeOf, relight, type MotionPicture, type PixelRange } from './motion-picture.ts'
import { findLight, findShift, type Light, type Vector } from './motion-shift.ts'

export const blockSize = 8
/** In luma pixels, each way. */
export const searchRange = 32
/** What may remain per pixel of a block that is at home: no further search. */
const goodEnough = 0.75
const mostDiamondSteps = 16
/** A picture with more homeless blocks than this is a new scene, wherever the rest came from: a bound on the time it takes. */
const mostCoarseLooks = 80

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
  const shift = findShift(now, lit, searchRange)
  const reference: Reference = { picture: lit, range: null, coarseLooksLeft: mostCoarseLooks }
  const columns = Math.ceil(now.width / blockSize)
  const rows = Math.ceil(now.height / blockSize)
  const motion: Motion = {
    columns,
    rows,
    vectors: new Int8Array(columns * rows * 2),
    residuals: new Float32Array(columns * rows),
    light,
  }
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
  /** Made for the first block that differs at all: a still picture needs none. */
  range: PixelRange | null
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
  for (const [x, y] of [
    [column - 1, row],
    [column, row - 1],
    [column + 1, row - 1],
  ] as const) {
    if (x < 0 || y < 0 || x >= motion.columns) continue
    const at = (y * motion.columns + x) * 2
    guesses.push({ dx: motion.vectors[at] ?? 0, dy: motion.vectors[at + 1] ?? 0 })
  }
  return guesses
}

function searchBlock(now: MotionPicture, before: Reference, block: Block, guesses: Vector[]): Found {
  let best: Vector = { dx: 0, dy: 0 }
  let cost = difference(now, before.picture, block, 0, 0, Infinity)
  if (cost === 0) return { ...best, residual: 0 }
  const range = (before.range ??= rangeOf(before.picture))
  const remains = (from: Vector): number => remainder(now, range, block, from.dx, from.dy)
  const atHome = remains(best)
  if (atHome <= goodEnough) return { ...best, residual: atHome }
  const offer = (dx: number, dy: number): boolean => {
    if (!isInside(now, block, dx, dy)) return false
    const offered = difference(now, before.picture, block, dx, dy, cost)
    if (offered >= cost) return false
    cost = offered
    best = { dx, dy }
    return true
  }
  for (const { dx, dy } of guesses) offer(dx, dy)
  // What remains is reckoned only where it decides something: here, and once at the end.
  if (remains(best) > goodEnough && before.coarseLooksLeft-- > 0) {
    const coarse = lookCoarsely(now, before.picture, block, best)
    offer(coarse.dx, coarse.dy)
  }
  for (let step = 0; step < mostDiamondSteps && cost > 0; step++) {
    const { dx, dy } = best
    const moved = [offer(dx - 1, dy), offer(dx + 1, dy), offer(dx, dy - 1), offer(dx, dy + 1)].includes(true)
    if (!moved) break
  }
  return { ...best, residual: remains(best) }
}

// The block and as much again around it, at a quarter of the size everywhere in the window, then at half around the best place.
function lookCoarsely(now: MotionPicture, before: MotionPicture, block: Block, known: Vector): Vector {
  const far = bestIn(
    now.quarter,
    before.quarter,
    widened(now.quarter, block, 2),
    { dx: known.dx >> 2, dy: known.dy >> 2 },
    { dx: 0, dy: 0 },
    searchRange >> 2,
  )
  const near = { dx: far.dx * 2, dy: far.dy * 2 }
  const { dx, dy } = bestIn(now.half, before.half, widened(now.half, block, 1), near, near, 1)
  return { dx: dx * 2, dy: dy * 2 }
}

function widened(image: GrayImage, block: Block, halvings: number): Block {
  const side = (2 * blockSize) >> halvings
  const left = Math.max(0, (block.left - blockSize / 2) >> halvings)
  const top = Math.max(0, (block.top - blockSize / 2) >> halvings)
  return { left, top, width: Math.min(side, image.width - left), height: Math.min(side, image.height - top) }
}

/** `first` is tried before all others: with a good start, whatever is worse is given up after a row or two. */
function bestIn(
  now: GrayImage,
  before: GrayImage,
  block: Block,
  first: Vector,
  centre: Vector,
  around: number,
): Vector {
  const { width, height } = before
  const { left, top } = block
  const right = left + block.width
  const bottom = top + block.height
  const isSquare = block.width === block.height && (block.width === 4 || block.width === 8)
  let bestX = centre.dx
  let bestY = centre.dy
  let cost = Infinity
  if (isInside(before, block, first.dx, first.dy)) {
    cost = difference(now, before, block, first.dx, first.dy, cost)
    if (cost < Infinity) {
      bestX = first.dx
      bestY = first.dy
    }
  }
  for (let dy = Math.max(-searchRange, centre.dy - around); dy <= Math.min(searchRange, centre.dy + around); dy++) {
    const overY = Math.max(-top - dy, bottom + dy - height)
    if (overY * 2 > block.height) continue
    for (let dx = Math.max(-searchRange, centre.dx - around); dx <= Math.min(searchRange, centre.dx + around); dx++) {
      const overX = Math.max(-left - dx, right + dx - width)
      if (overX * 2 > block.width) continue
      const offered =
        overX <= 0 && overY <= 0 && isSquare
          ? wholeDifference(now, before, top * now.width + left, (top + dy) * width + left + dx, block.width, cost)
          : difference(now, before, block, dx, dy, cost)
      if (offered < cost) {
        cost = offered
        bestX = dx
        bestY = dy
      }
    }
  }
  return { dx: bestX, dy: bestY }
}

/** What four pixels in a row differ by, added up. */
function fourApart(a: Uint8Array, at: number, b: Uint8Array, from: number): number {
  return (
    Math.abs(a[at]! - b[from]!) +
    Math.abs(a[at + 1]! - b[from + 1]!) +
    Math.abs(a[at + 2]! - b[from + 2]!) +
    Math.abs(a[at + 3]! - b[from + 3]!)
  )
}

/** `difference` of a block of `side` x `side` pixels, 4 or 8, that lies in both pictures wholly: nine in ten of all looks. */
function wholeDifference(
  now: GrayImage,
  before: GrayImage,
  at: number,
  from: number,
  side: number,
  limit: number,
): number {
  const pixels = side * side
  const most = limit * pixels
  let sum = 0
  for (let row = 0; row < side && sum < most; row++, at += now.width, from += before.width) {
    sum += fourApart(now.data, at, before.data, from)
    if (side === 8) sum += fourApart(now.data, at + 4, before.data, from + 4)
  }
  return sum / pixels
}

// A block may reach over the edge by half its size, as when the camera shakes: what lies outside is not held against it.
function isInside(image: GrayImage, block: Block, dx: number, dy: number): boolean {
  const left = block.left + dx
  const top = block.top + dy
  const overX = Math.max(-left, left + block.width - image.width)
  const overY = Math.max(-top, top + block.height - image.height)
  return (
    Math.abs(dx) <= searchRange && Math.abs(dy) <= searchRange && overX * 2 <= block.width && overY * 2 <= block.height
  )
}

/** Mean absolute difference per pixel; given up, and at least `limit`, once it is past that. */
function difference(now: GrayImage, before: GrayImage, block: Block, dx: number, dy: number, limit: number): number {
  // Only the part of the block whose origin lies inside the picture; written out here and below, this being the hot path.
  const fromX = Math.max(block.left, -dx)
  const toX = Math.min(block.left + block.width, before.width - dx)
  const fromY = Math.max(block.top, -dy)
  const toY = Math.min(block.top + block.height, before.height - dy)
  const pixels = (toX - fromX) * (toY - fromY)
  if (pixels === blockSize * blockSize && toX - fromX === blockSize) {
    const from = (fromY + dy) * before.width + fromX + dx
    return wholeDifference(now, before, fromY * now.width + fromX, from, blockSize, limit)
  }
  const most = limit * pixels
  let sum = 0
  for (let y = fromY; y < toY && sum < most; y++) {
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
  const fromX = Math.max(block.left, -dx)
  const toX = Math.min(block.left + block.width, now.width - dx)
  const fromY = Math.max(block.top, -dy)
  const toY = Math.min(block.top + block.height, now.height - dy)
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
