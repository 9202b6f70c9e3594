// Flow <-> xyflow. The only file that says Edge or Handle: everywhere else they are wires and ports.
import {
  BaseEdge,
  Handle,
  NodeResizeControl,
  Position,
  getBezierPath,
  useStore as useCanvas,
  useStoreApi,
  type Connection,
  type Edge,
  type EdgeProps,
  type FinalConnectionState,
  type IsValidConnection,
  type Node,
  type NodeChange,
  type NodeProps,
  type NodeTypes as CardTypes,
  type OnConnectStart,
  type ReactFlowInstance,
  type ReactFlowProps,
} from '@xyflow/react'
import { useRef, type ComponentType } from 'react'
import type { PortRef } from '../../nodes/contract/flow.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Box } from '../graph/arrange.ts'
import type { Point } from '../graph/edit.ts'
import { portTop } from '../graph/room.ts'
import { laneOf, leadsBack, wayAround } from '../graph/wire-way.ts'
import type { NodeType } from '../views.ts'

export {
  useStoreApi as useCanvasStore,
  NodeResizeControl as SizeGrip,
  BaseEdge as WirePath,
  Handle as PortAnchor,
  Position,
}

/** A card as it is near, or from far away. */
export type CardKind = 'card' | 'far'
/** A card, a note, or the frame of a group. */
export type CardNode = Node<Record<string, never>, CardKind | 'note' | 'frame'>
export type CardChange = NodeChange<CardNode>
export type CardProps = NodeProps<CardNode>
export type CanvasWire = Edge<{ kind: Kind | undefined }, 'wire'>
export type WireProps = EdgeProps<CanvasWire>
export type CanvasInstance = ReactFlowInstance<CardNode, CanvasWire>

const portPx = 14
/** Half a port lies outside of its card, whose border is one pixel. */
const portOutPx = portPx / 2 - 1

/** Where the ports of a card are, for a canvas that has not drawn it yet. */
export function portPlaces(ports: NodeType['ports'], cardWidth: number): NonNullable<CardNode['handles']> {
  return (['in', 'out'] as const).flatMap((side) =>
    Object.keys(ports[side]).map((id, index) => ({
      id,
      type: side === 'in' ? ('target' as const) : ('source' as const),
      position: side === 'in' ? Position.Left : Position.Right,
      x: side === 'in' ? -portOutPx : cardWidth - portPx + portOutPx,
      y: portTop(index) + 1 - portPx / 2,
      width: portPx,
      height: portPx,
    })),
  )
}

/** The path of a wire: a curve, or around the cards where it leads back. */
export function useWirePath(ends: Pick<WireProps, 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>): string {
  const { sourceX, sourceY, targetX, targetY } = ends
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ]
  const isBack = leadsBack(from, to)
  const known = useRef<{ boxes: readonly Box[]; ends: string; lane: number }>(undefined)
  // Asked at every move of the canvas: worked out anew only once a card has moved.
  const lane = useCanvas((canvas: { nodes: readonly { type?: string | undefined }[] }) => {
    if (!isBack) return 0
    const boxes = boxesOf(canvas.nodes as readonly CardNode[])
    const key = `${sourceX},${sourceY},${targetX},${targetY}`
    if (known.current?.boxes !== boxes || known.current.ends !== key)
      known.current = { boxes, ends: key, lane: laneOf(from, to, boxes) }
    return known.current.lane
  })
  return pathOf(from, to, lane)
}

/** The path between two ports; `lane`: how high it runs where it leads back. */
export function pathOf(from: Point, to: Point, lane: number): string {
  if (leadsBack(from, to)) return wayAround(from, to, lane)
  return getBezierPath({
    sourceX: from.x,
    sourceY: from.y,
    targetX: to.x,
    targetY: to.y,
    sourcePosition: Position.Right,
    targetPosition: Position.Left,
  })[0]
}

const keptBoxes = new WeakMap<readonly CardNode[], Box[]>()
/** The places of the cards; the same object until one has moved. */
export function boxesOf(things: readonly CardNode[]): readonly Box[] {
  const kept = keptBoxes.get(things)
  if (kept) return kept
  const boxes = things
    .filter(({ type }) => type === 'card' || type === 'far')
    .map(({ position, measured }) => ({ ...position, width: measured?.width ?? 0, height: measured?.height ?? 0 }))
  keptBoxes.set(things, boxes)
  return boxes
}

