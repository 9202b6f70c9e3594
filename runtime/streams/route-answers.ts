// What the routes of streams/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

/** One thing that a model made of what it saw. `range` is a time, or a span of the stream. */
export const MemoryEntrySchema = z.object({
  id: z.string(),
  model: z.string(),
  part: z.enum(['long-term', 'summary', 'question', 'said']),
  range: z.string(),
  text: z.string(),
  answer: z.string().optional(),
})
export const MemoryViewSchema = z.object({
  node: z.string(),
  facts: z.array(z.object({ id: z.string(), text: z.string(), at: z.string() })),
  entries: z.array(MemoryEntrySchema),
  warnings: z.array(z.string()),
})
export type MemoryView = z.infer<typeof MemoryViewSchema>

export const StreamMemorySchema = z.object({
  stream: z.string(),
  isRunning: z.boolean(),
  memories: z.array(MemoryViewSchema),
})
export type StreamMemory = z.infer<typeof StreamMemorySchema>

/** `running`: the session does it at its next tick; `saved`: it is done. */
const EditedSchema = z.object({ state: z.enum(['running', 'saved']) })

/** Where a message from outside was put. */
const SentSchema = z.object({ id: z.string(), stream: z.string(), node: z.string(), port: z.string() })
const sent = z.object({ sent: z.array(SentSchema) })
export type Sent = z.infer<typeof SentSchema>

export const streamsAnswers = {
  'GET /streams/:id/memory': StreamMemorySchema,
  'POST /streams/:id/memory/facts': EditedSchema,
  'PUT /streams/:id/memory/facts/:entry': EditedSchema,
  'DELETE /streams/:id/memory/facts/:entry': EditedSchema,
  'PUT /streams/:id/memory/summaries/:entry': EditedSchema,
  'DELETE /streams/:id/memory/summaries/:entry': EditedSchema,
  'POST /flows/:id/ask': sent,
  'POST /flows/:id/nodes/:node/input': sent,
  'POST /flows/:id/nodes/:node/voice': sent.extend({ text: z.string() }),
}
