// Which cameras feed which node. Pure.
import type { Flow } from '../../nodes/contract/flow.ts'
import type { NodeTypes } from '../views.ts'

/** Ids of the cameras whose pictures or messages can reach a node; a camera reaches itself. */
export function camerasAbove(flow: Flow, types: NodeTypes, nodeId: string): string[] {
  const sources = new Set(flow.nodes.filter((node) => types.get(node.type)?.role === 'source').map((node) => node.id))
  const seen = new Set<string>()
  const open = [nodeId]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    for (const wire of flow.wires) if (wire.to.node === id) open.push(wire.from.node)
  }
  return flow.nodes.filter((node) => sources.has(node.id) && seen.has(node.id)).map((node) => node.id)
}

/** The cameras whose streams a node runs in: those above it, else those above what it feeds, as for a memory. */
export function camerasOf(flow: Flow, types: NodeTypes, nodeId: string): string[] {
  const above = camerasAbove(flow, types, nodeId)
  if (above.length > 0) return above
  const fed = new Set([nodeId])
  for (const id of fed) for (const wire of flow.wires) if (wire.from.node === id) fed.add(wire.to.node)
  const reached = new Set([...fed].flatMap((id) => camerasAbove(flow, types, id)))
  return flow.nodes.filter((node) => reached.has(node.id)).map((node) => node.id)
}

/** The id of the stream that one camera of a flow feeds. */
export function streamIdOf(flowId: string, cameraId: string): string {
  return `${flowId}-${cameraId}`
}
