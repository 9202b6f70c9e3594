// A luma picture made ready for motion search: half and a quarter of its size for the coarse looks, and the range each pixel
// could take half a pixel away. Pure.
import type { GrayImage } from '../contract/frames.ts'

export interface MotionPicture extends GrayImage {
  half: GrayImage
  quarter: GrayImage
}

/** Lowest and highest value within half a pixel: Birchfield and Tomasi's way to ignore how a camera happened to sample. */
export interface PixelRange {
  low: Uint8Array
  high: Uint8Array
}

export function prepareMotionPicture(image: GrayImage): MotionPicture {
  const half = halve(image)
  return { ...image, half, quarter: halve(half) }
}

function halve({ width, height, data }: GrayImage): GrayImage {
  const halfWidth = width >> 1
  const halfHeight = height >> 1
  const half = new Uint8Array(halfWidth * halfHeight)
  for (let y = 0, at = 0; y < halfHeight; y++) {
    let above = 2 * y * width
    for (let x = 0; x < halfWidth; x++, at++, above += 2) {
      const below = above + width
      half[at] = ((data[above] ?? 0) + (data[above + 1] ?? 0) + (data[below] ?? 0) + (data[below + 1] ?? 0) + 2) >> 2
    }
  }
  return { width: halfWidth, height: halfHeight, data: half }
}

/** One pair of pictures is compared at a time, so one range a size is enough, and 40 kB a second stay out of the collector's way. */
const ranges = new Map<number, PixelRange>()
const mostRanges = 16

function rangeFor(pixels: number): PixelRange {
  const known = ranges.get(pixels)
  if (known) return known
  if (ranges.size >= mostRanges) ranges.clear()
  const made = { low: new Uint8Array(pixels), high: new Uint8Array(pixels) }
  ranges.set(pixels, made)
  return made
}

/** The range of every pixel, from its four neighbours. Good until the next call for a picture of the same size. */
export function rangeOf({ width, height, data }: GrayImage): PixelRange {
  const range = rangeFor(data.length)
  const { low, high } = range
  low.set(data)
  high.set(data)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1, at = y * width + 1; x < width - 1; x++, at++) {
      const here = data[at]!
      const left = (here + data[at - 1]!) >> 1
      const right = (here + data[at + 1]! + 1) >> 1
      const above = (here + data[at - width]!) >> 1
      const below = (here + data[at + width]! + 1) >> 1
      low[at] = Math.min(here, left, right, above, below)
      high[at] = Math.max(here, left, right, above, below)
    }
  }
  return range
}

/** The same picture under another light: every value times `gain` plus `offset`. */
export function relight(picture: MotionPicture, { gain, offset }: { gain: number; offset: number }): MotionPicture {
  if (gain === 1 && offset === 0) return picture
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.max(0, Math.min(255, Math.round(value * gain + offset))),
  )
  const through = (image: GrayImage): GrayImage => {
    const lit = new Uint8Array(image.data.length)
    for (let at = 0; at < lit.length; at++) lit[at] = table[image.data[at] ?? 0] ?? 0
    return { width: image.width, height: image.height, data: lit }
  }
  return { ...through(picture), half: through(picture.half), quarter: through(picture.quarter) }
}
