// Clips that a flow names and nobody here can play: said before a deploy, not by a stream that fails. Opens no clip.
import type { Problem } from '../../nodes/contract/errors.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { fault, isShown, readFields } from '../compile/index.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

/** A problem for each field that names a clip outside the media folders or one that is not there. */
export async function clipProblems(
  deps: Pick<FlowsRouteDeps, 'nodes' | 'media'>,
  nodes: readonly FlowNode[],
): Promise<Problem[]> {
  const named = nodes.flatMap((node) => clipsOf(node, deps.nodes))
  const paths = [...new Set(named.map(({ path }) => path))]
  const troubles = new Map(
    await Promise.all(paths.map(async (path) => [path, await deps.media.whyMissing(path)] as const)),
  )
  return named.flatMap(({ node, field, path }) => {
    const trouble = troubles.get(path)
    return trouble ? [fault(trouble.code, trouble.message, { node, field })] : []
  })
}

/** The clips a node would play; a field that the form does not show has no effect. */
function clipsOf(
  { id, type, config }: FlowNode,
  types: FlowsRouteDeps['nodes'],
): { node: string; field: string; path: string }[] {
  const definition = types.get(type)
  if (!definition) return []
  const fields = readFields(definition)
  const read = definition.config.safeParse(config)
  // With its defaults: a camera that does not say its kind is a clip.
  const whole = { ...config, ...(read.success ? (read.data as Record<string, unknown>) : {}) }
  return Object.entries(whole).flatMap(([field, path]) => {
    const meta = fields.meta(field)
    return meta.widget === 'media' && typeof path === 'string' && path !== '' && isShown(meta, whole)
      ? [{ node: id, field, path }]
      : []
  })
}
