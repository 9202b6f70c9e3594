// Flow <-> xyflow. The only file that says Edge or Handle: everywhere else they are wires and ports.
import {
  BaseEdge,
  Handle,
  NodeResizeControl,
  Position,
  getBezierPath,
  useStore as useCanvas,
  type Connection,
  type Edge,
  type EdgeProps,
  type FinalConnectionState,
  type InternalNode,
  type IsValidConnection,
  type Node,
  type NodeChange,
  type NodeProps,
  type NodeTypes as CardTypes,
  type OnConnectStart,
  type ReactFlowInstance,
  type ReactFlowProps,
} from '@xyflow/react'
import type { ComponentType } from 'react'
import type { Flow, FlowGroup, FlowNode, FlowNote, PortRef, Wire } from '../../nodes/contract/flow.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Box } from '../graph/arrange.ts'
import { wireId, type Point } from '../graph/edit.ts'
import { frameOf, noteSize } from '../graph/notes.ts'
import { laneOf, leadsBack, wayAround } from '../graph/wire-way.ts'
import type { NodeTypes } from '../views.ts'
import { say } from '../words/say.ts'

export { NodeResizeControl as SizeGrip, BaseEdge as WirePath, Handle as PortAnchor, Position }

/** A card, a note, or the frame of a group. */
export type CardNode = Node<Record<string, never>, 'card' | 'note' | 'frame'>
export type CardProps = NodeProps<CardNode>
export type CanvasWire = Edge<{ kind: Kind | undefined }, 'wire'>
export type WireProps = EdgeProps<CanvasWire>
export type CanvasInstance = ReactFlowInstance<CardNode, CanvasWire>

/** What the canvas remembers of a card between two documents: its size, and where it is while it is dragged. */
export interface CardOverlay {
  measured?: { width: number; height: number }
  position?: Point
  /** While a note is drawn larger or smaller. */
  size?: { width: number; height: number }
}
export type Overlay = Readonly<Record<string, CardOverlay>>

const noData: Record<string, never> = {}

// What has not changed stays the same object, so that the canvas draws anew what was touched and nothing else.
const keptCards = new WeakMap<FlowNode, { card: CardNode; over: CardOverlay | undefined; title: string | undefined }>()
const keptWires = new WeakMap<Wire, CanvasWire>()

/** The cards of a flow. */
export function toCards(flow: Flow, types: NodeTypes, selected: readonly string[], overlay: Overlay): CardNode[] {
  const chosen = new Set(selected)
  return flow.nodes.map((node) => {
    const isChosen = chosen.has(node.id)
    const over = overlay[node.id]
    const title = types.get(node.type)?.title
    const kept = keptCards.get(node)
    if (kept && kept.card.selected === isChosen && kept.over === over && kept.title === title) return kept.card
    const card: CardNode = {
      id: node.id,
      type: 'card',
      data: noData,
      ariaRole: 'group',
      selected: isChosen,
      position: over?.position ?? { x: node.position.x, y: node.position.y },
      ...(over?.measured ? { measured: over.measured } : {}),
      ariaLabel: `${node.name || title || node.type}`,
    }
    keptCards.set(node, { card, over, title })
    return card
  })
}

const keptNotes = new WeakMap<FlowNote, { card: CardNode; over: CardOverlay | undefined }>()

/** The notes of a flow, as what lies on the canvas. */
export function toNotes(flow: Flow, selected: readonly string[], overlay: Overlay): CardNode[] {
  return (flow.notes ?? []).map((note) => {
    const over = overlay[note.id]
    const isChosen = selected.includes(note.id)
    const kept = keptNotes.get(note)
    if (kept && kept.over === over && kept.card.selected === isChosen) return kept.card
    const card: CardNode = {
      id: note.id,
      type: 'note',
      data: noData,
      ariaRole: 'group',
      selected: isChosen,
      position: over?.position ?? { x: note.position.x, y: note.position.y },
      width: over?.size?.width ?? note.width ?? noteSize.width,
      ...(over?.size ? { height: over.size.height } : {}),
      ...(over?.measured ? { measured: over.measured } : {}),
      ariaLabel: say('Note: {value}', { value: note.text.slice(0, 80) }),
    }
    keptNotes.set(note, { card, over })
    return card
  })
}

const keptFrames = new WeakMap<FlowGroup, CardNode>()
/** Below every card, also when it is selected: what is selected is lifted by 1000. */
const frameDepth = -2000

/** The frames of the groups, around the cards and notes as they lie just now. */
export function toFrames(flow: Flow, selected: readonly string[], things: readonly CardNode[]): CardNode[] {
  if (!flow.groups) return []
  const boxes = new Map(
    things.map(({ id, position, measured, width }) => [
      id,
      { ...position, width: measured?.width ?? width ?? noteSize.width, height: measured?.height ?? noteSize.height },
    ]),
  )
  return flow.groups.flatMap((group) => {
    const frame = frameOf(group, (id) => boxes.get(id))
    if (!frame) return []
    const { width, height, x, y } = frame
    const isChosen = selected.includes(group.id)
    const kept = keptFrames.get(group)
    const isSame = kept?.width === width && kept.height === height && kept.position.x === x && kept.position.y === y
    if (isSame && kept.selected === isChosen) return [kept]
    const card: CardNode = {
      id: group.id,
      type: 'frame',
      data: noData,
      ariaRole: 'group',
      selected: isChosen,
      position: { x, y },
      width,
      height,
      measured: { width, height },
      zIndex: frameDepth,
      ariaLabel: say('Group: {title}', { title: group.title }),
    }
    keptFrames.set(group, card)
    return [card]
  })
}

