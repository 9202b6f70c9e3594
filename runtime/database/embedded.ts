// Runs the embedded Postgres of a data folder and keeps it running: starts it, restarts it when it falls, stops it cleanly.
// It listens on loopback only and never outlives this process on purpose.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { FatalError, RetryableError, toError } from '../../nodes/contract/errors.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { findRunAs, reachableBinaries } from './postgres-binaries.ts'
import type { Binaries } from './postgres-binaries.ts'
import {
  clearLeftovers,
  openCluster,
  quietEnvironment,
  readAccess,
  readPostmaster,
  writeAccess,
} from './postgres-cluster.ts'
import type { Access, Cluster } from './postgres-cluster.ts'

export interface EmbeddedOptions {
  /** The server's files go into its folder `postgres`, the password beside it. */
  dataDir: string
  log: Log
  /** For tests: server settings above the usual ones, and flags for the making of the files. */
  settings?: Record<string, string>
  initdbFlags?: string[]
}

// Small enough for a laptop's home, large enough for a queue, an API and some workers.
const usualSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '128MB',
  jit: 'off',
  timezone: 'UTC',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  // A file for each weekday, written over a week later.
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_size: '0',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
}

async function isPortFree(port: number): Promise<boolean> {
  if (port === 0) return false
  return await new Promise((resolve) => {
    const probe = createServer().once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

async function findFreePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/**
 * States: stopped -> starting -> running -> stopping -> stopped.
 * running -> starting when the server falls by itself: restarted on the same port, with growing pauses.
 */
export class EmbeddedPostgres {
  readonly url: string
  readonly #options: EmbeddedOptions
  readonly #binaries: Binaries
  readonly #cluster: Cluster
  readonly #access: Access
  readonly #unlock: () => Promise<void>
  readonly #onExit = () => {
    this.#child?.kill('SIGINT')
  }
  #child: ChildProcess | undefined
  #isWanted = true
  #revival: Promise<void> | undefined

  constructor(parts: {
    options: EmbeddedOptions
    binaries: Binaries
    cluster: Cluster
    access: Access
    unlock: () => Promise<void>
  }) {
    this.#options = parts.options
    this.#binaries = parts.binaries
    this.#cluster = parts.cluster
    this.#access = parts.access
    this.#unlock = parts.unlock
    this.url = this.#urlOf('heed')
  }

  /** The server's process number, while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Starts the server and waits until it takes connections. */
  async start(): Promise<void> {
    process.once('exit', this.#onExit)
    const giveUpAt = performance.now() + 15_000
    for (;;) {
      try {
        await this.#spawn()
        return await this.#ensureDatabase()
      } catch (thrown) {
        // Processes of a server that was killed need a moment to notice; until then they hold its shared memory.
        if (!toError(thrown).message.includes('still in use') || performance.now() > giveUpAt) throw thrown
        await sleep(200)
      }
    }
  }

  /** Stops the server and gives the folder back; waits until both are done. */
  async stop(): Promise<void> {
    this.#isWanted = false
    await this.#revival
    await this.#halt()
    process.removeListener('exit', this.#onExit)
    await this.#unlock()
  }

  /** Stops and starts the server on the same port, as an update of its settings would. */
  async restart(): Promise<void> {
    this.#isWanted = false
    await this.#revival
    await this.#halt()
    this.#isWanted = true
    await this.#spawn()
  }

  #urlOf(database: string): string {
    const { user, password, port } = this.#access
    return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`
  }

  async #halt(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    // SIGINT is Postgres's fast stop: sessions are ended, everything is written. SIGQUIT leaves the writing to the next start.
    child.kill('SIGINT')
    const timers = [setTimeout(() => child.kill('SIGQUIT'), 10_000), setTimeout(() => child.kill('SIGKILL'), 13_000)]
    await gone
    for (const timer of timers) clearTimeout(timer)
  }

  async #spawn(): Promise<void> {
    const { dir, dirArgument, runAs } = this.#cluster
    const settings = Object.entries({ ...usualSettings, ...this.#options.settings }).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    // Detached: Ctrl-C in a terminal reaches every process of its group, and the database must outlive the sessions.
    const child = spawn(this.#binaries.postgres, ['-D', dirArgument, '-p', String(this.#access.port), ...settings], {
      ...runAs,
      cwd: dir,
      env: quietEnvironment,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    let said = ''
    let failure: Error | undefined
    child.on('error', (error) => {
      failure ??= error
    })
    // Without file handles left there is not even a pipe.
    const words = child.stderr as typeof child.stderr | undefined
    words?.on('error', () => undefined)
    words?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000)
    })
    child.once('exit', () => {
      failure ??= new Error(said.trim() || 'no word')
    })
    for (let waited = 0; ; waited += 15) {
      if (failure)
        throw new FatalError('DB_EMBEDDED_START', `The built-in Postgres did not start in ${dir}: ${failure.message}`, {
          cause: failure,
        })
      const written = await readPostmaster(dir)
      if (written?.isReady && written.pid === child.pid) break
      // Making up for a crash may take long; a minute is far beyond what this little data needs.
      if (waited > 60_000)
        throw new RetryableError(
          'DB_EMBEDDED_START',
          `The built-in Postgres in ${dir} is not ready after a minute: ${said.trim()}`,
        )
      await sleep(15)
    }
    words?.destroy()
    child.unref()
    child.once('exit', (code, signal) => this.#onFall(code, signal))
  }

  #onFall(code: number | null, signal: string | null): void {
    if (!this.#isWanted || this.#revival) return
    this.#options.log.error({ code, signal }, 'The built-in Postgres ended by itself; it is started again.')
    this.#revival = this.#revive().finally(() => {
      this.#revival = undefined
    })
  }

  async #revive(): Promise<void> {
    for (let pauseMs = 200; this.#isWanted; pauseMs = Math.min(10_000, pauseMs * 2)) {
      await sleep(pauseMs)
      if (!this.#isWanted) return
      try {
        await this.#spawn()
        this.#options.log.info({ pid: this.pid }, 'The built-in Postgres is back.')
        return
      } catch (thrown) {
        this.#options.log.error(
          { reason: toError(thrown).message },
          'The built-in Postgres does not start; trying again.',
        )
      }
    }
  }

  async #ensureDatabase(): Promise<void> {
    const open = async (database: string) => {
      const client = new pg.Client({ connectionString: this.#urlOf(database) })
      client.on('error', () => undefined)
      await client.connect()
      return client
    }
    try {
      await (await open('heed')).end()
    } catch (thrown) {
      if (!(thrown instanceof pg.DatabaseError) || thrown.code !== '3D000') throw thrown
      const client = await open('postgres')
      await client.query('create database heed')
      await client.end()
    }
  }
}

/** Starts the embedded Postgres of a data folder. Throws ConflictError DB_DATA_DIR_IN_USE while another Heed has the folder. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const { log } = options
  // The server's working directory is not ours.
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const unlock = await lockDataDir(dataDir)
  let started: EmbeddedPostgres | undefined
  try {
    const runAs = await findRunAs()
    const binaries = await reachableBinaries(runAs)
    const access = await readAccess(dataDir)
    const cluster = await openCluster(dataDir, binaries, runAs, access, options.initdbFlags)
    await clearLeftovers(cluster.dir, log)
    if (!(await isPortFree(access.port))) {
      access.port = await findFreePort()
      await writeAccess(dataDir, access)
    }
    const embedded = new EmbeddedPostgres({ options, binaries, cluster, access, unlock })
    started = embedded
    await embedded.start()
    return embedded
  } catch (thrown) {
    await (started ? started.stop() : unlock())
    throw thrown
  }
}
