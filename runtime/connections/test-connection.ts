// Tells whether a connection answers, in words for a person: puts the ability to work that its kind names. Never throws, never
// shows a secret.
import type { HttpPort } from '../../nodes/contract/capabilities.ts'
import type {
  Ability,
  Connection,
  ConnectionKindDefinition,
  ConnectionKinds,
} from '../../nodes/contract/connections.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { createCleaner, secretsOfConnection } from '../../nodes/contract/own-secrets.ts'

export interface ConnectionReport {
  ok: boolean
  message: string
  details?: Record<string, unknown>
}

/** How one ability is tried; `to` is who would be told. May throw in words. */
export type TestAbility = (connection: Connection, signal: AbortSignal, to: string) => Promise<ConnectionReport>

function testOfItsOwn({ tryOut }: ConnectionKindDefinition, http: HttpPort | undefined): TestAbility | undefined {
  if (!tryOut || !http) return undefined
  return async (connection, signal) => ({ ok: true, message: await tryOut(connection, { http, signal }) })
}

/** One try at whatever a connection names, by those who own its abilities; the composition brings them. */
export function createConnectionTest(
  kinds: ConnectionKinds,
  tests: Partial<Record<Ability, TestAbility>>,
  http?: HttpPort,
): (connection: Connection, to?: string, signal?: AbortSignal) => Promise<ConnectionReport> {
  const run = async (connection: Connection, to: string, signal: AbortSignal): Promise<ConnectionReport> => {
    const kind = kinds.get(connection.kind)
    const test = kind && (tests[kind.test] ?? testOfItsOwn(kind, http))
    if (!test) return { ok: false, message: `A connection of kind "${connection.kind}" cannot be tested here.` }
    try {
      return await test(connection, signal, to)
    } catch (error) {
      return { ok: false, message: toError(error).message }
    }
  }
  return async (connection, to = '', signal = new AbortController().signal) => {
    const report = await run(connection, to, signal)
    const clean = createCleaner(secretsOfConnection(connection))
    const message = clean(report.message)
    if (!report.details) return { ...report, message }
    return { ...report, message, details: JSON.parse(clean(JSON.stringify(report.details))) as Record<string, unknown> }
  }
}
