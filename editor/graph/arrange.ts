// Lines cards up and spreads them evenly. Boxes in, places out; pure.
import type { Point } from './edit.ts'

export interface Box extends Point {
  width: number
  height: number
}
export type Boxes = ReadonlyMap<string, Box>
export type Line = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom'

const edges: Record<Line, (all: readonly Box[]) => (box: Box) => Point> = {
  left: (all) => (box) => ({ x: Math.min(...all.map(({ x }) => x)), y: box.y }),
  center: (all) => (box) => ({ x: centre(all, 'x') - box.width / 2, y: box.y }),
  right: (all) => (box) => ({ x: Math.max(...all.map(({ x, width }) => x + width)) - box.width, y: box.y }),
  top: (all) => (box) => ({ x: box.x, y: Math.min(...all.map(({ y }) => y)) }),
  middle: (all) => (box) => ({ x: box.x, y: centre(all, 'y') - box.height / 2 }),
  bottom: (all) => (box) => ({ x: box.x, y: Math.max(...all.map(({ y, height }) => y + height)) - box.height }),
}

function centre(all: readonly Box[], axis: 'x' | 'y'): number {
  const size = axis === 'x' ? 'width' : 'height'
  return (Math.min(...all.map((box) => box[axis])) + Math.max(...all.map((box) => box[axis] + box[size]))) / 2
}

/** Each box moved onto one common line. */
export function alignBoxes(boxes: Boxes, line: Line): Map<string, Point> {
  const place = edges[line]([...boxes.values()])
  return new Map([...boxes].map(([id, box]) => [id, place(box)]))
}

/** The same space between each two neighbours; the first and the last stay. Fewer than three have nothing to spread. */
export function distributeBoxes(boxes: Boxes, axis: 'x' | 'y'): Map<string, Point> {
  const size = axis === 'x' ? 'width' : 'height'
  const sorted = [...boxes].sort(([, a], [, b]) => a[axis] - b[axis])
  const [first, last] = [sorted[0]?.[1], sorted.at(-1)?.[1]]
  if (sorted.length < 3 || !first || !last) return new Map([...boxes].map(([id, { x, y }]) => [id, { x, y }]))
  const taken = sorted.reduce((sum, [, box]) => sum + box[size], 0)
  const gap = (last[axis] + last[size] - first[axis] - taken) / (sorted.length - 1)
  let at = first[axis]
  return new Map(
    sorted.map(([id, box]) => {
      const place = { x: box.x, y: box.y, [axis]: at }
      at += box[size] + gap
      return [id, place]
    }),
  )
}
