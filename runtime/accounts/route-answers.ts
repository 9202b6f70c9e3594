// What the routes of accounts/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

/** Whether the one who asks is signed in, and whether this Heed has an owner. */
export const MeSchema = z.object({ signedIn: z.boolean(), hasOwner: z.boolean() })
export type Me = z.infer<typeof MeSchema>

export const accountsAnswers = {
  'POST /sign-in': MeSchema,
  'POST /sign-in/claim': MeSchema,
  'POST /sign-out': null,
  'GET /me': MeSchema,
}
