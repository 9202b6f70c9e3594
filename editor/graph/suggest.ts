// Which node types could take a wire that was let go over nothing, best first. Pure.
import { does } from '../../nodes/contract/traits.ts'
import { canWire, type Kind } from '../../nodes/contract/kinds.ts'
import type { NodeGroup, NodeType } from '../views.ts'

export interface Fit {
  type: NodeType
  /** The port of the new node that takes the wire. */
  port: string
}

/** The way of a message through a flow; what is nearer to its end answers "and then?" best. */
const way: readonly NodeGroup[] = ['video', 'interaction', 'logic', 'action']

/** A port that says the same kind before one that merely reads it; one that must be wired before one that may be. */
function strangeness(type: NodeType, side: 'in' | 'out', port: string, kind: Kind): number {
  const found = type.ports[side][port]
  if (!found) return Number.POSITIVE_INFINITY
  const step = way.indexOf(type.group)
  const fromGoal = side === 'in' ? way.length - step : step
  // Of the same worth otherwise, what tells a person comes first.
  const tells = side === 'in' && does(type, 'notify') ? 0.5 : 0
  return (found.kind === kind ? 0 : 100) + (side === 'in' && !found.required ? 20 : 0) + fromGoal - tells
}

/**
 * One entry a type, with its best port. `side` is the side of the new node that the wire ends at: `in` when it was drawn out of an
 * out port.
 */
export function fittingTypes(types: Iterable<NodeType>, kind: Kind, side: 'in' | 'out'): Fit[] {
  const fits = [...types].flatMap((type) => {
    const best = Object.keys(type.ports[side])
      .filter((name) => {
        const other = type.ports[side][name]?.kind
        return other !== undefined && (side === 'in' ? canWire(kind, other) : canWire(other, kind))
      })
      .map((port) => ({ type, port, cost: strangeness(type, side, port, kind) }))
      .sort((a, b) => a.cost - b.cost)[0]
    return best ? [best] : []
  })
  return fits.sort((a, b) => a.cost - b.cost).map(({ type, port }) => ({ type, port }))
}
