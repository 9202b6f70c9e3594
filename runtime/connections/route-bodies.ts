// What the routes of connections/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'

export const ConnectionNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a short name of letters, digits, "-" and "_"')
const secretName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be named with letters and digits')
const SecretSchema = z.record(secretName, z.string().max(20_000))

/** A new one, before its config is read by kind. */
export const NewConnectionSchema = z.object({
  name: ConnectionNameSchema,
  kind: ConnectionKindSchema,
  config: z.record(z.string(), z.unknown()).default({}),
  secret: SecretSchema.default({}),
})

/** A change: what is left out stays. */
export const ConnectionPatchSchema = z.object({
  kind: ConnectionKindSchema.optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  secret: SecretSchema.optional(),
})

/** To whom the test goes, where that is not said by the connection. */
export const ReceiverSchema = z.object({ to: z.string().trim().max(4000).optional() })

/** Long enough to hear a voice by; a speech server may be paid by the letter. */
export const SentenceSchema = z.object({
  text: z.string().trim().min(1).max(300),
  voice: z.string().max(200).default(''),
})

export const connectionsBodies = {
  'POST /connections': NewConnectionSchema,
  'POST /connections/:name/say': SentenceSchema,
  'POST /connections/:name/test': ConnectionPatchSchema.and(ReceiverSchema),
  'PUT /connections/:name': ConnectionPatchSchema,
}
