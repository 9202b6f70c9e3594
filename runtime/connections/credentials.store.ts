// The table of sealed URL credentials: written when a document or a connection is saved, read when a URL is used.
import { and, desc, eq, inArray, sql } from 'drizzle-orm'
import { hiddenIn } from '../../nodes/contract/address-secrets.ts'
import type { Queryable } from '../database/index.ts'
import { urlCredentials } from '../database/index.ts'
import type { Seal } from '../database/index.ts'
import { encryptedOnly, fillUrl, findLost, placesOf, slotOf } from './url-credentials.ts'
import type { FoundCredential, LostSecret } from './url-credentials.ts'

/** Whose credentials: a flow's, a connection's or a camera's. */
export type Scope = `flow:${string}` | `connection:${string}` | `camera:${string}`

/** A statement takes 65,535 values. */
const rowsAtOnce = 500

const placeOf = (scope: string, row: { node: string; field: string; host: string }): string =>
  JSON.stringify(['url', scope, row.node, row.field, row.host])

/** Seals what was found in a document; a newer password for the same place and host replaces the older one. */
export async function saveCredentials(
  session: Queryable,
  seal: Seal,
  scope: Scope,
  found: FoundCredential[],
  nowMs: number,
): Promise<void> {
  // One row for one place: a statement may not touch a row twice, and what was typed last counts.
  const rows = new Map<string, typeof urlCredentials.$inferInsert>()
  for (const { node, field, isEncrypted, userinfo, ...to } of found) {
    const host = isEncrypted ? `${to.host}${encryptedOnly}` : to.host
    const sealed = seal.close(userinfo, placeOf(scope, { node, field, host }))
    rows.set(JSON.stringify([node, field, host]), { scope, node, field, host, sealed, savedAt: new Date(nowMs) })
  }
  const all = [...rows.values()]
  for (let from = 0; from < all.length; from += rowsAtOnce)
    await session
      .insert(urlCredentials)
      .values(all.slice(from, from + rowsAtOnce))
      .onConflictDoUpdate({
        target: [urlCredentials.scope, urlCredentials.node, urlCredentials.field, urlCredentials.host],
        set: { sealed: sql`excluded.sealed`, savedAt: sql`excluded.saved_at` },
      })
}

/** Everything that is sealed for a scope. */
export async function readCredentials(session: Queryable, seal: Seal, scope: Scope): Promise<string[]> {
  const rows = await session.select().from(urlCredentials).where(eq(urlCredentials.scope, scope))
  return rows.map((row) => seal.open(row.sealed, placeOf(scope, row)))
}

/** Gives a copy what the original has. */
export async function copyCredentials(session: Queryable, seal: Seal, from: Scope, to: Scope): Promise<void> {
  const kept = await session.select().from(urlCredentials).where(eq(urlCredentials.scope, from))
  const rows = kept.map((row) => ({
    ...row,
    scope: to,
    sealed: seal.close(seal.open(row.sealed, placeOf(from, row)), placeOf(to, row)),
  }))
  for (let first = 0; first < rows.length; first += rowsAtOnce)
    await session.insert(urlCredentials).values(rows.slice(first, first + rowsAtOnce))
}

/**
 * Puts a URL's secrets back, if there are any for its host and port in this scope: those of the node itself, else those of
 * another node of the same flow (a copied node keeps its camera). One that was given for an encrypted address is not sent in
 * the clear. Without any, the mark stays.
 */
export async function fillFrom(
  session: Queryable,
  seal: Seal,
  scope: Scope,
  node: string,
  url: string,
): Promise<string> {
  const hidden = hiddenIn(url)
  if (hidden === null) return url
  const rows = await session
    .select()
    .from(urlCredentials)
    .where(and(eq(urlCredentials.scope, scope), inArray(urlCredentials.host, placesOf(hidden))))
    .orderBy(desc(urlCredentials.savedAt))
  const secrets = new Map<string, string>()
  for (const slot of hidden.slots) {
    const fitting = rows.filter(({ field }) => slotOf(field) === slot)
    const row = fitting.find((each) => each.node === node) ?? fitting[0]
    if (row) secrets.set(slot, seal.open(row.sealed, placeOf(scope, row)))
  }
  return fillUrl(url, secrets.get(''), secrets)
}

/** The marks of these nodes' addresses that nothing is kept for in this scope. */
export async function readLost(
  session: Queryable,
  scope: Scope,
  nodes: readonly { id: string; config: unknown }[],
): Promise<LostSecret[]> {
  const kept = await session
    .select({ node: urlCredentials.node, field: urlCredentials.field, host: urlCredentials.host })
    .from(urlCredentials)
    .where(eq(urlCredentials.scope, scope))
  return findLost(nodes, kept)
}

/** Every URL of a config with its credentials back. */
export async function fillConfig(session: Queryable, seal: Seal, scope: Scope, value: unknown): Promise<unknown> {
  if (typeof value === 'string') return await fillFrom(session, seal, scope, '', value)
  if (Array.isArray(value)) return await Promise.all(value.map((each) => fillConfig(session, seal, scope, each)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(
    async ([key, each]) => [key, await fillConfig(session, seal, scope, each)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

export async function removeCredentials(session: Queryable, scope: Scope): Promise<void> {
  await session.delete(urlCredentials).where(eq(urlCredentials.scope, scope))
}
