// What the routes of connections/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import {
  AbilitiesSchema,
  ConnectionKindSchema,
  connectionGroups,
  SecretFieldSchema,
} from '../../nodes/contract/connections.ts'
import { OriginSchema } from '../../nodes/contract/define.ts'
import { ServedConfigSchema } from '../../nodes/contract/widgets.ts'
import { NextSchema } from '../../nodes/contract/input.ts'

/** A kind of connection: what it is, in words, and what its form asks for. */
export const ConnectionKindViewSchema = z.object({
  kind: ConnectionKindSchema,
  title: z.string(),
  text: z.string(),
  icon: z.string(),
  group: z.enum(connectionGroups),
  config: ServedConfigSchema,
  secrets: z.array(SecretFieldSchema),
  can: AbilitiesSchema,
  /** Comes with Heed; there is nothing to fill in and none to add. */
  isBuiltIn: z.boolean(),
  isUnlisted: z.boolean(),
  origin: OriginSchema.nullable(),
})
export type ConnectionKindView = z.infer<typeof ConnectionKindViewSchema>

/** Its secrets by name only. */
export const ConnectionViewSchema = z.object({
  name: z.string(),
  kind: ConnectionKindSchema,
  can: AbilitiesSchema,
  config: z.record(z.string(), z.unknown()),
  hasSecret: z.array(z.string()),
  usedBy: z.array(z.object({ flow: z.string(), node: z.string() })),
})
export type ConnectionView = z.infer<typeof ConnectionViewSchema>

/** Whether what was tried works, in words. */
export const TestResultSchema = z.object({
  ok: z.boolean(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})
export type TestResult = z.infer<typeof TestResultSchema>

export const connectionsAnswers = {
  'GET /connections/kinds': z.object({ kinds: z.array(ConnectionKindViewSchema) }),
  'GET /connections': z.object({ connections: z.array(ConnectionViewSchema), next: NextSchema }),
  'POST /connections': ConnectionViewSchema,
  'PUT /connections/:name': ConnectionViewSchema,
  'DELETE /connections/:name': null,
  'GET /connections/:name/voices': z.object({ voices: z.array(z.string()) }),
  'POST /connections/:name/say': null,
  'POST /connections/:name/test': TestResultSchema,
}