/** A frame that is moved takes what it frames along: its change as one of each of them, unless they move by themselves. */
export function spreadFrames(
  changes: readonly NodeChange<CardNode>[],
  flow: Flow,
  things: readonly CardNode[],
): NodeChange<CardNode>[] {
  const groups = new Map(flow.groups?.map((group) => [group.id, group]))
  if (groups.size === 0) return [...changes]
  const byId = new Map(things.map((thing) => [thing.id, thing]))
  const own = new Set(changes.flatMap((change) => (change.type === 'position' ? [change.id] : [])))
  return changes.flatMap((change): NodeChange<CardNode>[] => {
    if (change.type !== 'position' && change.type !== 'dimensions') return [change]
    const group = groups.get(change.id)
    if (!group) return [change]
    const frame = byId.get(change.id)
    if (change.type === 'dimensions' || !change.position || !frame) return []
    const [dx, dy] = [change.position.x - frame.position.x, change.position.y - frame.position.y]
    return group.members.flatMap((id): NodeChange<CardNode>[] => {
      const thing = own.has(id) ? undefined : byId.get(id)
      if (!thing) return []
      const position = { x: thing.position.x + dx, y: thing.position.y + dy }
      return [{ id, type: 'position', position, ...(change.dragging ? { dragging: true } : {}) }]
    })
  })
}

/** The wires of a flow. Wires whose node is gone are left to the check. */
export function toWires(flow: Flow, types: NodeTypes, selected: readonly string[]): CanvasWire[] {
  const typeOf = new Map(flow.nodes.map((node) => [node.id, node.type]))
  const chosen = new Set(selected)
  return flow.wires
    .filter((wire) => typeOf.has(wire.from.node) && typeOf.has(wire.to.node))
    .map((wire) => {
      const kind = types.get(typeOf.get(wire.from.node) ?? '')?.ports.out[wire.from.port]?.kind
      const selectedNow = chosen.has(wireId(wire))
      const kept = keptWires.get(wire)
      if (kept && kept.selected === selectedNow && kept.data?.kind === kind) return kept
      const drawn: CanvasWire = {
        id: wireId(wire),
        type: 'wire',
        selected: selectedNow,
        source: wire.from.node,
        sourceHandle: wire.from.port,
        target: wire.to.node,
        targetHandle: wire.to.port,
        data: { kind },
        ariaLabel: say('Wire from {node}, {port}, to {otherNode}, {otherPort}', {
          node: wire.from.node,
          port: wire.from.port,
          otherNode: wire.to.node,
          otherPort: wire.to.port,
        }),
      }
      keptWires.set(wire, drawn)
      return drawn
    })
}

/** Changes of cards, sorted: new sizes and drags, places that are final, and selection. */
export function readChanges(
  changes: readonly NodeChange<CardNode>[],
  overlay: Overlay,
): { overlay: Overlay; places: Map<string, Point> } {
  const next: Record<string, CardOverlay> = { ...overlay }
  const places = new Map<string, Point>()
  let isChanged = false
  for (const change of changes) {
    if (change.type === 'dimensions' && change.dimensions) {
      const { size: _size, ...rest } = next[change.id] ?? {}
      const size = change.resizing === true ? { size: change.dimensions } : {}
      next[change.id] = { ...rest, measured: change.dimensions, ...size }
      isChanged = true
    }
    if (change.type !== 'position') continue
    const { position: _old, ...rest } = next[change.id] ?? {}
    isChanged = true
    if (change.dragging && change.position) next[change.id] = { ...rest, position: change.position }
    else {
      const final = change.position ?? _old
      if (final) places.set(change.id, final)
      next[change.id] = rest
    }
  }
  return { overlay: isChanged ? next : overlay, places }
}

/** The ids that are selected after `changes`. */
export function selectedAfter(
  now: readonly string[],
  changes: readonly { type: string; id?: string; selected?: boolean }[],
): string[] {
  const next = new Set(now)
  for (const change of changes) {
    if (change.type !== 'select' || change.id === undefined) continue
    if (change.selected) next.add(change.id)
    else next.delete(change.id)
  }
  return [...next]
}

/** The path of a wire: a curve, or around the cards where it leads back. */
export function useWirePath(ends: Pick<WireProps, 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>): string {
  const { sourceX, sourceY, targetX, targetY } = ends
  const [from, to] = [
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ]
  const isBack = leadsBack(from, to)
  const lane = useCanvas((canvas) => (isBack ? laneOf(from, to, boxesIn(canvas.nodeLookup.values())) : 0))
  if (isBack) return wayAround(from, to, lane)
  return getBezierPath({ ...ends, sourcePosition: Position.Right, targetPosition: Position.Left })[0]
}

function* boxesIn(cards: Iterable<InternalNode>): Generator<Box> {
  for (const { type, measured, internals } of cards)
    if (type === 'card')
      yield { ...internals.positionAbsolute, width: measured.width ?? 0, height: measured.height ?? 0 }
}

export interface Surface {
  cards: CardNode[]
  wires: CanvasWire[]
  Card: ComponentType<CardProps>
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
function typesFor({ Card, Note, Frame }: Surface): CardTypes {
  if (cardTypes?.card !== Card)
    cardTypes = { card: Card, types: { card: Card, note: Note, frame: Frame } as unknown as CardTypes }
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