export interface Surface {
  cards: CardNode[]
  wires: CanvasWire[]
  Card: ComponentType<CardProps>
  Far: ComponentType<CardProps>
  Note: ComponentType<CardProps>
  Frame: ComponentType<CardProps>
  Wire: ComponentType<WireProps>
  onCardChanges(changes: NodeChange<CardNode>[]): void
  onWireSelection(changes: readonly { type: string; id?: string; selected?: boolean }[]): void
  canJoin(from: PortRef, to: PortRef): boolean
  onJoin(from: PortRef, to: PortRef): void
  onDrawStart(start: PortRef, side: 'in' | 'out'): void
  /** A wire is taken by one end; the drawing starts at the other. */
  onTakeWire(id: string): void
  onCardDrag(id: string, at: Point): void
  onCardDrop(id: string): void
  /** `end` is the port the wire was let go on, if any; `joined` when it was taken. */
  onDrawEnd(end: { ref: PortRef; side: 'in' | 'out' } | null, joined: boolean, at: Point): void
}

let cardTypes: { card: unknown; types: CardTypes } | undefined
function typesFor({ Card, Far, Note, Frame }: Surface): CardTypes {
  if (cardTypes?.card !== Card)
    cardTypes = { card: Card, types: { card: Card, far: Far, note: Note, frame: Frame } as unknown as CardTypes }
  return cardTypes.types
}
let wireTypes: { Wire: unknown; types: Record<string, ComponentType<WireProps>> } | undefined
function wireTypesFor(Wire: ComponentType<WireProps>): Record<string, ComponentType<WireProps>> {
  if (wireTypes?.Wire !== Wire) wireTypes = { Wire, types: { wire: Wire } }
  return wireTypes.types
}

function endsOf(connection: Connection | CanvasWire): [PortRef, PortRef] {
  return [
    { node: connection.source, port: connection.sourceHandle ?? '' },
    { node: connection.target, port: connection.targetHandle ?? '' },
  ]
}

/**
 * Takes a drawn wire by its end, as if the pointer had been pressed on it: what xyflow draws for that lies under the cards, so a press
 * on a port never reaches it. False when the wire is not on screen.
 */
export function takeWireEnd(id: string, side: 'in' | 'out', at: Point): boolean {
  const end = document.querySelector(
    `.react-flow__edge[data-id="${CSS.escape(id)}"] .react-flow__edgeupdater-${side === 'in' ? 'target' : 'source'}`,
  )
  end?.dispatchEvent(
    new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0, clientX: at.x, clientY: at.y }),
  )
  return end !== null
}

function screenPoint(event: MouseEvent | TouchEvent): Point {
  const at = 'changedTouches' in event ? event.changedTouches[0] : event
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 }
}

/** Our words for a canvas, as the properties xyflow takes. */
export function surfaceProps(surface: Surface): ReactFlowProps<CardNode, CanvasWire> {
  const onConnectStart: OnConnectStart = (_event, { nodeId, handleId, handleType }) => {
    if (nodeId && handleId)
      surface.onDrawStart({ node: nodeId, port: handleId }, handleType === 'source' ? 'out' : 'in')
  }
  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    const { toHandle } = state
    const end = toHandle?.id
      ? {
          ref: { node: toHandle.nodeId, port: toHandle.id },
          side: toHandle.type === 'source' ? ('out' as const) : ('in' as const),
        }
      : null
    surface.onDrawEnd(end, state.isValid === true, screenPoint(event))
  }
  const isValidConnection: IsValidConnection<CanvasWire> = (connection) =>
    surface.canJoin(...endsOf(connection as Connection))
  return {
    nodes: surface.cards,
    edges: surface.wires,
    nodeTypes: typesFor(surface),
    edgeTypes: wireTypesFor(surface.Wire) as ReactFlowProps<CardNode, CanvasWire>['edgeTypes'],
    onNodesChange: surface.onCardChanges,
    onEdgesChange: surface.onWireSelection,
    isValidConnection,
    onConnect: (connection) => surface.onJoin(...endsOf(connection)),
    onConnectStart,
    onConnectEnd,
    onReconnectStart: (_event, wire) => surface.onTakeWire(wire.id),
    onReconnect: (_wire, connection) => surface.onJoin(...endsOf(connection)),
    onNodeDrag: (event, node, nodes) => {
      if (nodes.length === 1) surface.onCardDrag(node.id, screenPoint(event as unknown as MouseEvent))
    },
    onNodeDragStop: (_event, node, nodes) => {
      if (nodes.length === 1) surface.onCardDrop(node.id)
    },
    defaultEdgeOptions: { type: 'wire' },
    connectionLineStyle: { strokeWidth: 2, stroke: 'var(--drawing-kind, var(--heed-border-strong))' },
  }
}
