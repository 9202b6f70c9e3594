// `GET /api/nodes`: every node type as data, so that built-in and installed ones look alike. Never sends a function.
import type { Router } from 'express'
import { z } from 'zod'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { DescribedType, DescribedTypes } from '../../nodes/contract/shared-flow.ts'
import type { NodeType } from './route-answers.ts'
import type { FieldSchema } from '../../nodes/contract/widgets.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

/** A definition without its functions; `config` as JSON Schema with the metas beside each field. */
export function describeNode(definition: NodeDefinition): NodeType {
  const { type, version, title, icon, group, help, also = '', does = [], role, card, ports, config } = definition
  const { origin = null, reasons = {} } = definition
  return {
    type,
    version,
    title,
    icon,
    group,
    help,
    also,
    does: [...does],
    role,
    card,
    ports,
    origin,
    reasons,
    config: z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' }) as FieldSchema,
  }
}

const described = new WeakMap<FlowsRouteDeps['nodes'], DescribedTypes>()

/** Every type as the editor gets it, for drawing and for words. */
export function describedTypes(nodes: FlowsRouteDeps['nodes']): DescribedTypes {
  const before = described.get(nodes)
  if (before) return before
  const types: DescribedTypes = new Map(
    [...nodes].map(([type, definition]) => [
      type,
      JSON.parse(JSON.stringify(describeNode(definition))) as DescribedType,
    ]),
  )
  described.set(nodes, types)
  return types
}

/** Definitions do not change while the process runs, so they are described once. */
export function addNodeRoutes(api: Router, deps: FlowsRouteDeps): void {
  let nodes: NodeType[] | undefined
  api.get('/nodes', (_request, response) => {
    nodes ??= [...deps.nodes.values()].map(describeNode)
    response.json({ nodes })
  })
}
