// What the routes of history/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'
import { verdicts } from '../../nodes/contract/events.ts'
import { queryFields } from '../../nodes/contract/input.ts'

const { text } = queryFields

/** Up to a moment: nobody has seen what came after the list that was shown. */
export const SeenAllSchema = z.object({ upTo: z.iso.datetime(), flow: text, kind: text, q: text })

export const VerdictSchema = z.object({ verdict: z.enum(verdicts).nullable() })

export const NameSchema = z.object({
  name: z
    .string()
    .trim()
    .max(80)
    .regex(/^[^\u0000-\u001f]*$/, 'must be one line')
    .optional(),
})

export const historyBodies = {
  'POST /acknowledge/:token': NameSchema,
  'POST /events/acknowledge': SeenAllSchema,
  'PUT /events/:id/verdict': VerdictSchema,
}
