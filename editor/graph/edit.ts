// Changes to a flow, each a pure function from Flow to Flow. Unknown keys and unknown nodes go through untouched.
import type { Flow, FlowNode, PortRef, Wire } from '../../nodes/contract/flow.ts'
import type { FieldSchema, NodeType } from '../views.ts'

export interface Point {
  x: number
  y: number
}

/** What the clipboard holds: nodes and the wires among them. */
export interface Clip {
  format: 'heed.clip/1'
  nodes: FlowNode[]
  wires: Wire[]
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

function defaultConfig(schema: FieldSchema): Record<string, unknown> {
  const config: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    if (field.default !== undefined) config[name] = structuredClone(field.default)
  }
  return config
}

/** Places a new node of `type`, its config filled with the defaults. */
export function addNode(flow: Flow, type: NodeType, position: Point): { flow: Flow; id: string } {
  const id = freeId(type.type, new Set(flow.nodes.map((node) => node.id)))
  const node: FlowNode = {
    id,
    type: type.type,
    version: type.version,
    position: { ...rounded(position) },
    config: defaultConfig(type.config),
  }
  return { flow: { ...flow, nodes: [...flow.nodes, node] }, id }
}

/** Moves nodes to new places; the same flow when nothing moved. */
export function moveNodes(flow: Flow, places: ReadonlyMap<string, Point>): Flow {
  let moved = false
  const nodes = flow.nodes.map((node) => {
    const place = places.get(node.id)
    if (!place) return node
    const { x, y } = rounded(place)
    if (x === node.position.x && y === node.position.y) return node
    moved = true
    return { ...node, position: { ...node.position, x, y } }
  })
  return moved ? { ...flow, nodes } : flow
}

/** Takes nodes, with every wire that touched them, and single wires away. */
export function removeItems(flow: Flow, items: { nodes: readonly string[]; wires: readonly string[] }): Flow {
  const gone = new Set(items.nodes)
  const cut = new Set(items.wires)
  const nodes = flow.nodes.filter((node) => !gone.has(node.id))
  const wires = flow.wires.filter(
    (wire) => !gone.has(wire.from.node) && !gone.has(wire.to.node) && !cut.has(wireId(wire)),
  )
  return nodes.length === flow.nodes.length && wires.length === flow.wires.length ? flow : { ...flow, nodes, wires }
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

/** Sets a key of the document itself. */
export function setFlowText(flow: Flow, key: 'name' | 'description', text: string): Flow {
  return flow[key] === text ? flow : { ...flow, [key]: text }
}

/** The chosen nodes and the wires among them, ready for the clipboard. */
export function copyItems(flow: Flow, nodeIds: readonly string[]): Clip {
  const chosen = new Set(nodeIds)
  return {
    format: 'heed.clip/1',
    nodes: structuredClone(flow.nodes.filter((node) => chosen.has(node.id))),
    wires: structuredClone(flow.wires.filter((wire) => chosen.has(wire.from.node) && chosen.has(wire.to.node))),
  }
}

/** Adds a clip under fresh ids, moved by `offset`, with its inner wires. */
export function pasteItems(flow: Flow, clip: Clip, offset: Point): { flow: Flow; ids: string[] } {
  const taken = new Set(flow.nodes.map((node) => node.id))
  const renamed = new Map<string, string>()
  const nodes = clip.nodes.map((node) => {
    const id = freeId(node.id, taken)
    taken.add(id)
    renamed.set(node.id, id)
    const position = { ...node.position, x: node.position.x + offset.x, y: node.position.y + offset.y }
    return { ...structuredClone(node), id, position }
  })
  const wires = clip.wires.flatMap((wire) => {
    const from = renamed.get(wire.from.node)
    const to = renamed.get(wire.to.node)
    return from && to ? [{ ...wire, from: { ...wire.from, node: from }, to: { ...wire.to, node: to } }] : []
  })
  return {
    flow: { ...flow, nodes: [...flow.nodes, ...nodes], wires: [...flow.wires, ...wires] },
    ids: nodes.map((node) => node.id),
  }
}

function changeNode(flow: Flow, nodeId: string, change: (node: FlowNode) => FlowNode): Flow {
  return { ...flow, nodes: flow.nodes.map((node) => (node.id === nodeId ? change(node) : node)) }
}

function rounded(point: Point): Point {
  return { x: Math.round(point.x), y: Math.round(point.y) }
}
