// What the server says of templates, as the gallery reads it. Types only.
import type { Ability } from '../../nodes/contract/connections.ts'
import type { Flow } from '../../nodes/contract/flow.ts'

export interface AskView {
  node: string
  field: string
  label: string
  kind: 'camera' | 'connection' | 'receiver' | 'text' | 'choice' | 'time'
  default: unknown
  /** `connection`: those that will do, the best first. */
  connections?: string[]
  options?: { value: string | number; label: string }[]
}

export interface TemplateView {
  id: string
  version: number
  title: string
  purpose: string
  capability: string
  tags: string[]
  origin: 'built-in' | 'own' | 'index'
  runsHere: boolean
  /** Why not, one sentence each. */
  lacks: string[]
  missing: { what: 'connection' | 'node' | 'video'; ability: Ability | null }[]
  asks: AskView[]
  preview: { url: string }
}

export interface TemplateDocument extends TemplateView {
  document: Flow
}

export interface TemplateChange {
  what: 'node-added' | 'node-removed' | 'setting' | 'wire-added' | 'wire-removed'
  node: string
  field: string | null
  from: unknown
  to: unknown
  keptOwn: boolean
}

/** Where a flow came from, and what a newer version of that would change. */
export interface FlowTemplate {
  /** `title` is null where it is not offered any more. */
  template: { id: string; version: number; title: string | null } | null
  isOffered: boolean
  newest: number | null
  changes: TemplateChange[]
  /** The flow as it would be. */
  document?: Flow
}
