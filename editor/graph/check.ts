// Which wires may be drawn, and why not, as one sentence. The server's check decides; this one only answers while drawing.
import type { Flow, FlowNode, PortRef } from '../../nodes/contract/flow.ts'
import { canWire, explainMismatch } from '../../nodes/contract/kinds.ts'
import type { NodeType, NodeTypes, PortView } from '../views.ts'
import { camerasAbove } from './cameras-of-node.ts'
import { say } from '../words/say.ts'

export interface Ends {
  from: PortRef
  to: PortRef
}

function nodeOf(flow: Flow, id: string): FlowNode | undefined {
  return flow.nodes.find((node) => node.id === id)
}

/** What a person calls a node: its own name, else its type's title. */
export function nameOf(node: FlowNode | undefined, types: NodeTypes): string {
  if (!node) return say('a node that is gone')
  return node.name || types.get(node.type)?.title || node.type
}

function findPort(flow: Flow, types: NodeTypes, ref: PortRef, side: 'in' | 'out'): PortView | undefined {
  const node = nodeOf(flow, ref.node)
  return node && types.get(node.type)?.ports[side][ref.port]
}

/** True when `to` can be reached from `from` along the wires. */
function reaches(flow: Flow, from: string, to: string): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    for (const wire of flow.wires) if (wire.from.node === id) open.push(wire.to.node)
  }
  return false
}

/** A node fed by two cameras runs once for each, so a port that takes one wire takes one from each camera. */
function comesFromOtherCamera(flow: Flow, types: NodeTypes, from: string, already: readonly string[]): boolean {
  if (already.length === 0) return true
  const cameras = camerasAbove(flow, types, from)
  const taken = already.map((id) => camerasAbove(flow, types, id))
  return (
    cameras.length > 0 &&
    taken.every((others) => others.length > 0 && !others.some((camera) => cameras.includes(camera)))
  )
}

/** The ports to draw: the type's own, and those that only wires know, so that nothing of an unknown node is hidden. */
export function portsOf(flow: Flow, types: NodeTypes, nodeId: string): NodeType['ports'] {
  const known = types.get(nodeOf(flow, nodeId)?.type ?? '')?.ports ?? { in: {}, out: {} }
  const ports = { in: { ...known.in }, out: { ...known.out } }
  const add = (side: 'in' | 'out', own: PortRef, other: PortRef): void => {
    if (own.node !== nodeId || ports[side][own.port]) return
    const kind = findPort(flow, types, other, side === 'in' ? 'out' : 'in')?.kind ?? 'message'
    ports[side][own.port] = {
      kind,
      label: own.port,
      help: say('This Heed does not know this port.'),
      required: false,
      many: true,
      event: null,
    }
  }
  for (const { from, to } of flow.wires) {
    add('out', from, to)
    add('in', to, from)
  }
  return ports
}

/** Why a wire between these ports is refused, in words; null when it may be drawn. */
export function whyNotWire(flow: Flow, types: NodeTypes, { from, to }: Ends): string | null {
  const out = findPort(flow, types, from, 'out')
  const into = findPort(flow, types, to, 'in')
  if (!out || !into)
    return say('A wire runs from a port on the right side of a card to a port on the left side of another.')
  if (from.node === to.node) return say('A wire cannot lead back into the card it comes from.')
  if (!canWire(out.kind, into.kind)) return explainMismatch(out.kind, into.kind)
  const target = nameOf(nodeOf(flow, to.node), types)
  const already = flow.wires.filter((wire) => wire.to.node === to.node && wire.to.port === to.port)
  if (already.some((wire) => wire.from.node === from.node && wire.from.port === from.port))
    return say('These two ports are joined already.')
  if (
    !into.many &&
    !comesFromOtherCamera(
      flow,
      types,
      from.node,
      already.map((wire) => wire.from.node),
    )
  ) {
    return say('The port "{label}" of {target} takes one wire and has one already. Remove that wire first.', {
      label: into.label,
      target,
    })
  }
  const isAnswer = into.kind === 'answer' || out.kind === 'delegation'
  if (!isAnswer && reaches(flow, to.node, from.node)) {
    return say('{target} already leads to {nodeOf}, so this wire would go round in a circle.', {
      target,
      nodeOf: nameOf(nodeOf(flow, from.node), types),
    })
  }
  return null
}

/** The ports a wire begun at `start` may end at. `side` is the side of the card that `start` is on. */
export function openPorts(flow: Flow, types: NodeTypes, start: PortRef, side: 'in' | 'out'): PortRef[] {
  const other = side === 'out' ? 'in' : 'out'
  return flow.nodes.flatMap((node) =>
    Object.keys(types.get(node.type)?.ports[other] ?? {})
      .map((port) => ({ node: node.id, port }))
      .filter((end) => whyNotWire(flow, types, joined(start, end, side)) === null),
  )
}

/** Two ports in the order of the wire, whichever end the person began at. */
export function joined(start: PortRef, end: PortRef, startSide: 'in' | 'out'): Ends {
  return startSide === 'out' ? { from: start, to: end } : { from: end, to: start }
}
