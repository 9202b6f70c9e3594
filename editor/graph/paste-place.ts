// Where a clip lands on the canvas: beside what it was copied from while that is seen, else where the person looks. Boxes in, an offset
// out; pure.
import type { Box } from './arrange.ts'
import type { Clip, Point } from './edit.ts'
import { roomOf } from './room.ts'
import { noteSize } from './notes.ts'
import type { NodeTypes } from '../views.ts'

/** Each further paste lies this much off the one before. */
export const pasteStepPx = 32

/** What a clip takes up where it was copied. */
export function clipBox(clip: Clip, types: NodeTypes): Box {
  const boxes = [
    ...clip.nodes.map((node) => roomOf(node, types.get(node.type))),
    ...(clip.notes ?? []).map((note) => ({ ...noteSize, ...note, ...note.position })),
  ]
  const x = Math.min(...boxes.map((box) => box.x))
  const y = Math.min(...boxes.map((box) => box.y))
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  }
}

/** Whether a point lies in a box. */
export function isIn({ x, y }: Point, box: Box): boolean {
  return x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height
}

interface Sight {
  /** What is seen of the flow. */
  seen: Box
  /** Where the pointer is, when it is over the canvas. */
  pointer: Point | null
  /** How often this clip has been pasted before. */
  times: number
  /** It was copied from this very flow. */
  isFromHere: boolean
}

/** How far a clip is moved: a step beside its origin, or its middle to the pointer, without one to the middle of what is seen. */
export function pasteOffset(box: Box, { seen, pointer, times, isFromHere }: Sight): Point {
  const step = pasteStepPx * (times + 1)
  if (isFromHere && isIn({ x: box.x + step, y: box.y + step }, seen)) return { x: step, y: step }
  const wanted = pointer ?? { x: seen.x + seen.width / 2, y: seen.y + seen.height / 2 }
  const off = pasteStepPx * times
  // What is larger than the window begins at its corner instead of around it.
  const along = (at: number, from: number, room: number, size: number): number =>
    size > room ? from + pasteStepPx : Math.min(Math.max(at - size / 2, from), from + room - size)
  return {
    x: Math.round(along(wanted.x, seen.x, seen.width, box.width) + off - box.x),
    y: Math.round(along(wanted.y, seen.y, seen.height, box.height) + off - box.y),
  }
}
