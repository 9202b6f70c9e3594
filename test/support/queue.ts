// A backend of its own for a queue test: a real Postgres or a real Redis that the test may stop, restart and empty.
import { freePort } from './free-port.ts'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startEmbedded } from '../../runtime/database/embedded.ts'

export const backends = ['postgres', 'redis'] as const
export type BackendName = (typeof backends)[number]

export interface QueueBackend {
  name: BackendName
  databaseUrl: string
  redisUrl: string | undefined
  /** Cuts all connections; nothing answers until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  /** The queue loses every job it has, as a Redis without persistence does. */
  forgetJobs(): Promise<void>
  close(): Promise<void>
}

/** Starts a backend on a free port, in a folder that `close` removes. */
export async function withQueue(name: BackendName): Promise<QueueBackend> {
  return name === 'redis' ? withRedis() : withPostgres()
}

async function withPostgres(): Promise<QueueBackend> {
  const dataDir = await mkdtemp(join(tmpdir(), 'heed-queue-pg-'))
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  // Durable writes as in the product: the times measured here mean something.
  const start = () => startEmbedded({ dataDir, log, settings: { max_connections: '200' }, initdbFlags: ['--no-sync'] })
  let postgres = await start()
  const databaseUrl = postgres.url
  return {
    name: 'postgres',
    databaseUrl,
    redisUrl: undefined,
    stop: () => postgres.stop(),
    start: async () => {
      postgres = await start()
    },
    forgetJobs: async () => {
      const client = new pg.Client({ connectionString: databaseUrl })
      await client.connect()
      await client.query('DELETE FROM bullmq.job')
      await client.end()
    },
    close: async () => {
      await postgres.stop().catch(() => undefined)
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function withRedis(): Promise<QueueBackend> {
  const [port, dir] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), 'heed-queue-redis-'))])
  const redisUrl = `redis://127.0.0.1:${port}`
  let server = await startRedis(port, dir, redisUrl)
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = new Promise((resolve) => server.once('exit', resolve))
    server.kill('SIGTERM')
    await gone
  }
  return {
    name: 'redis',
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    redisUrl,
    stop,
    start: async () => {
      server = await startRedis(port, dir, redisUrl)
    },
    forgetJobs: async () => {
      const redis = new Redis(redisUrl)
      await redis.flushall()
      redis.disconnect()
    },
    close: async () => {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** With an append-only file, as a Redis that holds jobs should have. */
async function startRedis(port: number, dir: string, redisUrl: string): Promise<ChildProcess> {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--appendonly',
    'yes',
    '--save',
    '',
    '--maxmemory-policy',
    'noeviction',
  ]
  const server = spawn('redis-server', args, { stdio: 'ignore' })
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  redis.on('error', () => undefined)
  await redis.ping()
  redis.disconnect()
  return server
}

/** Looks every 20 ms until `check` returns something; the only way these tests wait. */
export async function until<T>(
  what: string,
  check: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs = 90_000,
): Promise<T> {
  const startedMs = Date.now()
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    if (Date.now() - startedMs > limitMs) throw new Error(`Waited ${limitMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
