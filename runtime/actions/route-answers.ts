// What the routes of actions/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { DeliverySchema } from '../history/route-answers.ts'

export const actionsAnswers = {
  'POST /deliveries/:id/cancel': z.object({
    delivery: DeliverySchema.omit({ type: true }),
    eventId: z.string(),
    flow: z.string(),
  }),
}
