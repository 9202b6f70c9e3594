// A flow as what lies on the canvas: cards, notes, the frames of groups, wires.
import type { Flow, FlowGroup, FlowNode, FlowNote, Wire } from '../../nodes/contract/flow.ts'
import { wireId, type Point } from '../graph/edit.ts'
import { factsOf } from '../graph/facts.ts'
import { frameOf, noteSize } from '../graph/notes.ts'
import { roomOf } from '../graph/room.ts'
import type { NodeType, NodeTypes } from '../views.ts'
import { say } from '../words/say.ts'
import { portPlaces, type CanvasWire, type CardChange, type CardKind, type CardNode } from './xyflow.ts'

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
const keptCards = new WeakMap<
  FlowNode,
  { card: CardNode; over: CardOverlay | undefined; type: NodeType | undefined; of: CardKind; ports: NodeType['ports'] }
>()
const keptWires = new WeakMap<Wire, CanvasWire>()

/** So many cards that only those in view are built, and one picture stands for all of them from far away. */
export function isLarge(flow: Flow): boolean {
  return flow.nodes.length > 60
}

/** Of a large flow, a card's size and ports are known before it has been drawn once: it may never be. */
function known(node: FlowNode, type: NodeType | undefined, ports: NodeType['ports'], width: number): Partial<CardNode> {
  const { height } = roomOf(node, type)
  return { measured: { width, height }, handles: portPlaces(ports, width) }
}

/** The cards of a flow; `far` ones are a place and a name, drawn by the overview. */
export function toCards(
  flow: Flow,
  types: NodeTypes,
  selected: readonly string[],
  overlay: Overlay,
  of: CardKind = 'card',
): CardNode[] {
  const chosen = new Set(selected)
  const { ports: portsOf, width } = factsOf(flow, types)
  return flow.nodes.map((node) => {
    const isChosen = chosen.has(node.id)
    const over = overlay[node.id]
    const type = types.get(node.type)
    const ports = portsOf(node.id)
    const kept = keptCards.get(node)
    if (
      kept?.card.selected === isChosen &&
      kept.over === over &&
      kept.type === type &&
      kept.of === of &&
      kept.ports === ports
    )
      return kept.card
    const card: CardNode = {
      id: node.id,
      type: of,
      ...(isLarge(flow) ? known(node, type, ports, width(node.id)) : {}),
      data: noData,
      ariaRole: 'group',
      selected: isChosen,
      position: over?.position ?? { x: node.position.x, y: node.position.y },
      ...(over?.measured ? { measured: over.measured } : {}),
      ariaLabel: `${node.name || type?.title || node.type}`,
    }
    keptCards.set(node, { card, over, type, of, ports })
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
export function spreadFrames(changes: readonly CardChange[], flow: Flow, things: readonly CardNode[]): CardChange[] {
  const groups = new Map(flow.groups?.map((group) => [group.id, group]))
  if (groups.size === 0) return [...changes]
  const byId = new Map(things.map((thing) => [thing.id, thing]))
  const own = new Set(changes.flatMap((change) => (change.type === 'position' ? [change.id] : [])))
  return changes.flatMap((change): CardChange[] => {
    if (change.type !== 'position' && change.type !== 'dimensions') return [change]
    const group = groups.get(change.id)
    if (!group) return [change]
    const frame = byId.get(change.id)
    if (change.type === 'dimensions' || !change.position || !frame) return []
    const [dx, dy] = [change.position.x - frame.position.x, change.position.y - frame.position.y]
    return group.members.flatMap((id): CardChange[] => {
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
  changes: readonly CardChange[],
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
