// Between stages 3 and 4: a camera node that points to several cameras stands for as many, each with the same wires, so that all later
// stages know cameras only. What they find wrong is told on the node that was drawn.
import type { Catalogue } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { streamKey } from '../../nodes/contract/cameras.ts'
import type { Link } from './graph.ts'
import { blameType, type ResolvedNode } from './resolve.ts'

export interface Spread {
  nodes: ReadonlyMap<string, ResolvedNode>
  links: Link[]
  /** The same ids with those of a node's cameras in place of its own. */
  wired(ids: Iterable<string>): Set<string>
}

/** A node that points to nothing that is known stays as it is: its own check has said so. */
export function spreadCameras(
  nodes: ReadonlyMap<string, ResolvedNode>,
  links: Link[],
  catalogue: Catalogue,
  problems: Problem[],
): Spread {
  const parts = new Map<string, ResolvedNode[]>()
  for (const node of nodes.values()) {
    const found = partsOf(node, catalogue, problems)
    if (found.length > 0) parts.set(node.id, found)
  }
  const idsOf = (id: string): string[] => parts.get(id)?.map((part) => part.id) ?? [id]
  const wired = (ids: Iterable<string>): Set<string> => new Set([...ids].flatMap(idsOf))
  if (parts.size === 0) return { nodes, links, wired }
  return {
    nodes: new Map([...nodes.values()].flatMap((node) => parts.get(node.id) ?? [node]).map((node) => [node.id, node])),
    links: links.flatMap((link) => idsOf(link.from).map((from) => ({ ...link, from }))),
    wired,
  }
}

function partsOf(node: ResolvedNode, catalogue: Catalogue, problems: Problem[]): ResolvedNode[] {
  const { definition, config } = node
  if (definition?.role !== 'source' || !definition.pointsTo || config === null) return []
  try {
    return (definition.pointsTo(config, catalogue.cameras ?? []) ?? []).map((to) => ({
      ...node,
      id: streamKey(node.id, to.camera.id),
      name: to.camera.name,
      config: to.config,
      of: { node: node.id, camera: to.camera.name },
    }))
  } catch (thrown) {
    problems.push(blameType(node, thrown, 'while its cameras were looked up'))
    return []
  }
}

/** Each problem on a node of the document, once for all cameras of that node that have the same. */
export function onDocument(problems: readonly Problem[], nodes: ReadonlyMap<string, ResolvedNode>): Problem[] {
  const seen = new Set<string>()
  return problems.flatMap((problem) => {
    const of = problem.node === null ? undefined : nodes.get(problem.node)?.of
    if (!of) return [problem]
    const placed = { ...problem, node: of.node }
    const key = JSON.stringify([of.node, placed.port, placed.field, placed.code])
    if (seen.has(key)) return []
    seen.add(key)
    return [placed]
  })
}
