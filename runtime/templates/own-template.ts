// A flow as a template of one's own: without secrets and without its own past, with the questions that somebody else would have to
// answer. Pure.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { isShown, readFields } from '../compile/index.ts'
import { withoutSecrets } from '../flows/index.ts'
import { TestSchema, templateFormat, type Ask, type Capability, type Template, type Words } from './template.ts'

export interface OwnTemplate {
  id: string
  title: Words
  purpose: Words
  capability: Capability
  asks?: Ask[] | undefined
}

/** What to save; `asks` are found by the cards' own fields where none are given. */
export function templateFrom(
  document: Flow,
  own: OwnTemplate,
  nodes: ReadonlyMap<string, NodeDefinition>,
): Omit<Template, 'version'> {
  const { template: _past, tests, ...flow } = withoutSecrets(document)
  const read = TestSchema.array().max(100).safeParse(tests)
  return {
    format: templateFormat,
    ...own,
    tags: (document.tags ?? []).slice(0, 20),
    flow,
    asks: own.asks ?? flow.nodes.flatMap((node) => questionsOf(node, nodes.get(node.type))),
    zh: {},
    tests: read.success ? read.data : [],
  }
}

/** A camera, a connection, whom to tell, and what to watch for: what differs from one place to the next. */
function questionsOf(node: FlowNode, definition: NodeDefinition | undefined): Ask[] {
  if (!definition) return []
  const name = node.name ?? definition.title
  const ask = (field: string, kind: Ask['kind'], en: string, zh: string): Ask => ({
    node: node.id,
    field,
    kind,
    label: { en, zh },
    default: null,
  })
  if (definition.role === 'source') return [ask('path', 'camera', `${name}: what to watch`, `${name}：看什么画面`)]
  const fields = readFields(definition)
  const connections = fields.connections
    .filter(({ meta }) => isShown(meta, node.config))
    .filter(({ field }) => typeof node.config[field] === 'string' && node.config[field] !== '')
    .map(({ field, meta }) =>
      ask(field, 'connection', `${name}: ${meta.label ?? field}`, `${name}：${meta.label ?? field}`),
    )
  if (definition.does?.includes('notify'))
    return [ask('channel', 'receiver', `${name}: who is told`, `${name}：通知谁`)]
  const instruction = fields.meta('instruction').widget === 'textarea'
  return [
    ...connections,
    ...(instruction ? [ask('instruction', 'text', `${name}: what to watch for`, `${name}：关注什么`)] : []),
  ]
}
