// Changes to a flow, each a pure function from Flow to Flow. Unknown keys and unknown nodes go through untouched.
import type { Flow, FlowGroup, FlowNode, FlowNote, FlowPin, PortRef, Wire } from '../../nodes/contract/flow.ts'
import type { FieldSchema, NodeType } from '../views.ts'

export interface Point {
  x: number
  y: number
}

/** What the clipboard holds: nodes and the wires among them, notes, and the groups that are chosen. */
export interface Clip {
  format: 'heed.clip/1'
  nodes: FlowNode[]
  wires: Wire[]
  notes?: FlowNote[]
  groups?: FlowGroup[]
  pins?: FlowPin[]
}

/** A wire's name: the two ports it joins, of which there is one wire at most. */
export function wireId(wire: Wire): string {
  return `${wire.from.node}.${wire.from.port}--${wire.to.node}.${wire.to.port}`
}

/** The wire that a name stands for. */
export function wireOf(id: string): Wire {
  const [from, to] = id.split('--').map((end) => {
    const dot = end.indexOf('.')
    return { node: end.slice(0, dot), port: end.slice(dot + 1) }
  })
  const none = { node: '', port: '' }
  return { from: from ?? none, to: to ?? none }
}

/** A flow with nothing on it yet. */
export function emptyFlow(name: string): Flow {
  return { format: 'heed.flow/1', name, nodes: [], wires: [] }
}

/** The first of `camera-source`, `camera-source-2`, … that is still free. */
export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 56) || 'node'
  if (!taken.has(base)) return base
  const stem = base.replace(/-\d+$/, '')
  let count = 2
  while (taken.has(`${stem}-${count}`)) count++
  return `${stem}-${count}`
}

/** Every id that a card, a note or a group has: they are told apart by it. */
export function idsOf({ nodes, notes = [], groups = [] }: Flow): Set<string> {
  return new Set([...nodes, ...notes, ...groups].map(({ id }) => id))
}

function defaultConfig(schema: FieldSchema): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined) config[name] = structuredClone(field.default)
  }
  return config
}

/** Places a new node of `type`, its config filled with the defaults. */
export function addNode(flow: Flow, type: NodeType, position: Point): { flow: Flow; id: string } {
  const id = freeId(type.type, idsOf(flow))
  const node: FlowNode = {
    id,
    type: type.type,
    version: type.version,
    position: { ...rounded(position) },
    config: defaultConfig(type.config),
  }
  return { flow: { ...flow, nodes: [...flow.nodes, node] }, id }
}

/** Moves cards and notes to new places; the same flow when nothing moved. */
export function moveNodes(flow: Flow, places: ReadonlyMap<string, Point>): Flow {
  const nodes = movedTo(flow.nodes, places)
  const notes = flow.notes && movedTo(flow.notes, places)
  if (nodes === flow.nodes && notes === flow.notes) return flow
  return { ...flow, nodes, ...(notes ? { notes } : {}) }
}

function movedTo<T extends FlowNode | FlowNote>(things: T[], places: ReadonlyMap<string, Point>): T[] {
  let hasMoved = false
  const next = things.map((thing) => {
    const place = places.get(thing.id)
    if (!place) return thing
    const { x, y } = rounded(place)
    if (x === thing.position.x && y === thing.position.y) return thing
    hasMoved = true
    return { ...thing, position: { ...thing.position, x, y } }
  })
  return hasMoved ? next : things
}

/** Takes nodes with every wire that touched them, notes, frames (what they frame stays) and single wires away. */
export function removeItems(flow: Flow, items: { nodes: readonly string[]; wires: readonly string[] }): Flow {
  const gone = new Set(items.nodes)
  const cut = new Set(items.wires)
  const nodes = flow.nodes.filter((node) => !gone.has(node.id))
  const wires = flow.wires.filter(
    (wire) => !gone.has(wire.from.node) && !gone.has(wire.to.node) && !cut.has(wireId(wire)),
  )
  const notes = flow.notes?.filter(({ id }) => !gone.has(id)) ?? []
  const groups = flow.groups?.filter(({ id }) => !gone.has(id)) ?? []
  const isSame =
    nodes.length === flow.nodes.length &&
    wires.length === flow.wires.length &&
    notes.length === (flow.notes?.length ?? 0) &&
    groups.length === (flow.groups?.length ?? 0)
  if (isSame) return flow
  const pins = flow.pins?.filter(({ node }) => !gone.has(node))
  return withNotes({ ...flow, nodes, wires, ...(pins ? { pins } : {}) }, notes, groups)
}

/** The flow with these notes and groups. Ids of what is not there leave their groups, and a group around nothing goes. */
export function withNotes(flow: Flow, notes: readonly FlowNote[], groups: readonly FlowGroup[]): Flow {
  const { notes: _notes, groups: _groups, ...rest } = flow
  const real = new Set([...flow.nodes, ...notes].map(({ id }) => id))
  const kept = groups.flatMap((group) => {
    const members = group.members.filter((id) => real.has(id))
    if (members.length === 0) return []
    return members.length === group.members.length ? [group] : [{ ...group, members }]
  })
  return {
    ...rest,
    ...(notes.length > 0 ? { notes: [...notes] } : {}),
    ...(kept.length > 0 ? { groups: kept } : {}),
  } as Flow
}

/** Joins two ports; the same flow when that wire is there already. */
export function addWire(flow: Flow, from: PortRef, to: PortRef): Flow {
  const wire: Wire = { from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } }
  return flow.wires.some((other) => wireId(other) === wireId(wire)) ? flow : { ...flow, wires: [...flow.wires, wire] }
}

