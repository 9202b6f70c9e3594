// Why nobody would hear what is sent to a port, in the words that the server sends with the node type. Pure.
import type { FlowNode } from '../../nodes/contract/flow.ts'
import type { ConnectionView, NodeTypes } from '../views.ts'

/** The first reason when none of the nodes hears what comes to this port; null when one does, or when there are none. */
export function whyUnheard(
  nodes: readonly FlowNode[],
  port: string,
  types: NodeTypes,
  connections: readonly Pick<ConnectionView, 'name' | 'can'>[],
): string | null {
  const reasons = nodes.map(({ type, config }) => {
    const can = connections.find(({ name }) => name === config['connection'])?.can
    const deaf = types.get(type)?.ports.in[port]?.deafUnless
    return can && deaf && can[deaf.connectionCan] === undefined ? deaf.why : undefined
  })
  return reasons.includes(undefined) ? null : (reasons[0] ?? null)
}
