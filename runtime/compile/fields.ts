// Reads what a config schema says about its fields: labels, widgets, what a connection must be able to do.
// Never runs the schema and never imports the schema library: only its data is looked at.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { FieldMeta } from '../../nodes/contract/widgets.ts'

/** The part of a schema that is looked at; wrappers (default, optional, …) have an `innerType`, pipes an `in`. */
interface Schema {
  def: { innerType?: Schema; in?: Schema; element?: Schema; valueType?: Schema; shape?: Record<string, Schema> }
  meta?(): FieldMeta | undefined
}

export interface Fields {
  /** The field's name as the form shows it. */
  label(path: readonly PropertyKey[]): string
  meta(name: string): FieldMeta
  /** Fields that name a connection. */
  connections: readonly { field: string; meta: FieldMeta }[]
}

function describe(schema: Schema): FieldMeta {
  const outer = schema.meta?.() ?? {}
  const inner = schema.def.innerType ?? schema.def.in
  return inner === undefined ? outer : { ...describe(inner), ...outer }
}

function unwrap(schema: Schema): Schema {
  const inner = schema.def.innerType ?? schema.def.in
  return inner === undefined ? schema : unwrap(inner)
}

function below(schema: Schema, key: PropertyKey): Schema | undefined {
  const { shape, element, valueType } = unwrap(schema).def
  if (shape !== undefined) return typeof key === 'string' && Object.hasOwn(shape, key) ? shape[key] : undefined
  return element ?? valueType
}

const known = new WeakMap<NodeDefinition, Fields>()

/** What the schema of one node type says about its fields; read once, for a flow has few types and many nodes. */
export function readFields(definition: NodeDefinition): Fields {
  const fields = known.get(definition) ?? describeFields(definition)
  known.set(definition, fields)
  return fields
}

function describeFields(definition: NodeDefinition): Fields {
  const root = definition.config as unknown as Schema
  const shape = root.def.shape ?? {}
  const metas = new Map(Object.entries(shape).map(([name, schema]) => [name, describe(schema)] as const))
  return {
    label(path) {
      let label = path.map(String).join('.')
      let schema: Schema | undefined = root
      for (const key of path) {
        schema = schema && below(schema, key)
        label = (schema && describe(schema).label) ?? label
      }
      return label
    },
    meta: (name) => metas.get(name) ?? {},
    connections: [...metas].flatMap(([field, meta]) => (meta.widget === 'connection' ? [{ field, meta }] : [])),
  }
}

/** False while the form would not draw the field: its value then has no effect and is not judged. */
export function isShown(meta: FieldMeta, config: Record<string, unknown>): boolean {
  return meta.showIf === undefined || (meta.showIf.is as unknown[]).includes(config[meta.showIf.field])
}
