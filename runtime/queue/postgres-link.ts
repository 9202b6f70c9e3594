// One Postgres connection that listens and writes, and comes back by itself after a restart. Must never end the process.
import pg from 'pg'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { reachPauseMs } from './pauses.ts'
import { createReporter, unreachable, answerOf } from './trouble.ts'
import type { ReportError } from './trouble.ts'

export interface LinkOptions {
  databaseUrl: string
  /** Shown in pg_stat_activity. */
  name: string
  channels: readonly string[]
  clock: Clock
  log: Log
  random(): number
  onNotification(channel: string, payload: string): void
  /** After each connect, with all channels listened to; a throw drops the connection and tries again. */
  onConnect(link: PostgresLink): Promise<void>
}

const beatMs = 10_000
const queryLimitMs = 5_000

export class PostgresLink {
  readonly #options: LinkOptions
  readonly #closing = new AbortController()
  readonly #report: ReportError
  readonly #done: Promise<void>
  #client: pg.Client | undefined
  #lastTurn: Promise<void> = Promise.resolve()
  #markReady: () => void = () => undefined
  readonly #firstReady: Promise<void>

  constructor(options: LinkOptions) {
    this.#options = options
    this.#report = createReporter(options.log, options.clock, { link: options.name })
    this.#firstReady = new Promise((resolve) => {
      this.#markReady = resolve
    })
    this.#done = this.#keepConnected()
  }

  /** Waits for the first connection, `limitMs` at most: a database that is away now is connected to later. */
  async ready(limitMs: number): Promise<void> {
    await answerOf(this.#firstReady, limitMs, this.#options.clock, 'The database').catch(this.#report)
  }

  /** Throws RetryableError QUEUE_UNREACHABLE while there is no connection. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#inTurn(async (client) => (await client.query<Row>(text, values)).rows)
  }

  /** Several statements in one go, without values. */
  async run(script: string): Promise<void> {
    await this.#inTurn((client) => client.query(script))
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#client?.end().catch(() => undefined)
    await this.#done
  }

  /** pg wants one query at a time; what waits when the connection goes is refused, not kept. */
  async #inTurn<T>(ask: (client: pg.Client) => Promise<T>): Promise<T> {
    const asked = this.#client
    const turn = this.#lastTurn.then(() => {
      if (!asked || asked !== this.#client) throw unreachable('The database', 'not connected')
      return ask(asked)
    })
    this.#lastTurn = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  async #keepConnected(): Promise<void> {
    const { clock, random } = this.#options
    for (let attempt = 1; !this.#closing.signal.aborted; attempt++) {
      try {
        await this.#connectOnce(() => {
          attempt = 0
        })
      } catch (error) {
        if (!this.#closing.signal.aborted) this.#report(error)
      }
      if (!this.#closing.signal.aborted)
        await clock.sleep(reachPauseMs(attempt, random), this.#closing.signal).catch(() => undefined)
    }
  }

  /** Returns when the connection is gone. */
  async #connectOnce(onReady: () => void): Promise<void> {
    const { databaseUrl, name, channels, onNotification, onConnect } = this.#options
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: name,
      keepAlive: true,
      connectionTimeoutMillis: 3_000,
      query_timeout: queryLimitMs,
    })
    const gone = new AbortController()
    client.on('error', (error) => {
      this.#report(error)
      gone.abort()
    })
    client.on('end', () => gone.abort())
    client.on('notification', ({ channel, payload }) => {
      // Anybody may NOTIFY: what makes no sense must not end the process.
      try {
        onNotification(channel, payload ?? '')
      } catch (error) {
        this.#report(error)
      }
    })
    try {
      await client.connect()
      for (const channel of channels) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
      this.#client = client
      await onConnect(this)
      onReady()
      this.#markReady()
      await this.#untilGone(client, gone.signal)
    } finally {
      this.#client = undefined
      await client.end().catch(() => undefined)
    }
  }

  /** A peer that vanished without a word is noticed by a heartbeat that gets no answer. */
  async #untilGone(client: pg.Client, gone: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([gone, this.#closing.signal])
    while (!signal.aborted) {
      await this.#options.clock.sleep(beatMs, signal).catch(() => undefined)
      if (!signal.aborted) await this.#inTurn(() => client.query('SELECT 1'))
    }
  }
}
