// What the routes of streams/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'

export const FactSchema = z.object({
  text: z.string().trim().min(1).max(4000),
  node: z.string().min(1).max(64).optional(),
})

export const TextSchema = FactSchema.pick({ text: true })

const text = z.string().trim().min(1).max(2000)

const stream = z.string().min(1).max(200).optional()

export const QuestionSchema = z.object({ text, stream })

export const InputSchema = z.object({ text, stream, port: z.string().min(1).max(64) })

export const streamsBodies = {
  'POST /flows/:id/ask': QuestionSchema,
  'POST /flows/:id/nodes/:node/input': InputSchema,
  'POST /streams/:id/memory/facts': FactSchema,
  'PUT /streams/:id/memory/facts/:entry': TextSchema,
  'PUT /streams/:id/memory/summaries/:entry': TextSchema,
}
