// Which nodes of a flow do not run because a person has switched something off. Pure; shared by the compiler and the canvas.
import type { FlowNode, Wire } from './flow.ts'

/**
 * The nodes that are switched off, and those that hang on them alone: what must be wired and is wired to nothing else has nothing to
 * do. A switched-off node lets nothing through.
 */
export function idleNodes(
  { nodes, wires }: { nodes: readonly FlowNode[]; wires: readonly Wire[] },
  isRequired: (node: FlowNode, port: string) => boolean,
): Set<string> {
  const idle = new Set(nodes.filter((node) => node.disabled === true).map(({ id }) => id))
  if (idle.size === 0) return idle
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const into = Map.groupBy(wires, ({ to }) => to.node)
  for (let before = -1; before !== idle.size;) {
    before = idle.size
    for (const [id, arriving] of into) {
      const node = byId.get(id)
      if (!node || idle.has(id)) continue
      const ports = Map.groupBy(arriving, ({ to }) => to.port)
      for (const [port, here] of ports)
        if (isRequired(node, port) && here.every(({ from }) => idle.has(from.node))) idle.add(id)
    }
  }
  return idle
}
