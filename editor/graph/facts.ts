// What many cards ask of the same flow, worked out once for each version of it. Pure; kept for as long as the version is.
import { idleNodes } from '../../nodes/contract/disabled.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import type { NodeType, NodeTypes } from '../views.ts'
import { portsOf } from './check.ts'
import { camerasOf } from './cameras-of-node.ts'
import { widthOf } from './room.ts'

export interface Facts {
  nodes: ReadonlyMap<string, FlowNode>
  /** Switched off, or hanging on what is. */
  idle: ReadonlySet<string>
  /** The cameras whose streams a node runs in. */
  cameras(node: string): readonly string[]
  /** How wide its card is drawn. */
  width(node: string): number
  /** The ports to draw: the type's own object, unless wires know more. Always the same object: a fresh one each time is drawn for ever. */
  ports(node: string): NodeType['ports']
}

const known = new WeakMap<Flow, { types: NodeTypes; facts: Facts }>()
const noPorts: NodeType['ports'] = { in: {}, out: {} }

/** The same object for the same flow and types. */
export function factsOf(flow: Flow, types: NodeTypes): Facts {
  const found = known.get(flow)
  if (found?.types === types) return found.facts
  const facts = workOut(flow, types)
  known.set(flow, { types, facts })
  return facts
}

function workOut(flow: Flow, types: NodeTypes): Facts {
  const nodes = new Map(flow.nodes.map((node) => [node.id, node]))
  const fed = fedBy(flow, types)
  const strange = new Set(
    flow.wires.flatMap(({ from, to }) => {
      const isKnown = (id: string, side: 'in' | 'out', port: string): boolean =>
        types.get(nodes.get(id)?.type ?? '')?.ports[side][port] !== undefined
      return [
        ...(isKnown(from.node, 'out', from.port) ? [] : [from.node]),
        ...(isKnown(to.node, 'in', to.port) ? [] : [to.node]),
      ]
    }),
  )
  const strangePorts = new Map([...strange].map((id) => [id, portsOf(flow, types, id)]))
  const widths = new Map(flow.nodes.map((node) => [node.id, widthOf(flow, types, node)]))
  return {
    nodes,
    width: (id) => widths.get(id) ?? 240,
    idle: idleNodes(flow, (node, port) => types.get(node.type)?.ports.in[port]?.required === true),
    cameras: (id) => fed.get(id) ?? camerasOf(flow, types, id),
    ports: (id) => strangePorts.get(id) ?? types.get(nodes.get(id)?.type ?? '')?.ports ?? noPorts,
  }
}

/** By node, the cameras above it, each in the order of the document; nodes above which there is none are left out. */
function fedBy(flow: Flow, types: NodeTypes): Map<string, string[]> {
  const onward = Map.groupBy(flow.wires, ({ from }) => from.node)
  const fed = new Map<string, string[]>()
  for (const camera of flow.nodes) {
    if (types.get(camera.type)?.role !== 'source') continue
    const reached = new Set([camera.id])
    for (const id of reached) for (const { to } of onward.get(id) ?? []) reached.add(to.node)
    for (const id of reached) {
      const list = fed.get(id)
      if (list) list.push(camera.id)
      else fed.set(id, [camera.id])
    }
  }
  return fed
}
