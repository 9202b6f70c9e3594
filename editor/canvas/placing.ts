// Nodes that come onto the canvas: from the palette by click or drop, at the loose end of a wire, in between on a wire.
import type { DragEvent } from 'react'
import type { Flow } from '../../nodes/contract/flow.ts'
import { withConnections, withOwnZone } from '../form/schema.ts'
import { joined } from '../graph/check.ts'
import { addNode, addWire, idsOf, type Point } from '../graph/edit.ts'
import { besideOf, freePlace, portTop } from '../graph/room.ts'
import { joinFrame } from '../graph/notes.ts'
import { insertOnWire, isLoose } from '../graph/rewire.ts'
import type { Fit } from '../graph/suggest.ts'
import { useSignIn } from '../sign-in.ts'
import { changeFlow, currentFlow, select, useFlow } from '../store.ts'
import type { NodeType } from '../views.ts'
import { useDrawing, type WireStart } from './drawing.ts'
import { hasHabit } from './tools.ts'
import { cardBoxes, cardWidthPx, fitView, isSeen, middle, takeView, toFlowPoint } from './view.ts'
import { knownConnections } from '../queries.ts'

export const dragType = 'application/x-heed-node-type'

function prepared(type: NodeType): NodeType {
  const { kinds } = useSignIn.getState()
  const connections = knownConnections()
  return withOwnZone(
    withConnections(type, connections, [...kinds.keys()]),
    Intl.DateTimeFormat().resolvedOptions().timeZone,
  )
}

function besideSelected(flow: Flow): Point | null {
  const [only, ...others] = useFlow.getState().selection.nodes
  const node = others.length === 0 && flow.nodes.find((candidate) => candidate.id === only)
  return node ? besideOf(node, useSignIn.getState().types.get(node.type)) : null
}

/** Adds a node of `type` at a place of the flow, or in the middle of what is seen, and selects it. `onto`: the wire it is laid on. */
export function placeNode(type: NodeType, at?: Point, onto: string | null = null): void {
  const flow = currentFlow()
  if (!flow) return
  const { types } = useSignIn.getState()
  const added = addNode(flow, prepared(type), at ?? freePlace(flow, types, besideSelected(flow) ?? middle(), type))
  changeFlow(() => (onto === null ? null : insertOnWire(added.flow, types, onto, added.id)) ?? added.flow)
  select({ nodes: [added.id] })
  if (!at) requestAnimationFrame(() => isSeen(added.id) || fitView())
}

/** Adds a node at the loose end of a wire, its port where the wire was let go, and joins them. */
export function placeAtEnd({ ref, side }: WireStart, { type, port }: Fit, at: Point): void {
  const flow = currentFlow()
  if (!flow) return
  const own = side === 'out' ? ('in' as const) : ('out' as const)
  const end = toFlowPoint(at)
  const place = {
    x: own === 'in' ? end.x : end.x - cardWidthPx,
    y: end.y - portTop(Object.keys(type.ports[own]).indexOf(port)),
  }
  const added = addNode(flow, prepared(type), place)
  const ends = joined(ref, { node: added.id, port }, side)
  changeFlow(() => addWire(added.flow, ends.from, ends.to))
  select({ nodes: [added.id] })
}

/** The wire under a place on screen, by its id; cards above it do not hide it. None where cards are not to go in between. */
function wireUnder({ x, y }: Point): string | null {
  if (!hasHabit('between')) return null
  for (const element of document.elementsFromPoint(x, y)) {
    const wire = element.closest<SVGElement>('.react-flow__edge')
    if (wire?.dataset['id']) return wire.dataset['id']
  }
  return null
}

function point(event: { clientX: number; clientY: number }): Point {
  return { x: event.clientX, y: event.clientY }
}

let carried: NodeType | null = null

/** A row of the palette is picked up; null once it was let go. The browser tells what is dragged only at the drop. */
export function carry(type: NodeType | null): void {
  carried = type
}

function couldLie(type: NodeType, wire: string): boolean {
  const flow = currentFlow()
  if (!flow) return false
  const added = addNode(flow, type, { x: 0, y: 0 })
  return insertOnWire(added.flow, useSignIn.getState().types, wire, added.id) !== null
}

/** A row of the palette is held over the canvas: the wire it would be led into lights up. */
export function holdOver(event: DragEvent): void {
  if (!event.dataTransfer.types.includes(dragType)) return
  event.preventDefault()
  const wire = wireUnder(point(event))
  const over = wire !== null && carried !== null && couldLie(carried, wire) ? wire : null
  if (over !== useDrawing.getState().over) useDrawing.setState({ over })
}

/** A type of the palette is let go over the canvas. */
export function dropNode(event: DragEvent): void {
  const type = useSignIn.getState().types.get(event.dataTransfer.getData(dragType))
  const onto = wireUnder(point(event))
  useDrawing.setState({ over: null })
  if (!type) return
  event.preventDefault()
  const { x, y } = toFlowPoint(point(event))
  takeView()
  placeNode(type, { x: x - cardWidthPx / 2, y: y - 28 }, onto)
}

/** A card is dragged: the wire under the pointer lights up when the card could go in between. */
export function holdCard(id: string, at: Point): void {
  const flow = currentFlow()
  const wire = flow && isLoose(flow, id) ? wireUnder(at) : null
  const over = flow && wire && insertOnWire(flow, useSignIn.getState().types, wire, id) ? wire : null
  if (over !== useDrawing.getState().over) useDrawing.setState({ over })
}

/**
 * A dragged card is let go: over a wire that lights up it goes in between, inside a frame it joins the group, both
 * as a part of the same move.
 */
export function dropCard(id: string): void {
  const { over } = useDrawing.getState()
  useDrawing.setState({ over: null })
  changeFlow((flow) => {
    const boxes = cardBoxes([...idsOf(flow)])
    const framed = joinFrame(flow, id, (each) => boxes.get(each))
    return (over !== null && insertOnWire(framed, useSignIn.getState().types, over, id)) || framed
  }, 'move')
}
