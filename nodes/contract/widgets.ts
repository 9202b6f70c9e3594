// How a config field is drawn in the inspector: the `meta` of its zod schema.
// The meta travels to the editor inside the JSON Schema of GET /api/nodes.
import { z } from 'zod'
import type { Ability } from './connections.ts'

export type Widget =
  | 'text'
  | 'textarea'
  | 'number'
  | 'duration'
  | 'select'
  | 'segments'
  | 'toggle'
  | 'tags'
  /** Lines of hours of the week, painted or typed. */
  | 'week'
  | 'skills'
  | 'connection'
  | 'media'
  /** Names of cameras that are things of their own. */
  | 'cameras'
  | 'url'
  | 'template'
  /** Drawn on a snapshot: a list of polygons, and one rectangle, in parts of the picture. */
  | 'polygons'
  | 'rectangle'
  /** One of the voices that the chosen connection (field `connection`) offers, or another name. */
  | 'voice'
  /** A place of the Node-RED inside, by its name. */
  | 'node-red'

export interface FieldMeta {
  label?: string
  help?: string
  placeholder?: string
  widget?: Widget
  /** Written behind the number: "s", "px". */
  unit?: string
  /** Words for the values of an enum, in its order of appearance. */
  options?: { value: string; label: string; help?: string }[]
  /** `connection` fields: what the connection must be able to do. */
  can?: Ability
  /** Draw only while another field of the same config has one of these values. */
  showIf?: { field: string; is: (string | number | boolean)[] }
  /** Draw only while the chosen connection (field `connection`) can do this. */
  showIfConnectionCan?: Ability
  /** Names a person or a place that is told; in a flow from somebody else it waits for the owner's yes. */
  receiver?: boolean
  /** Names a place of the Node-RED inside: an `entry` that takes messages, or an `exit` that gives them. In a flow from somebody else it waits for the owner's yes. */
  nodeRed?: 'entry' | 'exit'
  /** Folded away under "More". */
  advanced?: boolean
}

/** A config, or one field of it, as it is served: JSON Schema with the meta beside it. */
export interface FieldSchema extends FieldMeta {
  type?: string | string[]
  default?: unknown
  enum?: (string | number)[]
  const?: unknown
  items?: FieldSchema
  anyOf?: FieldSchema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  maxLength?: number
  minLength?: number
  properties?: Record<string, FieldSchema>
  required?: string[]
}
export const ServedConfigSchema = z.custom<FieldSchema>(
  (value) => typeof value === 'object' && value !== null && 'type' in value,
)

declare module 'zod' {
  // zod's own way to type .meta(): https://zod.dev/metadata
  interface GlobalMeta extends FieldMeta {}
}
