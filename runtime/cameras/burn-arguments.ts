// Masks and crops as a piece of ffmpeg's filter graph. Pure. Everything is drawn in place at the camera's own size: there is no
// second input whose absence could let a picture through, and a filter that cannot be set up ends the whole process.
import type { PictureFilter, Rectangle } from '../../nodes/contract/frames.ts'
import { coverPolygons } from './mask-boxes.ts'

/** A command line's longest argument is 128 KiB, and with a fast tap this stands in it twice. */
const mostBoxes = 700

/** Outward, so that a box only grows by being written down. */
const down = (part: number): string => (Math.floor(part * 1e5) / 1e5).toFixed(5)
const up = (part: number): string => (Math.ceil(part * 1e5) / 1e5).toFixed(5)

/** ffmpeg cuts these numbers off to whole pixels; two more than the length make up for both ends. */
function box({ x, y, width, height }: Rectangle): string {
  return `drawbox=iw*${down(x)}:ih*${down(y)}:iw*${up(width + 1e-5)}+2:ih*${up(height + 1e-5)}+2:black:fill`
}

/** Inward and on even pixels, so that no half colour sample from outside comes along; never smaller than 2x2. */
function crop({ x, y, width, height }: Rectangle): string {
  const side = (size: string, from: number, length: number): { from: string; length: string } => {
    const start = `2*ceil(${size}*${up(from)}/2-0.001)`
    return { from: start, length: `max(2\\,2*floor((${size}*${down(Math.min(1, from + length))}-${start})/2+0.001))` }
  }
  const across = side('iw', x, width),
    along = side('ih', y, height)
  return `crop=w=${across.length}:h=${along.length}:x=${across.from}:y=${along.from}`
}

/** A chain to put in front of what scales the picture; with a comma at its end, or nothing. */
export function burnFilters(filters: readonly PictureFilter[] = []): string {
  const share = Math.floor(mostBoxes / Math.max(1, filters.length))
  const parts = filters.flatMap((filter) =>
    filter.do === 'crop' ? [crop(filter.rectangle)] : coverPolygons(filter.polygons, share).map(box),
  )
  return parts.map((part) => `${part},`).join('')
}
