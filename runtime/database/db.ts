// The pool, its transactions and the migration at start. Nothing else opens a connection to Heed's own tables.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase, NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import { migrate } from 'drizzle-orm/node-postgres/migrator'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import pg from 'pg'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { isCollision, isDatabaseAway, toStoreError } from './db-errors.ts'
import { checkPostgres } from './postgres-check.ts'

export type Db = NodePgDatabase<Record<string, never>> & { $client: pg.Pool }
/** A pool or one transaction on it. */
export type Queryable = PgDatabase<NodePgQueryResultHKT, Record<string, never>>

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))
// Any number will do, as long as every Heed uses the same one.
const migrationLock = 4_833_901

export interface PoolOptions {
  databaseUrl: string
  log: Log
  /** Connections of one process; the queue has its own beside these. */
  max?: number
}

/** Opens the pool. A connection that breaks, idle or at work, is logged and replaced; it never ends the process. */
export function openPool({ databaseUrl, log, max = 10 }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    application_name: 'heed',
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    statement_timeout: 30_000,
    // The server may be gone without a word; its own limit above cannot tell us then.
    query_timeout: 35_000,
    idle_in_transaction_session_timeout: 60_000,
  })
  let quietUntilMs = 0
  const report = (error: Error) => {
    // A restart breaks every connection at once: one line says it.
    if (performance.now() < quietUntilMs) return
    quietUntilMs = performance.now() + 1_000
    log.warn({ reason: error.message }, 'A database connection broke; it is opened again when needed.')
  }
  pool.on('error', report)
  // pg takes its own listener off while a connection is lent out, and an error without a listener ends the process.
  pool.on('connect', (client) => client.on('error', report))
  return pool
}

/** Drizzle on a pool. */
export function openDb(pool: pg.Pool): Db {
  return drizzle(pool)
}

// Not Drizzle's own: when `begin` fails it never gives the connection back, and ten restarts of the database later the pool is empty.
async function transactionOnce<T>(db: Db, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await db.$client.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(drizzle(client))
    await client.query('commit')
    return result
  } catch (thrown) {
    // A connection that cannot roll back is given to nobody else.
    await client.query('rollback').catch((error: Error) => {
      broken = error
    })
    throw thrown
  } finally {
    client.release(broken)
  }
}

/** Runs `work` in a transaction; two that collide are tried again, everything else is the caller's. */
export async function transaction<T>(db: Db, work: (tx: Queryable) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transactionOnce(db, work)
    } catch (thrown) {
      if (!isCollision(thrown) || attempt >= 4) throw thrown
      await sleep(attempt * 10)
    }
  }
}

async function connectPatiently(databaseUrl: string, log: Log, patienceMs: number): Promise<pg.Client> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 5_000,
      application_name: 'heed migration',
    })
    client.on('error', (error) =>
      log.warn({ reason: error.message }, 'The connection that migrates the database broke.'),
    )
    try {
      await client.connect()
      return client
    } catch (thrown) {
      await client.end().catch(() => undefined)
      if (!isDatabaseAway(thrown) || performance.now() > giveUpAt) throw thrown
      log.warn({ reason: toError(thrown).message }, 'The database does not answer yet; trying again.')
      await sleep(500)
    }
  }
}

/**
 * Brings the tables up to date. Any number of processes may start at once: one migrates, the others wait for its lock and
 * find nothing left to do. A database that is still starting is waited for.
 */
export async function migrateDatabase(databaseUrl: string, log: Log, patienceMs = 20_000): Promise<void> {
  let client: pg.Client | undefined
  try {
    client = await connectPatiently(databaseUrl, log, patienceMs)
    await checkPostgres(databaseUrl)
    await client.query('select pg_advisory_lock($1)', [migrationLock])
    // Silences "already exists, skipping", which Drizzle causes at every start.
    await client.query("set client_min_messages = 'warning'")
    await migrate(drizzle(client), { migrationsFolder })
  } catch (thrown) {
    throw toStoreError(thrown, 'migrating')
  } finally {
    // Ending the connection gives the lock back, whatever happened.
    await client?.end().catch(() => undefined)
  }
}

/** Throws when the database is away. */
export async function pingDatabase(pool: pg.Pool): Promise<{ latencyMs: number; version: string }> {
  const startMs = performance.now()
  try {
    const result = await pool.query<{ server_version: string }>('show server_version')
    return {
      latencyMs: Math.round((performance.now() - startMs) * 10) / 10,
      version: result.rows[0]?.server_version ?? 'unknown',
    }
  } catch (thrown) {
    throw toStoreError(thrown, 'ping')
  }
}
