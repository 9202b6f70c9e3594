// What the routes of channels/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

export const channelsAnswers = {
  'GET /push/key': z.object({ publicKey: z.string() }),
  'POST /push/subscriptions': z.object({ endpoint: z.string() }),
  'DELETE /push/subscriptions': null,
}
