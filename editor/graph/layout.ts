// Places nodes in columns by how far they are from a camera, left to right. Pure; draws nothing.
import type { Flow } from '../../nodes/contract/flow.ts'
import type { Point } from './edit.ts'

export const columnPx = 296
const gapPx = 32
const usualHeightPx = 200
/** A new card has hardly any height, and gets some with its first problem. */
const leastHeightPx = 136

/** Where each node goes so that wires run from left to right. Heights are those of the drawn cards, where known. */
export function tidyPlaces(flow: Flow, heights: ReadonlyMap<string, number> = new Map()): Map<string, Point> {
  const column = columnsOf(flow)
  const nextY = new Map<number, number>()
  const places = new Map<string, Point>()
  const ordered = [...flow.nodes].sort((a, b) => a.position.y - b.position.y || (a.id < b.id ? -1 : 1))
  for (const node of ordered) {
    const at = column.get(node.id) ?? 0
    const y = nextY.get(at) ?? 0
    places.set(node.id, { x: at * columnPx, y })
    nextY.set(at, y + Math.max(heights.get(node.id) ?? usualHeightPx, leastHeightPx) + gapPx)
  }
  return places
}

/** Longest way from a beginning, in wires. A wire that closes a circle is left out. */
function columnsOf(flow: Flow): Map<string, number> {
  const column = new Map<string, number>()
  const incoming = new Map<string, string[]>()
  for (const wire of flow.wires) incoming.set(wire.to.node, [...(incoming.get(wire.to.node) ?? []), wire.from.node])
  const visiting = new Set<string>()
  const visit = (id: string): number => {
    const known = column.get(id)
    if (known !== undefined) return known
    visiting.add(id)
    let far = 0
    for (const before of incoming.get(id) ?? []) if (!visiting.has(before)) far = Math.max(far, visit(before) + 1)
    visiting.delete(id)
    column.set(id, far)
    return far
  }
  for (const node of flow.nodes) visit(node.id)
  return column
}

/** A free place for a new node near `wanted`, so that no card covers another. */
export function freePlace(flow: Flow, wanted: Point): Point {
  let place = wanted
  const covers = (): boolean =>
    flow.nodes.some((node) => Math.abs(node.position.x - place.x) < 250 && Math.abs(node.position.y - place.y) < 120)
  for (let tries = 0; covers() && tries < 50; tries++)
    place = { x: place.x + (tries % 2 === 0 ? columnPx : 0), y: place.y + (tries % 2 === 0 ? 0 : 180) }
  return place
}
