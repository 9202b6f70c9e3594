// Stage 2: each node with its definition, its config migrated, validated and completed with defaults.
// Never looks at wires; a definition that throws is a problem on its node, never an exception.
import type { Catalogue, NodeDefinition } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import type { FlowNode } from '../../nodes/contract/flow.ts'
import { configureNode } from './configure.ts'
import { readFields } from './fields.ts'
import type { Fields } from './fields.ts'
import type { ParsedFlow } from './parse.ts'
import { fault, quote } from './problems.ts'

export interface ResolvedNode {
  id: string
  /** What the person calls it. */
  name: string
  type: string
  /** Null: a placeholder of a type that is not installed. */
  definition: NodeDefinition | null
  /** Null when it did not validate. */
  config: Record<string, unknown> | null
  /** One instance for the whole flow instead of one per camera. */
  once: boolean
  /** One of the cameras that a node of the document points to: which node, and the camera's name. */
  of?: { node: string; camera: string }
}

export interface Resolved {
  nodes: ReadonlyMap<string, ResolvedNode>
  problems: Problem[]
}

interface Known {
  definition: NodeDefinition
  fields: Fields
  /** Completed configs without any problem, by what was written: forty cameras are mostly set up alike. */
  configs: Map<string, Record<string, unknown>>
}

/** Finds every node's definition. The first of two nodes with one id is kept. */
export function resolveNodes(flow: ParsedFlow, catalogue: Catalogue): Resolved {
  const nodes = new Map<string, ResolvedNode>()
  const problems: Problem[] = []
  const known = new Map<string, Known>()
  for (const node of flow.nodes) {
    if (nodes.has(node.id)) {
      problems.push(
        fault('NODE_ID_TWICE', `Two nodes have the id ${quote(node.id)}. Give one of them another id.`, {
          node: node.id,
        }),
      )
      continue
    }
    const type = known.get(node.type) ?? look(node.type, catalogue, known)
    nodes.set(node.id, type === undefined ? placeholder(node, problems) : resolveNode(node, type, catalogue, problems))
  }
  return { nodes, problems }
}

function look(type: string, catalogue: Catalogue, known: Map<string, Known>): Known | undefined {
  const definition = catalogue.nodes.get(type)
  if (definition === undefined) return undefined
  const entry: Known = { definition, fields: readFields(definition), configs: new Map() }
  known.set(type, entry)
  return entry
}

function placeholder(node: FlowNode, problems: Problem[]): ResolvedNode {
  problems.push(
    fault(
      'NODE_TYPE_UNKNOWN',
      `No node type ${quote(node.type)} is installed here. Install the package it comes from, or delete the node.`,
      { node: node.id },
    ),
  )
  return { id: node.id, name: node.name ?? node.type, type: node.type, definition: null, config: null, once: false }
}

function resolveNode(
  node: FlowNode,
  { definition, fields, configs }: Known,
  catalogue: Catalogue,
  problems: Problem[],
): ResolvedNode {
  const resolved: ResolvedNode = {
    id: node.id,
    name: node.name ?? definition.title,
    type: node.type,
    definition,
    config: null,
    once: false,
  }
  const migrated = migrateConfig(node, definition)
  if ('problem' in migrated) {
    problems.push(migrated.problem)
    return resolved
  }
  try {
    const written = JSON.stringify(migrated.config)
    const known = configs.get(written)
    if (known !== undefined) {
      resolved.config = known
      resolved.once = definition.role === 'tick' && definition.runs?.(known) === 'once'
      return resolved
    }
    const { config, problems: found } = configureNode({
      node: node.id,
      name: resolved.name,
      definition,
      fields,
      catalogue,
      config: migrated.config,
    })
    problems.push(...found)
    if (config !== null && found.length === 0) configs.set(written, config)
    resolved.config = config
    resolved.once = config !== null && definition.role === 'tick' && definition.runs?.(config) === 'once'
  } catch (thrown) {
    problems.push(blameType(resolved, thrown, 'while its settings were checked'))
    resolved.config = null
  }
  return resolved
}

/** A node's settings as the installed version of its type has them, or why they cannot be brought there. */
export function migrateConfig(
  node: FlowNode,
  definition: NodeDefinition,
): { config: Record<string, unknown> } | { problem: Problem } {
  if (node.version > definition.version) {
    return {
      problem: fault(
        'NODE_VERSION_UNKNOWN',
        `This node was made by version ${node.version} of ${quote(definition.title)}; version ${definition.version} is installed here. Update the package, or place the node again.`,
        { node: node.id },
      ),
    }
  }
  let config = node.config
  for (let version = node.version + 1; version <= definition.version; version++) {
    const migrate = definition.migrations?.[version]
    if (migrate === undefined) {
      return {
        problem: fault(
          'NODE_MIGRATION_MISSING',
          `This node was made by version ${node.version} of ${quote(definition.title)}, and the package cannot bring it to version ${version}. Place the node again.`,
          { node: node.id },
        ),
      }
    }
    try {
      config = migrate(config)
    } catch (thrown) {
      return {
        problem: blameType(
          { id: node.id, name: node.name ?? definition.title },
          thrown,
          `while its settings were brought to version ${version}`,
        ),
      }
    }
  }
  return { config }
}

/** A definition that threw: the fault of its package, placed on the node that met it. */
export function blameType(node: { id: string; name: string } | undefined, thrown: unknown, when: string): Problem {
  const reason =
    thrown instanceof Error && typeof thrown.message === 'string'
      ? thrown.message.replace(/[.\s]+$/, '')
      : 'it threw what is no error'
  return fault(
    'NODE_TYPE_BROKEN',
    `The node type of ${quote(node?.name ?? '?')} failed ${when}: ${reason}. This is a fault of its package; report it there.`,
    { node: node?.id },
  )
}
