// Which nodes nothing can reach just now: state flows down the wires, so that what hangs on a dead camera is not called fine. Pure.
import type { Flow } from '../../nodes/contract/flow.ts'

/**
 * Of each node that only hangs on broken ones, by its id, the nearest broken node. A node is reached as long as one wire into each
 * port for pictures, and one into any of its other ports, comes from something that works; what nothing is wired to is not blocked.
 */
export function blockedNodes(
  flow: Pick<Flow, 'nodes' | 'wires'>,
  isBroken: (node: string) => boolean,
  isPictures: (node: string, port: string) => boolean,
): Map<string, string> {
  const culprits = new Map<string, string>()
  for (const { id } of flow.nodes) if (isBroken(id)) culprits.set(id, id)
  const ports = portsInto(flow)
  // Each round blocks what hangs on the round before; a circle of two does not hold itself up, as its way in is looked at too.
  for (let isOver = false; !isOver;) {
    isOver = true
    for (const [id, into] of ports) {
      if (culprits.has(id)) continue
      const dead = [...into].filter(([, sources]) => sources.every((source) => culprits.has(source)))
      const isStarved = dead.some(([port]) => isPictures(id, port)) || dead.length === into.size
      const culprit = isStarved ? culprits.get(dead[0]?.[1][0] ?? '') : undefined
      if (culprit === undefined) continue
      culprits.set(id, culprit)
      isOver = false
    }
  }
  for (const [id, culprit] of culprits) if (id === culprit) culprits.delete(id)
  return culprits
}

function portsInto({ wires }: Pick<Flow, 'wires'>): Map<string, Map<string, string[]>> {
  const ports = new Map<string, Map<string, string[]>>()
  for (const { from, to } of wires) {
    const into = ports.get(to.node) ?? new Map<string, string[]>()
    into.set(to.port, [...(into.get(to.port) ?? []), from.node])
    ports.set(to.node, into)
  }
  return ports
}
