// What the routes of templates/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { AbilitySchema } from '../../nodes/contract/connections.ts'
import { FlowSchema } from '../../nodes/contract/flow.ts'
import { StoredFlowSchema } from '../flows/route-answers.ts'
import { askKinds, capabilities, origins } from './template.ts'
import { NextSchema } from '../../nodes/contract/input.ts'

/** A question that a template asks before it is a flow. */
export const AskViewSchema = z.object({
  node: z.string(),
  field: z.string(),
  label: z.string(),
  kind: z.enum(askKinds),
  default: z.unknown(),
  /** `connection`: those that will do, the best first. */
  connections: z.array(z.string()).optional(),
  options: z.array(z.object({ value: z.union([z.string(), z.number()]), label: z.string() })).optional(),
})
export type AskView = z.infer<typeof AskViewSchema>

export const TemplateViewSchema = z.object({
  id: z.string(),
  version: z.number(),
  title: z.string(),
  purpose: z.string(),
  capability: z.enum(capabilities),
  tags: z.array(z.string()),
  origin: z.enum(origins),
  runsHere: z.boolean(),
  /** Why not, one sentence each. */
  lacks: z.array(z.string()),
  /** The same for a page that offers to add it. */
  missing: z.array(z.object({ what: z.enum(['connection', 'node', 'video']), ability: AbilitySchema.nullable() })),
  asks: z.array(AskViewSchema),
  preview: z.object({ url: z.string() }),
})
export type TemplateView = z.infer<typeof TemplateViewSchema>

export const TemplateDocumentSchema = TemplateViewSchema.extend({
  /** A few sentences as its model would say them. */
  says: z.array(z.string()),
  document: FlowSchema,
})
export type TemplateDocument = z.infer<typeof TemplateDocumentSchema>

export const TemplateChangeSchema = z.object({
  what: z.enum(['node-added', 'node-removed', 'setting', 'wire-added', 'wire-removed']),
  node: z.string(),
  field: z.string().nullable(),
  from: z.unknown(),
  to: z.unknown(),
  /** The flow's own setting is kept instead of the template's new one. */
  keptOwn: z.boolean(),
})
export type TemplateChange = z.infer<typeof TemplateChangeSchema>

/** Where a flow came from, and what a newer version of that would change. */
export const FlowTemplateSchema = z.object({
  /** `title` is null where it is not offered any more. */
  template: z.object({ id: z.string(), version: z.number(), title: z.string().nullable() }).nullable(),
  isOffered: z.boolean(),
  newest: z.number().nullable(),
  changes: z.array(TemplateChangeSchema),
  /** The flow as it would be. */
  document: FlowSchema.optional(),
})
export type FlowTemplate = z.infer<typeof FlowTemplateSchema>

export const templatesAnswers = {
  'GET /templates': z.object({ templates: z.array(TemplateViewSchema), notes: z.array(z.string()), next: NextSchema }),
  'GET /templates/:id': TemplateDocumentSchema,
  'GET /templates/:id/preview': null,
  'POST /templates/:id/use': StoredFlowSchema,
  'POST /templates': TemplateViewSchema,
  'DELETE /templates/:id': null,
  'GET /flows/:id/template': FlowTemplateSchema,
  'POST /flows/:id/template/take': StoredFlowSchema,
}
