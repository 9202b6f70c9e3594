// How much room a card will want once it runs, so that it is kept free from the start, and the free place for a new one. Pure.
import { portsOf } from './check.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { NodeType, NodeTypes } from '../views.ts'
import type { Box } from './arrange.ts'
import type { Point } from './edit.ts'
import type { Drawing } from './layout.ts'
import { noteSize } from './notes.ts'

export type Area = 'camera' | 'codec' | 'model' | 'action' | 'words'

export const columnPx = 312
const cardWidthPx = 240
/** As tall as each kind of card grows with its live area, measured on the sheet of all cards. */
const grownPx: Record<Area, number> = { camera: 264, codec: 200, model: 392, action: 176, words: 136 }

/** What shows a picture is larger than the others, the model's card most of all. */
const wantedPx: Record<Area, number> = { ...{ camera: 280, model: 336 }, ...{ codec: 240, action: 240, words: 240 } }
/** Between a card that grows and the next one. */
const besidePx = 24

/** How wide a card is drawn: as it would like to be, as far as the cards to its right leave room. */
export function widthOf(flow: Flow, types: NodeTypes, node: FlowNode): number {
  const area = areaOf(types.get(node.type))
  if (wantedPx[area] === cardWidthPx) return cardWidthPx
  const { x, y } = node.position
  const free = flow.nodes
    .filter(({ type, position: at }) => {
      const height = grownPx[areaOf(types.get(type))]
      return at.x >= x + cardWidthPx && at.y < y + grownPx[area] && y < at.y + height
    })
    .map(({ position: at }) => at.x - x - besidePx)
  const width = Math.min(wantedPx[area], ...free)
  return Math.max(cardWidthPx, width - (width % 8))
}

/** Where a card beside this one begins. */
export function besideOf({ position: { x, y } }: FlowNode, type: NodeType | undefined): Point {
  return { x: x + wantedPx[areaOf(type)] + columnPx - cardWidthPx, y }
}

/** What only passes on what comes, as a filter or a codec: drawn small, opened when it is selected. */
export function isPlumbing(type: NodeType | undefined): boolean {
  if (!type || type.role === 'source' || type.role === 'action') return false
  const kinds = (side: 'in' | 'out'): Set<string> => new Set(Object.values(type.ports[side]).map(({ kind }) => kind))
  const [into, out] = [kinds('in'), kinds('out')]
  return into.size === 1 && out.size > 0 && [...out].every((kind) => into.has(kind))
}

export const firstPortPx = 30
export const portStepPx = 26

/** Where a port is, counted from the top of its card. */
export function portTop(index: number): number {
  return firstPortPx + index * portStepPx
}

/** Which live area fits a type: told by its role and ports, so installed types have one too. */
export function areaOf(type: NodeType | undefined): Area {
  if (!type) return 'words'
  if (type.role === 'source') return 'camera'
  if (type.role === 'action') return 'action'
  if (Object.values(type.ports.out).some((port) => port.kind === 'decision')) return 'model'
  return 'frames' in type.ports.in && 'frames' in type.ports.out ? 'codec' : 'words'
}

/** The place a card needs: its drawn size where it is larger than what it grows to. */
export function roomOf(node: FlowNode, type: NodeType | undefined, drawn?: Pick<Box, 'width' | 'height'>): Box {
  const { x, y } = node.position
  return {
    x,
    y,
    width: Math.max(drawn?.width ?? 0, wantedPx[areaOf(type)]),
    height: Math.max(drawn?.height ?? 0, grownPx[areaOf(type)]),
  }
}

/** A free place for a new node near `wanted`, with the room that it and the others will need while they run. */
export function freePlace(flow: Flow, types: NodeTypes, wanted: Point, type: NodeType | undefined): Point {
  const taken = [
    ...flow.nodes.map((node) => roomOf(node, types.get(node.type))),
    ...(flow.notes ?? []).map((note) => ({ ...noteSize, ...note, ...note.position })),
  ]
  const own = { width: wantedPx[areaOf(type)], height: grownPx[areaOf(type)] }
  const gap = 16
  let place = wanted
  const inTheWay = (): Box | undefined =>
    taken.find(
      (box) =>
        place.x < box.x + box.width + gap &&
        box.x < place.x + own.width + gap &&
        place.y < box.y + box.height + gap &&
        box.y < place.y + own.height + gap,
    )
  for (let tries = 0, other = inTheWay(); other && tries < 200; tries++, other = inTheWay())
    place = tries % 4 === 3 ? { x: place.x + columnPx, y: wanted.y } : { x: place.x, y: other.y + other.height + 32 }
  return place
}

/** A flow as the layout looks at it. `boxes`: the cards as they are drawn; `movable`: only these are moved, all with null. */
export function drawingOf(
  flow: Flow,
  types: NodeTypes,
  boxes: ReadonlyMap<string, Box>,
  movable: ReadonlySet<string> | null,
): Drawing {
  const nodes = new Map(flow.nodes.map((node) => [node.id, node]))
  const ports = new Map(
    flow.nodes.map((node) => [node.id, types.get(node.type)?.ports ?? portsOf(flow, types, node.id)]),
  )
  const portY = (node: string, side: 'in' | 'out', port: string): number =>
    portTop(Math.max(0, Object.keys(ports.get(node)?.[side] ?? {}).indexOf(port)))
  return {
    cards: flow.nodes.map((node) => ({
      id: node.id,
      ...roomOf(node, types.get(node.type), boxes.get(node.id)),
      isPinned: node.pinned === true || (movable !== null && !movable.has(node.id)),
    })),
    wires: flow.wires
      .filter(({ from, to }) => nodes.has(from.node) && nodes.has(to.node))
      .map(({ from, to }) => ({
        from: from.node,
        to: to.node,
        fromY: portY(from.node, 'out', from.port),
        toY: portY(to.node, 'in', to.port),
      })),
    groups: (flow.groups ?? []).map(({ members }) => members.filter((id) => nodes.has(id))),
    notes: (flow.notes ?? []).map((note) => ({
      ...noteSize,
      ...(note.width ? { width: note.width } : {}),
      ...(note.height ? { height: note.height } : {}),
      id: note.id,
      ...note.position,
    })),
  }
}
