// The one switch: BullMQ on Redis when there is a redisUrl, on Postgres (schema `bullmq`) when not. Nothing else knows which.
import { ConnectionClosedError, createPostgresBackend, createRedisBackend, runMigrations } from 'bullmq'
import type { BackendFactory, IQueueBackend, PgPool, PostgresQueueBackend } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { reachPauseMs } from './pauses.ts'
import { checkRedis, redisTrouble } from './redis-check.ts'
import { createReporter, isAway, unreachable, answerOf } from './trouble.ts'

export const queueSchema = 'bullmq'
const redisPrefix = 'heed'

export interface ConnectionOptions {
  databaseUrl: string
  redisUrl?: string | undefined
  clock: Clock
  log: Log
  random(): number
  /** How long the backend may be away at the start before that is an error; default 30 s. */
  patienceMs?: number
}

export interface QueueConnection {
  readonly backend: 'postgres' | 'redis'
  readonly prefix: string
  /** Builds BullMQ's backend on this connection; what its options say about connections is ignored. */
  readonly factory: BackendFactory<IQueueBackend, unknown>
  /** What keeps it from taking jobs though it answers, in one sentence; undefined when nothing does. Throws when it is away. */
  trouble(): Promise<string | undefined>
  close(): Promise<void>
}

/** Connects, waiting for a backend that is just starting. Throws RetryableError QUEUE_UNREACHABLE when it does not come, FatalError QUEUE_BACKEND_UNFIT when it cannot do the job. */
export async function openConnection(options: ConnectionOptions): Promise<QueueConnection> {
  return options.redisUrl ? openRedis(options.redisUrl, options) : openPostgres(options)
}

/** A client for Redis that never gives up and never ends the process. */
export function createRedis(
  redisUrl: string,
  options: Pick<ConnectionOptions, 'clock' | 'log' | 'random'>,
  what: string,
  extra: Record<string, unknown> = {},
): Redis {
  const redis = new Redis(redisUrl, {
    maxRetriesPerRequest: null,
    connectTimeout: 3_000,
    keepAlive: 10_000,
    retryStrategy: (times: number) => reachPauseMs(times, options.random),
    ...extra,
  })
  redis.on('error', createReporter(options.log, options.clock, { backend: 'redis', what }))
  return redis
}

async function openRedis(redisUrl: string, options: ConnectionOptions): Promise<QueueConnection> {
  const redis = createRedis(redisUrl, options, 'queue')
  try {
    await answerOf(redis.ping(), options.patienceMs ?? 30_000, options.clock, 'Redis (REDIS_URL)')
    await checkRedis(redis)
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return {
    backend: 'redis',
    prefix: redisPrefix,
    factory: (name, backendOptions, extra) => createRedisBackend(name, { ...backendOptions, connection: redis }, extra),
    trouble: async () => (await redisTrouble(redis))?.words,
    close: async () => {
      redis.disconnect()
    },
  }
}

async function openPostgres(options: ConnectionOptions): Promise<QueueConnection> {
  const report = createReporter(options.log, options.clock, { backend: 'postgres', what: 'queue' })
  const pool = new pg.Pool({
    connectionString: withSearchPath(options.databaseUrl),
    // One LISTEN client per worker stays checked out; the rest serves queries.
    max: 16,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 3_000,
    query_timeout: 5_000,
    application_name: 'heed queue',
  })
  // A pool or a client without an error listener ends the process when the database restarts.
  pool.on('error', report)
  pool.on('connect', (client) => client.on('error', report))
  try {
    await migrate(pool, options)
  } catch (error) {
    await pool.end()
    throw error
  }
  const connection = steadyPool(pool)
  return {
    backend: 'postgres',
    prefix: redisPrefix,
    factory: (name, backendOptions, extra) =>
      pollSometimes(createPostgresBackend(name, { ...backendOptions, connection }, extra)),
    // Heed's own tables lie in the same database: the store says what is wrong with it.
    trouble: async () => undefined,
    close: () => pool.end(),
  }
}

/** BullMQ's own tables, in their own schema; retried while the database is starting. */
async function migrate(pool: pg.Pool, { clock, random, patienceMs = 30_000 }: ConnectionOptions): Promise<void> {
  const giveUpAtMs = clock.nowMs() + patienceMs
  for (let attempt = 1; ; attempt++) {
    try {
      const client = await pool.connect()
      try {
        await runMigrations(client, queueSchema)
        return
      } finally {
        client.release()
      }
    } catch (error) {
      if (!isAway(error)) throw error
      if (clock.nowMs() >= giveUpAtMs) throw unreachable('The database of the queue', error)
      await clock.sleep(reachPauseMs(attempt, random))
    }
  }
}

/** Keeps whatever else the URL says; unqualified names of BullMQ resolve in its schema. */
function withSearchPath(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  const before = url.searchParams.get('options')
  url.searchParams.set('options', [before, `-c search_path=${queueSchema}`].filter(Boolean).join(' '))
  return url.toString()
}

/**
 * BullMQ waits and tries again only on errors it knows as lost connections, and those are Redis's. Without this a
 * restarting Postgres ("terminating connection", "starting up") makes it spin, or fail a job that has succeeded.
 */
function steadyPool(pool: pg.Pool): PgPool & { options: { keepAlive: boolean } } {
  const calm = async <T>(attempt: Promise<T>): Promise<T> => {
    try {
      return await attempt
    } catch (error) {
      throw isAway(error)
        ? new ConnectionClosedError(
            `The queue's database is away (ECONNREFUSED): ${(error as Error).message}`,
            error as Error,
          )
        : error
    }
  }
  const steady: PgPool & { options: { keepAlive: boolean } } = {
    options: { keepAlive: true },
    query: <R>(text: string, params?: readonly unknown[]) =>
      calm(pool.query(text, params as unknown[]) as unknown as Promise<{ rows: R[] }>),
    connect: () => calm(pool.connect()) as unknown as ReturnType<PgPool['connect']>,
    end: () => pool.end(),
    on: () => steady,
    removeAllListeners: () => steady,
  }
  return steady
}

/** A worker that misses a NOTIFY would otherwise block for up to an hour; five seconds are cheap. */
function pollSometimes(backend: PostgresQueueBackend): PostgresQueueBackend {
  Object.defineProperty(backend, 'maximumBlockTimeout', { value: 5 })
  return backend
}
