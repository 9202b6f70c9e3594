// What nodes ask of the models whose words lead to them, given to those models: the plan's only settings that come from elsewhere.
// Never asks who a node is: one says what it wishes for, another whether it can grant that.
import type { Catalogue, CheckContext } from '../../nodes/contract/define.ts'
import { reachableFrom } from './graph.ts'
import type { Graph, Link } from './graph.ts'

/** Configs that wishes have changed, by node id. Calls `onBroken` for what a definition throws. */
export function grantWishes(
  graph: Graph,
  catalogue: Catalogue,
  onBroken: (node: string, thrown: unknown) => void,
): Map<string, Record<string, unknown>> {
  const context: CheckContext = { connection: (name) => catalogue.connections.get(name) }
  const granted = new Map<string, Record<string, unknown>>()
  const wishes = wishesOf(graph, onBroken)
  if (wishes.size === 0) return granted
  for (const { id, definition, config } of graph.nodes.values()) {
    if (definition?.role !== 'tick' || !definition.grant || config === null) continue
    const asked = [...behind(graph, id)].flatMap((node) => wishes.get(node) ?? [])
    if (asked.length === 0) continue
    try {
      granted.set(id, definition.grant(config, [...new Set(asked)].sort(), context))
    } catch (thrown) {
      onBroken(id, thrown)
    }
  }
  return granted
}

function wishesOf(graph: Graph, onBroken: (node: string, thrown: unknown) => void): Map<string, string> {
  const wishes = new Map<string, string>()
  for (const { id, definition, config } of graph.nodes.values()) {
    if (!definition?.wish || config === null) continue
    try {
      const wish = definition.wish(config)
      if (wish !== '') wishes.set(id, wish)
    } catch (thrown) {
      onBroken(id, thrown)
    }
  }
  return wishes
}

/** Where the words of a node get to as they are: not past an action, nor into a model, which say words of their own. */
function behind(graph: Graph, start: string): Set<string> {
  const next = (link: Link): string[] => {
    const from = graph.nodes.get(link.from)?.definition
    const to = graph.nodes.get(link.to)?.definition
    const isWords = from?.ports.out[link.fromPort]?.kind === 'message'
    return isWords && to?.role === 'tick' && !to.grant ? [link.to] : []
  }
  const linksOf = (id: string): string[] => (graph.out.get(id) ?? []).flatMap(next)
  return reachableFrom(linksOf(start), linksOf)
}
