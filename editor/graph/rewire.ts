// Wires that already exist: led elsewhere, or led through a card that is laid on them. Pure.
import type { Flow, PortRef, Wire } from '../../nodes/contract/flow.ts'
import { canWire } from '../../nodes/contract/kinds.ts'
import type { NodeTypes, PortView } from '../views.ts'
import { whyNotWire, type Ends } from './check.ts'
import { addWire, removeItems, wireId } from './edit.ts'

/** The flow as if this wire were not drawn: what else may be drawn is judged without it. */
export function withoutWire(flow: Flow, id: string | null): Flow {
  return id === null ? flow : removeItems(flow, { nodes: [], wires: [id] })
}

/** Leads a wire to other ends, in its place in the list and with whatever else it says; the same flow when they are its own. */
export function reconnect(flow: Flow, id: string, { from, to }: Ends): Flow {
  const old = flow.wires.find((wire) => wireId(wire) === id)
  if (!old) return flow
  const next: Wire = { ...old, from: { ...from }, to: { ...to } }
  if (wireId(next) === id || flow.wires.some((wire) => wireId(wire) === wireId(next))) return flow
  return { ...flow, wires: flow.wires.map((wire) => (wire === old ? next : wire)) }
}

/**
 * The wire that is meant by taking hold of a port: the one selected wire there, else the only one of an in port that takes no
 * second. Null when a new wire begins.
 */
export function wireHeldAt(
  flow: Flow,
  types: NodeTypes,
  port: PortRef,
  side: 'in' | 'out',
  selected: readonly string[],
): string | null {
  const near = side === 'in' ? 'to' : 'from'
  const here = flow.wires.filter((wire) => wire[near].node === port.node && wire[near].port === port.port)
  const chosen = here.map(wireId).filter((id) => selected.includes(id))
  if (chosen.length === 1) return chosen[0] ?? null
  const type = types.get(flow.nodes.find(({ id }) => id === port.node)?.type ?? '')
  const isFull = side === 'in' && type?.ports.in[port.port]?.many === false
  return isFull && here.length === 1 && here[0] ? wireId(here[0]) : null
}

function portsThrough(
  ports: { in: Record<string, PortView>; out: Record<string, PortView> },
  wire: { out: PortView; in: PortView },
): { in: string; out: string }[] {
  const pairs = Object.entries(ports.in).flatMap(([into, a]) =>
    Object.entries(ports.out).flatMap(([out, b]) =>
      canWire(wire.out.kind, a.kind) && canWire(b.kind, wire.in.kind)
        ? [{ in: into, out, cost: (a.kind === wire.out.kind ? 0 : 1) + (b.kind === wire.in.kind ? 0 : 1) }]
        : [],
    ),
  )
  return pairs.sort((a, b) => a.cost - b.cost)
}

/** Leads a wire through a node: into its best port and out of it to where it went. Null where that cannot be. */
export function insertOnWire(flow: Flow, types: NodeTypes, id: string, nodeId: string): Flow | null {
  const wire = flow.wires.find((each) => wireId(each) === id)
  const typeOf = (node: string) => types.get(flow.nodes.find((each) => each.id === node)?.type ?? '')
  const ends = wire && {
    out: typeOf(wire.from.node)?.ports.out[wire.from.port],
    in: typeOf(wire.to.node)?.ports.in[wire.to.port],
  }
  const ports = typeOf(nodeId)?.ports
  if (!wire || !ends?.out || !ends.in || !ports) return null
  if (wire.from.node === nodeId || wire.to.node === nodeId) return null
  const cut = withoutWire(flow, id)
  for (const pair of portsThrough(ports, { out: ends.out, in: ends.in })) {
    const into = { from: wire.from, to: { node: nodeId, port: pair.in } }
    const onward = { from: { node: nodeId, port: pair.out }, to: wire.to }
    if (whyNotWire(cut, types, into) !== null) continue
    const half = addWire(cut, into.from, into.to)
    if (whyNotWire(half, types, onward) === null) return addWire(half, onward.from, onward.to)
  }
  return null
}

/** True for a node that no wire touches: only such a one is led through by laying it on a wire. */
export function isLoose(flow: Flow, nodeId: string): boolean {
  return !flow.wires.some((wire) => wire.from.node === nodeId || wire.to.node === nodeId)
}
