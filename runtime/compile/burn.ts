// What is burned into a camera's pictures: the nodes directly behind it that say so, and the proof that nothing passes them by.
// Never lets a doubt through: one decode serves a whole stream, so a mask holds for all of it or the flow is refused.
import type { Problem } from '../../nodes/contract/errors.ts'
import { reachableFrom } from './graph.ts'
import type { Graph, Link } from './graph.ts'
import { compareText, fault, quote } from './problems.ts'

function burns(graph: Graph, id: string): boolean {
  const definition = graph.nodes.get(id)?.definition
  return definition?.role === 'tick' && definition.burnsIn === true
}

/** Wires out of a node that carry pictures. */
function pictures(graph: Graph, id: string): Link[] {
  const ports = graph.nodes.get(id)?.definition?.ports.out ?? {}
  return (graph.out.get(id) ?? []).filter(({ fromPort }) => ports[fromPort]?.kind === 'frames')
}

/** The burning nodes behind a camera, one behind the other, in the order in which the picture meets them. */
export function burnChain(graph: Graph, camera: string): string[] {
  const chain: string[] = []
  for (let at: string | undefined = camera; at !== undefined;) {
    const next: string | undefined = pictures(graph, at)
      .map(({ to }) => to)
      .filter((id) => burns(graph, id) && !chain.includes(id))
      .sort(compareText)[0]
    if (next !== undefined) chain.push(next)
    at = next
  }
  return chain
}

/** Every way on which a camera's picture would be seen without what is to be burned in. */
export function checkBurning(graph: Graph, cameras: readonly string[]): Problem[] {
  if (![...graph.nodes.keys()].some((id) => burns(graph, id))) return []
  return cameras.flatMap((camera) => {
    const chain = burnChain(graph, camera)
    const past = chain.flatMap((node, index) =>
      pictures(graph, chain[index - 1] ?? camera)
        .filter(({ to }) => to !== node)
        .map((link) => ({ link, node })),
    )
    const blamed = new Set([...chain, ...past.map(({ link }) => link.to)])
    const behind = reachableFrom([camera], (id) => pictures(graph, id).map(({ to }) => to))
    const late = [...behind].filter((id) => burns(graph, id) && !blamed.has(id)).sort(compareText)
    return [
      ...past.map(({ link, node }) =>
        fault(
          'FRAMES_PAST_MASK',
          `The picture of ${nameOf(graph, camera)} reaches ${nameOf(graph, link.to)} without ${nameOf(graph, node)}. Lead that wire out of ${nameOf(graph, node)} instead.`,
          { node: link.to, port: link.toPort },
        ),
      ),
      ...late.map((id) =>
        fault(
          'FRAMES_MASK_LATE',
          `${nameOf(graph, id)} must stand directly behind ${nameOf(graph, camera)}: what stands between them would see the picture without it.`,
          { node: id },
        ),
      ),
    ]
  })
}

function nameOf(graph: Graph, id: string): string {
  return quote(graph.nodes.get(id)?.name ?? id)
}
