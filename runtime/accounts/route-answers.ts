// What the routes of accounts/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

/** Whether the one who asks is signed in, and whether this Heed has an owner. */
export const MeSchema = z.object({ signedIn: z.boolean(), hasOwner: z.boolean() })
export type Me = z.infer<typeof MeSchema>

/** A browser that is signed in; the id opens nothing. */
export const SignedInSchema = z.object({
  id: z.string(),
  browser: z.string(),
  createdAt: z.string(),
  seenAt: z.string().nullable(),
  expiresAt: z.string(),
  /** The one that asks. */
  isThis: z.boolean(),
})
export type SignedInView = z.infer<typeof SignedInSchema>

/** A token for scripts: how it begins, never the token. */
export const TokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  begins: z.string(),
  createdAt: z.string(),
  usedAt: z.string().nullable(),
})
export type TokenView = z.infer<typeof TokenSchema>

export const accountsAnswers = {
  'GET /sign-ins': z.object({ signIns: z.array(SignedInSchema) }),
  'DELETE /sign-ins': z.object({ ended: z.number() }),
  'DELETE /sign-ins/:id': null,
  'PUT /password': z.object({ ended: z.number() }),
  'GET /tokens': z.object({ tokens: z.array(TokenSchema) }),
  'POST /tokens': z.object({ token: z.string(), id: z.string() }),
  'DELETE /tokens/:id': null,
  'POST /sign-in': MeSchema,
  'POST /sign-in/claim': MeSchema,
  'POST /sign-out': null,
  'GET /me': MeSchema,
}
