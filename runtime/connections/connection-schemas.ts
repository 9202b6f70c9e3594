// What a client may send about a connection. Secrets are no part of its config: they stand apart and never come out.
import { z } from 'zod'
import { plainAddress } from '../../nodes/contract/addresses.ts'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import type { ConnectionKindDefinition, ConnectionKinds, SecretField } from '../../nodes/contract/connections.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { ConnectionPatchSchema, NewConnectionSchema } from './route-bodies.ts'

const knownKind = (kinds: ConnectionKinds) =>
  ConnectionKindSchema.refine((kind) => kinds.has(kind), {
    error: `must be one of ${[...kinds.keys()].sort().join(', ')}`,
  })

/** A new connection of a kind that is known here, before its config is read by it. */
export function newConnectionSchema(kinds: ConnectionKinds) {
  return NewConnectionSchema.extend({ kind: knownKind(kinds) })
}

/** A change: what is left out stays. */
export function connectionPatchSchema(kinds: ConnectionKinds) {
  return ConnectionPatchSchema.extend({ kind: knownKind(kinds).optional() })
}

/** The schema for `{ config }` of one kind, so that a problem is placed on `config.url`. */
export function configSchemaOf({ config }: ConnectionKindDefinition): z.ZodType<{ config: Record<string, unknown> }> {
  return z.object({ config })
}

/** What is wrong with a secret that could never be sent, in words that do not repeat it. */
function refusalOfSecret({ label, form }: SecretField, value: string): string | undefined {
  if (form === 'key' && !/^[\x21-\x7e]*$/.test(value))
    return `“${label}” has a sign in it that no key has: a blank, a letter of another alphabet or a bent quote. Copy it again from where it was made.`
  const isAddress = (): boolean => /^https?:\/\/[^/\\]/i.test(value) && URL.canParse(plainAddress(value))
  if (form === 'address' && value !== '' && !isAddress())
    return `“${label}” must be a whole address that begins with https:// or http://. Copy it again.`
  return undefined
}

/**
 * The typed secrets of a kind as they are stored: blanks and line ends that came along with a copied key or address are no part
 * of it. Throws BadRequestError CONNECTION_CONFIG_WRONG for one that could never be sent: not the first alert finds out.
 */
export function readSecrets(
  definition: Pick<ConnectionKindDefinition, 'secrets'> | undefined,
  typed: Record<string, string>,
): Record<string, string> {
  const fields = new Map(definition?.secrets.map((field) => [field.name, field]))
  const read = Object.entries(typed).map(([name, value]) => {
    const field = fields.get(name) ?? { name, label: name, help: '' }
    return { name, value: field.form === undefined ? value : value.trim(), field }
  })
  const wrong = read.flatMap(({ name, value, field }) => {
    const message = refusalOfSecret(field, value)
    return message === undefined ? [] : [{ field: `secret.${name}`, message }]
  })
  const [first] = wrong
  if (first)
    throw new BadRequestError('CONNECTION_CONFIG_WRONG', first.message, {
      details: {
        problems: wrong.map((each) => ({
          node: null,
          port: null,
          code: 'CONNECTION_CONFIG_WRONG',
          severity: 'error',
          ...each,
        })),
      },
    })
  return Object.fromEntries(read.map(({ name, value }) => [name, value]))
}
