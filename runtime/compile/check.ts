// Stage 3: every wire and every port: do they exist, do they fit, is what must be wired wired.
// Never judges the shape of the whole graph: cycles and cameras are the next stages' business.
import type { NodeDefinition, Port } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import type { PortRef } from '../../nodes/contract/flow.ts'
import { canWire, explainMismatch } from '../../nodes/contract/kinds.ts'
import { readFields } from './fields.ts'
import { reachableFrom } from './graph.ts'
import type { Link } from './graph.ts'
import type { ParsedFlow } from './parse.ts'
import { fault, listWords, quote, warning } from './problems.ts'
import type { ResolvedNode } from './resolve.ts'

export interface Checked {
  /** Wires that fit. */
  links: Link[]
  /** Every wire between two nodes that are there, fitting or not. */
  rough: Link[]
  problems: Problem[]
}

type Nodes = ReadonlyMap<string, ResolvedNode>

/** Checks wires and ports of a flow whose nodes are resolved. */
export function checkWires(flow: ParsedFlow, nodes: Nodes): Checked {
  const checked: Checked = { links: [], rough: [], problems: [] }
  const seen = new Set<string>()
  for (const { from, to } of flow.wires) {
    const key = `${from.node} ${from.port} ${to.node} ${to.port}`
    if (seen.has(key)) {
      checked.problems.push(
        fault(
          'WIRE_TWICE',
          `The same wire from ${nameOf(from, nodes)} is drawn twice. Delete one of them.`,
          placeAt(to, from, nodes),
        ),
      )
      continue
    }
    seen.add(key)
    checkWire({ from, to }, flow, nodes, checked)
  }
  checkInputs(nodes, checked)
  checkOutputs(nodes, checked)
  return checked
}

function nameOf(end: PortRef, nodes: Nodes): string {
  return quote(nodes.get(end.node)?.name ?? end.node)
}

function placeAt(end: PortRef, other: PortRef, nodes: Nodes): { node?: string; port?: string } {
  const known = nodes.has(end.node) ? end : nodes.has(other.node) ? other : undefined
  return known === undefined ? {} : { node: known.node, port: known.port }
}

function checkWire(wire: { from: PortRef; to: PortRef }, flow: ParsedFlow, nodes: Nodes, checked: Checked): void {
  const { from, to } = wire
  const source = nodes.get(from.node)
  const target = nodes.get(to.node)
  for (const [end, other] of [
    [from, to],
    [to, from],
  ] as const) {
    if (nodes.has(end.node) || flow.unreadable.has(end.node)) continue
    checked.problems.push(
      fault(
        'WIRE_NODE_MISSING',
        `A wire ${end === from ? 'starts at' : 'leads to'} the node ${quote(end.node)}, which is not in this flow. Delete the wire, or put the node back.`,
        placeAt(other, end, nodes),
      ),
    )
  }
  if (source === undefined || target === undefined) return
  const link: Link = { from: from.node, fromPort: from.port, to: to.node, toPort: to.port }
  checked.rough.push(link)
  const sent = findPort(source, from.port, 'out', checked.problems)
  const taken = findPort(target, to.port, 'in', checked.problems)
  if (source === target) {
    checked.problems.push(
      fault('WIRE_TO_SELF', `A wire leads from ${quote(source.name)} back to itself. Delete it.`, {
        node: to.node,
        port: to.port,
      }),
    )
  } else if (sent !== undefined && taken !== undefined) {
    if (canWire(sent.kind, taken.kind)) checked.links.push(link)
    else
      checked.problems.push(
        fault(
          'WIRE_KIND_MISMATCH',
          `${quote(sent.label)} of ${quote(source.name)} does not fit ${quote(taken.label)} of ${quote(target.name)}. ${explainMismatch(sent.kind, taken.kind)}`,
          { node: to.node, port: to.port },
        ),
      )
  }
}

