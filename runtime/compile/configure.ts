// Part of stage 2: one node's config against its schema, its connections and its own check.
// Never corrects a value silently; only defaults are filled in.
import { wordsOfAbility } from '../../nodes/contract/connections.ts'
import type { Catalogue, CheckContext, NodeDefinition } from '../../nodes/contract/define.ts'
import type { Problem } from '../../nodes/contract/errors.ts'
import { isShown } from './fields.ts'
import type { Fields } from './fields.ts'
import { fault, listWords, quote } from './problems.ts'
import { explainFinding, isMissing } from '../../nodes/contract/schema-words.ts'

interface Setting {
  node: string
  name: string
  definition: NodeDefinition
  fields: Fields
  catalogue: Catalogue
  config: Record<string, unknown>
}

/** The completed config, or null and what is wrong with it. May throw what the definition's own code throws. */
export function configureNode(setting: Setting): { config: Record<string, unknown> | null; problems: Problem[] } {
  // Words of ours are read after the field's label; a schema author's own message is a sentence and stands alone.
  const ours = new Set<string>()
  const result = setting.definition.config.safeParse(setting.config, {
    reportInput: true,
    error(issue) {
      const words = explainFinding(issue)
      ours.add(words)
      return words
    },
  })
  if (!result.success) {
    const wrong = result.error.issues.map((issue) => toProblem(issue, setting, ours))
    return { config: null, problems: [...wrong, ...checkConnections(setting, setting.config)] }
  }
  // The plan is JSON: what a transform made of it must survive that.
  const config = isPlain(result.data)
    ? result.data
    : (JSON.parse(JSON.stringify(result.data)) as Record<string, unknown>)
  const problems = [...checkConnections(setting, config), ...runOwnCheck(setting, config)]
  return { config, problems }
}

/** True for what JSON can say; cheaper than a round trip through text for every node. */
function isPlain(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object') return false
  const made: unknown = Object.getPrototypeOf(value)
  return (made === Object.prototype || made === Array.prototype) && Object.values(value).every(isPlain)
}

interface Issue {
  code?: unknown
  path: PropertyKey[]
  message: string
  input?: unknown
}

function toProblem(issue: Issue, setting: Setting, ours: ReadonlySet<string>): Problem {
  const label = setting.fields.label(issue.path)
  const options = issue.path.length === 1 ? setting.fields.meta(String(issue.path[0])).options : undefined
  let text = issue.message.replace(/\.$/, '')
  if (issue.code === 'invalid_value' && options !== undefined && issue.input !== undefined && ours.has(issue.message)) {
    text = `must be one of ${listWords(options.map((option) => quote(option.label)))}`
  }
  const sentence = ours.has(issue.message)
    ? `${quote(label || setting.name)} ${text}.`
    : `${label ? `${quote(label)}: ` : ''}${text}.`
  const code = isMissing(issue) ? 'NODE_CONFIG_MISSING' : 'NODE_CONFIG_WRONG'
  return fault(code, sentence, { node: setting.node, field: issue.path.map(String).join('.') || null })
}

function checkConnections({ node, fields, catalogue }: Setting, config: Record<string, unknown>): Problem[] {
  return fields.connections.flatMap(({ field, meta }) => {
    const name = config[field]
    if (typeof name !== 'string' || name === '' || !isShown(meta, config)) return []
    const connection = catalogue.connections.get(name)
    if (connection === undefined) {
      return [
        fault(
          'NODE_CONNECTION_MISSING',
          `There is no connection ${quote(name)}. Choose another one, or add it under Connections.`,
          { node, field },
        ),
      ]
    }
    if (meta.can === undefined || connection.can[meta.can] !== undefined)
      return connection.lacks === undefined ? [] : [incomplete(node, field, name, connection.lacks)]
    return [
      fault(
        'NODE_CONNECTION_UNFIT',
        `The connection ${quote(name)} is of the kind ${connection.kind}, but this needs one that ${wordsOfAbility(meta.can)}. Choose another connection.`,
        { node, field },
      ),
    ]
  })
}

function incomplete(node: string, field: string, name: string, lacks: string): Problem {
  return fault(
    'NODE_CONNECTION_INCOMPLETE',
    `The connection ${quote(name)} lacks ${lacks}. Enter it under Connections, then deploy again.`,
    { node, field },
  )
}

function runOwnCheck({ node, definition, catalogue }: Setting, config: Record<string, unknown>): Problem[] {
  const context: CheckContext = {
    connection: (name) => catalogue.connections.get(name),
    ...(catalogue.cameras ? { cameras: catalogue.cameras } : {}),
  }
  return (definition.check?.(config, context) ?? []).map((problem) => ({
    node,
    port: problem.port ?? null,
    field: problem.field ?? null,
    code: String(problem.code),
    message: String(problem.message),
    severity: problem.severity === 'warning' ? 'warning' : 'error',
  }))
}