/** Sets one config field; `undefined` takes the key away. */
export function setConfig(flow: Flow, nodeId: string, field: string, value: unknown): Flow {
  return changeNode(flow, nodeId, (node) => {
    const { [field]: _old, ...rest } = node.config
    return { ...node, config: value === undefined ? rest : { ...node.config, [field]: value } }
  })
}

/** Gives a node a name of its own; an empty one brings the type's title back. */
export function renameNode(flow: Flow, nodeId: string, name: string): Flow {
  return changeNode(flow, nodeId, (node) => {
    const { name: _old, ...rest } = node
    return (name === '' ? rest : { ...node, name }) as FlowNode
  })
}

/** Switches nodes off, or on again. */
export function setDisabled(flow: Flow, nodeIds: readonly string[], disabled: boolean): Flow {
  const chosen = new Set(nodeIds)
  return {
    ...flow,
    nodes: flow.nodes.map((node) => {
      if (!chosen.has(node.id)) return node
      const { disabled: _old, ...rest } = node
      return (disabled ? { ...rest, disabled } : rest) as FlowNode
    }),
  }
}

/** Keeps nodes where a person has put them, or lets the layout move them again. */
export function setPinned(flow: Flow, nodeIds: readonly string[], isPinned: boolean): Flow {
  const chosen = new Set(nodeIds)
  return {
    ...flow,
    nodes: flow.nodes.map((node) => {
      if (!chosen.has(node.id)) return node
      const { pinned: _old, ...rest } = node
      return (isPinned ? { ...rest, pinned: true } : rest) as FlowNode
    }),
  }
}

/** Sets a key of the document itself. */
export function setFlowText(flow: Flow, key: 'name' | 'description', text: string): Flow {
  return flow[key] === text ? flow : { ...flow, [key]: text }
}

/** What is chosen, ready for the clipboard: a group with all it frames. */
export function copyItems(flow: Flow, ids: readonly string[]): Clip {
  const groups = flow.groups?.filter(({ id }) => ids.includes(id)) ?? []
  const chosen = new Set([...ids, ...groups.flatMap(({ members }) => members)])
  const notes = flow.notes?.filter(({ id }) => chosen.has(id)) ?? []
  const pins = flow.pins?.filter(({ node }) => chosen.has(node)) ?? []
  return structuredClone({
    format: 'heed.clip/1' as const,
    nodes: flow.nodes.filter((node) => chosen.has(node.id)),
    wires: flow.wires.filter((wire) => chosen.has(wire.from.node) && chosen.has(wire.to.node)),
    ...(notes.length > 0 ? { notes } : {}),
    ...(groups.length > 0 ? { groups } : {}),
    ...(pins.length > 0 ? { pins } : {}),
  })
}

/** Adds a clip under fresh ids, moved by `offset`, with its inner wires. */
export function pasteItems(flow: Flow, clip: Clip, offset: Point): { flow: Flow; ids: string[] } {
  const taken = idsOf(flow)
  const renamed = new Map<string, string>()
  const fresh = <T extends { id: string }>(thing: T): T => {
    const id = freeId(thing.id, taken)
    taken.add(id)
    renamed.set(thing.id, id)
    return { ...structuredClone(thing), id }
  }
  const placed = <T extends FlowNode | FlowNote>(thing: T): T => {
    const { x, y } = thing.position
    return { ...fresh(thing), position: { ...thing.position, x: x + offset.x, y: y + offset.y } }
  }
  const nodes = clip.nodes.map(placed)
  const notes = (clip.notes ?? []).map(placed)
  const groups = (clip.groups ?? []).map((group) => ({
    ...fresh(group),
    members: group.members.flatMap((id) => renamed.get(id) ?? []),
  }))
  const wires = clip.wires.flatMap((wire) => {
    const from = renamed.get(wire.from.node)
    const to = renamed.get(wire.to.node)
    return from && to ? [{ ...wire, from: { ...wire.from, node: from }, to: { ...wire.to, node: to } }] : []
  })
  const pins = pastedPins(flow, clip, renamed)
  const pasted = {
    ...flow,
    nodes: [...flow.nodes, ...nodes],
    wires: [...flow.wires, ...wires],
    ...(pins.length > 0 ? { pins } : {}),
  }
  return {
    flow:
      notes.length + groups.length === 0
        ? pasted
        : withNotes(pasted, [...(flow.notes ?? []), ...notes], [...(flow.groups ?? []), ...groups]),
    ids: [...nodes, ...notes].map(({ id }) => id),
  }
}

/** All samples of the flow with those of the clip at their new cards. */
function pastedPins({ pins = [] }: Flow, clip: Clip, renamed: ReadonlyMap<string, string>): FlowPin[] {
  const taken = new Set(pins.map(({ id }) => id))
  const added = (clip.pins ?? []).flatMap((pin) => {
    const node = renamed.get(pin.node)
    if (node === undefined) return []
    const id = freeId(pin.id, taken)
    taken.add(id)
    return [{ ...structuredClone(pin), id, node }]
  })
  return [...pins, ...added]
}

function changeNode(flow: Flow, nodeId: string, change: (node: FlowNode) => FlowNode): Flow {
  return { ...flow, nodes: flow.nodes.map((node) => (node.id === nodeId ? change(node) : node)) }
}

function rounded(point: Point): Point {
  return { x: Math.round(point.x), y: Math.round(point.y) }
}
