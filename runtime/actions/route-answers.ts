// What the routes of actions/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { DeliverySchema } from '../history/route-answers.ts'

/** A message, a question or a sentence that came to nobody. */
export const FailedDeliverySchema = DeliverySchema.omit({ state: true }).extend({
  eventId: z.string(),
  flow: z.string(),
  /** What was to be told. */
  text: z.string(),
})
export type FailedDelivery = z.infer<typeof FailedDeliverySchema>

export const actionsAnswers = {
  'GET /deliveries/failed': z.object({ deliveries: z.array(FailedDeliverySchema), total: z.number() }),
  'POST /deliveries/failed/settle': z.object({ settled: z.number() }),
  'POST /deliveries/:id/retry': null,
  'POST /deliveries/:id/settle': null,
  'POST /deliveries/:id/cancel': z.object({
    delivery: DeliverySchema.omit({ type: true }),
    eventId: z.string(),
    flow: z.string(),
  }),
}