/** The port a wire is at; undefined, with a problem, when the type has none of that name on that side. */
function findPort(node: ResolvedNode, name: string, side: 'in' | 'out', problems: Problem[]): Port | undefined {
  if (node.definition === null) return undefined
  const { ports } = node.definition
  const here = ports[side]
  if (Object.hasOwn(here, name)) return here[name]
  const place = { node: node.id, port: name }
  const role = side === 'out' ? 'starts at' : 'leads to'
  if (Object.hasOwn(ports[side === 'out' ? 'in' : 'out'], name)) {
    problems.push(
      fault(
        'WIRE_WRONG_SIDE',
        `A wire ${role} ${quote(name)} of ${quote(node.name)}, but that port ${side === 'out' ? 'only receives' : 'only sends'}. Wires run from an out port to an in port.`,
        place,
      ),
    )
    return undefined
  }
  const names = Object.keys(here)
  const choice =
    names.length === 0 ? `It has no ${side} ports.` : `Its ${side} ports are ${listWords(names.map(quote), 'and')}.`
  problems.push(
    fault(
      'WIRE_PORT_UNKNOWN',
      `A wire ${role} ${quote(name)} of ${quote(node.name)}, which has no ${side} port of that name. ${choice}`,
      place,
    ),
  )
  return undefined
}

/** Reckons once for each type of node: a flow has few types and many nodes. */
function onceEach<T>(reckon: (definition: NodeDefinition) => T): (definition: NodeDefinition) => T {
  const known = new Map<NodeDefinition, T>()
  return (definition) => {
    const found = known.get(definition) ?? reckon(definition)
    known.set(definition, found)
    return found
  }
}

function checkInputs(nodes: Nodes, checked: Checked): void {
  const arriving = Map.groupBy(checked.rough, ({ to }) => to)
  const entriesOf = onceEach((definition: NodeDefinition) => Object.entries(definition.ports.in))
  for (const node of nodes.values()) {
    if (node.definition === null) continue
    const here = arriving.get(node.id) ?? []
    for (const [name, port] of entriesOf(node.definition)) {
      if (here.length === 0 && !port.required) continue
      const wires = here.filter(({ toPort }) => toPort === name)
      const place = { node: node.id, port: name }
      if (wires.length === 0 && port.required) {
        checked.problems.push(
          fault('NODE_INPUT_MISSING', `${quote(node.name)} needs a wire into ${quote(port.label)}.`, place),
        )
      } else if (wires.length > 1 && !port.many && !comeFromDifferentCameras(wires, nodes, arriving)) {
        checked.problems.push(
          fault(
            'WIRE_PORT_FULL',
            `${quote(port.label)} of ${quote(node.name)} takes one wire, but ${wires.length} lead into it. Delete all but one, or place the node once for each.`,
            place,
          ),
        )
      }
    }
  }
}

/** A wire that nothing will ever come along is drawn by somebody who counts on it: an escalation without its minutes. */
function checkOutputs(nodes: Nodes, checked: Checked): void {
  const leaving = Map.groupBy(checked.links, ({ from }) => from)
  const silentOf = onceEach((definition: NodeDefinition) =>
    Object.entries(definition.ports.out).flatMap(([key, port]) =>
      port.silentWithout === undefined ? [] : [{ key, port, field: port.silentWithout }],
    ),
  )
  for (const { id, name, definition, config } of nodes.values()) {
    if (definition === null || config === null) continue
    for (const { key, port, field } of silentOf(definition)) {
      if (config[field] || !leaving.get(id)?.some(({ fromPort }) => fromPort === key)) continue
      const label = quote(readFields(definition).label([field]))
      checked.problems.push(
        warning(
          'PORT_SILENT',
          `Nothing will come out of ${quote(port.label)} of ${quote(name)}: set ${label}, or delete the wire.`,
          { node: id, port: key, field },
        ),
      )
    }
  }
}

/** A node fed by two cameras runs once per camera, so each of its instances has one of these wires. */
function comeFromDifferentCameras(
  wires: readonly Link[],
  nodes: Nodes,
  arriving: ReadonlyMap<string, readonly Link[]>,
): boolean {
  const taken = new Set<string>()
  for (const wire of wires) {
    const upstream = reachableFrom([wire.from], (id) => (arriving.get(id) ?? []).map(({ from }) => from))
    const cameras = [...upstream].filter((id) => nodes.get(id)?.definition?.role === 'source')
    if (cameras.length === 0 || cameras.some((camera) => taken.has(camera))) return false
    for (const camera of cameras) taken.add(camera)
  }
  return true
}
