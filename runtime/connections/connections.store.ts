// Named servers and accounts. Secrets are sealed one by one and leave this file only through `get`.
import { asc, eq, gt, sql } from 'drizzle-orm'
import type { ConnectionKinds } from '../../nodes/contract/connections.ts'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { ConnectionStore } from './connections.ts'
import { fillConfig, removeCredentials, saveCredentials } from './credentials.store.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { plainJson } from '../database/index.ts'
import { connections, receiverTroubles } from '../database/index.ts'
import type { Seal } from '../database/index.ts'
import { builtInNames } from './kinds.ts'
import { hideInConfig } from './url-credentials.ts'

const placeOf = (name: string, key: string): string => JSON.stringify(['connection', name, key])

function missing(name: string): NotFoundError {
  return new NotFoundError('CONNECTION_NOT_FOUND', `There is no connection named "${name}". Make it under Connections.`)
}

/** Makes the connections every installation has. */
export async function ensureBuiltIn(db: Db, kinds: ConnectionKinds, nowMs: number): Promise<void> {
  await db
    .insert(connections)
    .values(
      builtInNames(kinds).map((name) => ({ name, kind: name, config: {}, secret: {}, updatedAt: new Date(nowMs) })),
    )
    .onConflictDoNothing()
}

/** Which nodes name which connection, in the newest documents. */
async function readUses(db: Db): Promise<Map<string, { flow: string; node: string }[]>> {
  const result = await db.execute<{ name: string; flow: string; node: string }>(sql`
    select n -> 'config' ->> 'connection' as name, f.id as flow, n ->> 'id' as node
    from flows f join flow_revisions r on r.flow_id = f.id and r.revision = f.revision, json_array_elements(r.document -> 'nodes') n
    where n -> 'config' ->> 'connection' is not null order by f.id, 3`)
  const uses = new Map<string, { flow: string; node: string }[]>()
  for (const { name, flow, node } of result.rows) uses.set(name, [...(uses.get(name) ?? []), { flow, node }])
  return uses
}

function sealAll(seal: Seal, name: string, secret: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secret)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => [key, seal.close(value, placeOf(name, key))]),
  )
}

async function storeConfig(
  tx: Queryable,
  seal: Seal,
  name: string,
  raw: Record<string, unknown>,
  nowMs: number,
): Promise<Record<string, unknown>> {
  const { config, found } = hideInConfig(plainJson(raw), '')
  await saveCredentials(tx, seal, `connection:${name}`, found, nowMs)
  return config
}

async function update(
  tx: Queryable,
  seal: Seal,
  name: string,
  patch: Parameters<ConnectionStore['update']>[1],
  nowMs: number,
  allow: Parameters<ConnectionStore['update']>[2],
): Promise<void> {
  const [row] = await tx.select().from(connections).where(eq(connections.name, name)).for('update')
  if (!row) throw missing(name)
  allow?.({ name, kind: row.kind, config: row.config, hasSecret: Object.keys(row.secret).sort() })
  const left = Object.entries(row.secret).filter(([key]) => patch.secret?.[key] === undefined)
  await tx
    .update(connections)
    .set({
      config: patch.config ? await storeConfig(tx, seal, name, patch.config, nowMs) : row.config,
      secret: { ...Object.fromEntries(left), ...sealAll(seal, name, patch.secret ?? {}) },
      updatedAt: new Date(nowMs),
    })
    .where(eq(connections.name, name))
  // Whoever was gone there may be somewhere else now: it is tried again.
  await tx.delete(receiverTroubles).where(eq(receiverTroubles.receiver, name))
}

/** The connections of the API and the runtime. */
export function createConnectionStore({
  db,
  seal,
  kinds,
  nowMs,
}: {
  db: Db
  seal: Seal
  kinds: ConnectionKinds
  nowMs(): number
}): ConnectionStore {
  const canOf = (kind: string) => kinds.get(kind)?.can ?? {}
  return guarded<ConnectionStore>('connections', {
    list: async (query) => {
      const behind = query?.cursor === undefined ? undefined : gt(connections.name, query.cursor)
      const all = db.select().from(connections).where(behind).orderBy(asc(connections.name))
      const rows = await (query ? all.limit(query.limit + 1) : all)
      const uses = await readUses(db)
      return rows.map(({ name, kind, config, secret }) => ({
        name,
        kind,
        can: canOf(kind),
        config,
        hasSecret: Object.keys(secret).sort(),
        usedBy: uses.get(name) ?? [],
      }))
    },
    create: ({ name, kind, config, secret }) =>
      transaction(db, async (tx) => {
        const stored = await storeConfig(tx, seal, name, config, nowMs())
        const made = await tx
          .insert(connections)
          .values({ name, kind, config: stored, secret: sealAll(seal, name, secret), updatedAt: new Date(nowMs()) })
          .onConflictDoNothing()
        if (made.rowCount === 0)
          throw new ConflictError(
            'CONNECTION_EXISTS',
            `There is a connection named "${name}" already. Choose another name, or change that one.`,
          )
      }),
    update: (name, patch, allow) => transaction(db, (tx) => update(tx, seal, name, patch, nowMs(), allow)),
    remove: (name) =>
      transaction(db, async (tx) => {
        if (builtInNames(kinds).includes(name))
          throw new ConflictError('CONNECTION_BUILT_IN', `The connection "${name}" belongs to Heed and stays.`)
        await removeCredentials(tx, `connection:${name}`)
        const removed = await tx.delete(connections).where(eq(connections.name, name))
        if (removed.rowCount === 0) throw missing(name)
      }),
    get: async (name) => {
      const [row] = await db.select().from(connections).where(eq(connections.name, name))
      if (!row) throw missing(name)
      const secret = Object.fromEntries(
        Object.entries(row.secret).map(([key, value]) => [key, seal.open(value, placeOf(name, key))]),
      )
      return {
        name,
        kind: row.kind,
        can: canOf(row.kind),
        config: (await fillConfig(db, seal, `connection:${name}`, row.config)) as Record<string, unknown>,
        secret,
      }
    },
  })
}
