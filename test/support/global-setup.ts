// One embedded Postgres for a whole test run, in the main process: started when the first test file asks, stopped at the end.
// Test files reach it through withDatabase() in database.ts; runs without a database pay nothing.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { lockDataDir } from '../../runtime/database/data-dir-lock.ts'
import { migrateDatabase } from '../../runtime/database/db.ts'
import { startEmbedded } from '../../runtime/database/embedded.ts'
import type { EmbeddedPostgres } from '../../runtime/database/embedded.ts'
import { clearLeftovers } from '../../runtime/database/postgres-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Port on loopback that answers a connection with the server's URL, once it runs. */
    databaseDoor: number
  }
}

export const templateName = 'heed_template'

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: Record<string, unknown>, text: string) => console.error(text, fields),
}

// Nothing here must survive a power cut.
const fastSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
  log_min_messages: 'fatal',
}

const folderPrefix = 'heed-test-'

/** A test run that was killed leaves its server behind; the next one clears it away. */
async function clearKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const dataDir = join(tmpdir(), name)
    // Without a lock file it is one that is just being made.
    if (!name.startsWith(folderPrefix) || !existsSync(join(dataDir, 'owner.lock'))) continue
    const unlock = await lockDataDir(dataDir).catch(() => undefined)
    // Taken: that run is alive.
    if (!unlock) continue
    await clearLeftovers(join(dataDir, 'postgres'), log)
    await rm(dataDir, { recursive: true, force: true })
    await unlock()
  }
}

async function startServer(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await startEmbedded({ dataDir, log, settings: fastSettings, initdbFlags: ['--no-sync'] })
  const admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
  await admin.query(`create database ${templateName}`)
  await admin.end()
  await migrateDatabase(server.url.replace(/\/heed$/, `/${templateName}`), log)
  return server
}

/** Vitest's `globalSetup`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: Promise<EmbeddedPostgres> | undefined
  let dataDir: string | undefined
  const start = async () => {
    await clearKilledRuns()
    dataDir = await mkdtemp(join(tmpdir(), folderPrefix))
    return await startServer(dataDir)
  }
  const door = createServer((socket) => {
    socket.on('error', () => undefined)
    started ??= start()
    started.then(
      (server) => socket.end(server.url),
      (error: Error) => socket.end(`error: ${error.message}`),
    )
  })
  await new Promise<void>((resolve, reject) => door.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = door.address()
  project.provide('databaseDoor', typeof address === 'object' && address ? address.port : 0)
  return async () => {
    await new Promise((resolve) => door.close(resolve))
    await started?.then(
      (server) => server.stop(),
      () => undefined,
    )
    if (dataDir) await rm(dataDir, { recursive: true, force: true })
  }
}
