// Reads a config's JSON Schema into the fields of a form: which widget, which words, shown or not. Pure; draws nothing.
import type { Abilities } from '../../nodes/contract/connections.ts'
import type { Widget } from '../../nodes/contract/widgets.ts'
import type { ConnectionView, FieldSchema, NodeType } from '../views.ts'

export interface Field {
  name: string
  label: string
  schema: FieldSchema
  widget: Widget | 'json'
  isRequired: boolean
}

/** The schema behind "or nothing": `anyOf` of a type and null. */
function core(schema: FieldSchema): FieldSchema {
  const real = schema.anyOf?.filter((option) => option.type !== 'null') ?? []
  return real.length === 1 ? { ...real[0], ...schema } : schema
}

function widgetOf(schema: FieldSchema): Field['widget'] {
  if (schema.widget) return schema.widget
  const type = Array.isArray(schema.type) ? schema.type.find((name) => name !== 'null') : schema.type
  if (schema.enum || schema.options) return type === 'array' ? 'tags' : 'select'
  if (type === 'boolean') return 'toggle'
  if (type === 'number' || type === 'integer') return 'number'
  if (type === 'string') return 'text'
  if (type === 'array' && (schema.items?.type === 'string' || schema.items?.enum)) return 'tags'
  return 'json'
}

/** `quietMs` → "Quiet ms": for a field without a label of its own. */
export function labelFromName(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The fields of a config, in the order the schema gives them. */
export function fieldsOf(config: FieldSchema): Field[] {
  const required = new Set(config.required ?? [])
  return Object.entries(config.properties ?? {}).map(([name, raw]) => {
    const schema = core(raw)
    return {
      name,
      schema,
      label: schema.label ?? labelFromName(name),
      widget: widgetOf(schema),
      isRequired: required.has(name) && schema.default === undefined,
    }
  })
}

/**
 * The type with its empty connection fields set to the first connection that fits, so that a new card has one to begin with.
 * `kinds`: in the order in which they are offered.
 */
export function withConnections(
  type: NodeType,
  connections: readonly Pick<ConnectionView, 'name' | 'kind' | 'can'>[],
  kinds: readonly string[],
): NodeType {
  const ordered = [...connections].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
  const fields = fieldsOf(type.config)
  const properties = Object.entries(type.config.properties ?? {}).map(([name, schema]) => {
    // One that a new card does not show, because of what its other fields say at first, is nobody's choice yet.
    const isOpen =
      schema.widget === 'connection' &&
      !schema.advanced &&
      !schema.default &&
      isShown({ name, label: '', schema, widget: 'connection', isRequired: false }, fields, {}, undefined)
    const { can: wanted } = schema
    const first = wanted && ordered.find(({ can }) => can[wanted] !== undefined)
    return [name, isOpen && first ? { ...schema, default: first.name } : schema] as const
  })
  return { ...type, config: { ...type.config, properties: Object.fromEntries(properties) } }
}

/** The type with hours that go by the clock on this person's wall: a new card must not watch by another country's night. */
export function withOwnZone(type: NodeType, timeZone: string | undefined): NodeType {
  const zone = type.config.properties?.['timeZone']
  if (!zone?.default || !timeZone) return type
  return {
    ...type,
    config: { ...type.config, properties: { ...type.config.properties, timeZone: { ...zone, default: timeZone } } },
  }
}

/** What a field holds: its value, else its default. */
export function valueOf(field: Field, config: Record<string, unknown>): unknown {
  return config[field.name] ?? field.schema.default
}

/** Whether a field is drawn, given the rest of the config and what the chosen connection can do. */
export function isShown(
  field: Field,
  fields: readonly Field[],
  config: Record<string, unknown>,
  can: Abilities | undefined,
): boolean {
  const { showIf, showIfConnectionCan: needed } = field.schema
  if (showIf) {
    const other = fields.find((candidate) => candidate.name === showIf.field)
    const value = other ? valueOf(other, config) : config[showIf.field]
    if (!showIf.is.includes(value as string | number | boolean)) return false
  }
  return needed === undefined || can?.[needed] !== undefined
}

/** The choices of a select, with their words. */
export function optionsOf(schema: FieldSchema): { value: string; label: string; help?: string }[] {
  if (schema.options) return schema.options
  const values = schema.enum ?? schema.items?.enum ?? []
  return values.map((value) => ({ value: String(value), label: labelFromName(String(value)) }))
}
