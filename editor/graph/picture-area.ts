// Areas drawn on a picture, as parts of its width and height, and which camera the drawing is for. Pure.
import { does } from '../../nodes/contract/traits.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { PictureFilter, Point } from '../../nodes/contract/frames.ts'
import type { NodeTypes } from '../views.ts'

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

const part = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000

/** A place on screen as a place in the picture that is shown in `box`. */
export function placeIn(
  box: Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>,
  at: { clientX: number; clientY: number },
): Point {
  return {
    x: part((at.clientX - box.left) / Math.max(1, box.width)),
    y: part((at.clientY - box.top) / Math.max(1, box.height)),
  }
}

/** The rectangle between two corners, never thinner than `least`, never outside. */
export function between(a: Point, b: Point, least = 0.02): Rectangle {
  const side = (from: number, to: number): [number, number] => {
    const length = Math.max(least, Math.abs(to - from))
    return [part(Math.min(Math.min(from, to), 1 - length)), part(length)]
  }
  const [x, width] = side(a.x, b.x)
  const [y, height] = side(a.y, b.y)
  return { x, y, width, height }
}

/** What a config holds, as far as it can be drawn. */
export function polygonsIn(value: unknown): Point[][] {
  return Array.isArray(value) ? value.filter(Array.isArray).map((corners: unknown[]) => corners.filter(isPoint)) : []
}

function isPoint(value: unknown): value is Point {
  const point = value as Partial<Point> | null
  return typeof point === 'object' && point !== null && typeof point.x === 'number' && typeof point.y === 'number'
}

/** The whole picture where the config holds no rectangle. */
export function rectangleIn(value: unknown): Rectangle {
  const known = value as Partial<Rectangle> | null | undefined
  return { x: known?.x ?? 0, y: known?.y ?? 0, width: known?.width ?? 1, height: known?.height ?? 1 }
}

/** The camera whose pictures reach a mask or crop, and what is burned into them before, in order; null while none is wired. */
export function pictureBefore(
  flow: Flow,
  nodeId: string,
  types: NodeTypes,
): { camera: Flow['nodes'][number]; filters: PictureFilter[] } | null {
  const filters: PictureFilter[] = []
  const seen = new Set([nodeId])
  for (let id = nodeId; ;) {
    const before = flow.wires.find((wire) => wire.to.node === id && wire.to.port === 'frames')?.from.node
    const node = flow.nodes.find((candidate) => candidate.id === before)
    if (!node || seen.has(node.id)) return null
    seen.add(node.id)
    const type = types.get(node.type)
    if (does(type, 'mask'))
      filters.unshift({ do: 'mask', polygons: polygonsIn(node.config['polygons']).filter(({ length }) => length >= 3) })
    else if (does(type, 'crop')) filters.unshift({ do: 'crop', rectangle: rectangleIn(node.config['rectangle']) })
    else return { camera: node, filters }
    id = node.id
  }
}
