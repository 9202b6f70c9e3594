// What a client may send about a connection. Secrets are no part of its config: they stand apart and never come out.
import { z } from 'zod'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import type { ConnectionKindDefinition, ConnectionKinds } from '../../nodes/contract/connections.ts'

const secretName = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,39}$/, 'must be named with letters and digits')
const SecretSchema = z.record(secretName, z.string().max(20_000))

export const ConnectionNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a short name of letters, digits, "-" and "_"')

const knownKind = (kinds: ConnectionKinds) =>
  ConnectionKindSchema.refine((kind) => kinds.has(kind), {
    error: `must be one of ${[...kinds.keys()].sort().join(', ')}`,
  })

/** A new connection, before its config is read by kind. */
export function newConnectionSchema(kinds: ConnectionKinds) {
  return z.object({
    name: ConnectionNameSchema,
    kind: knownKind(kinds),
    config: z.record(z.string(), z.unknown()).default({}),
    secret: SecretSchema.default({}),
  })
}

/** A change: what is left out stays. */
export function connectionPatchSchema(kinds: ConnectionKinds) {
  return z.object({
    kind: knownKind(kinds).optional(),
    config: z.record(z.string(), z.unknown()).optional(),
    secret: SecretSchema.optional(),
  })
}

/** The schema for `{ config }` of one kind, so that a problem is placed on `config.url`. */
export function configSchemaOf({ config }: ConnectionKindDefinition): z.ZodType<{ config: Record<string, unknown> }> {
  return z.object({ config })
}
