// Pictures: at once inside the process; to others only while one of them has asked within ten seconds. The newest wins, nothing queues.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { PictureRelay } from './messages.ts'
import { openPostgresRelayWire } from './picture-relay-postgres.ts'
import { createReporter, type ReportError, createRedis, unreachable, answerOf } from '../queue/index.ts'
import { randomBytes } from 'node:crypto'

/** What carries pictures and the wish for them between processes. All of it may reject while the other side is away. */
export interface PictureRelayWire {
  /** Asks the others for pictures of these channels, for the next ten seconds. */
  ask(channels: string[]): Promise<void>
  send(channel: string, jpeg: Uint8Array): Promise<void>
  watch(channel: string): Promise<void>
  unwatch(channel: string): Promise<void>
  close(): Promise<void>
}
export interface PictureRelayWireEvents {
  onAsked(channels: string[]): void
  onPicture(channel: string, jpeg: Uint8Array): void
}

export interface PictureRelayOptions {
  databaseUrl: string
  redisUrl?: string | undefined
  clock: Clock
  log: Log
  random?: () => number
}
export interface OpenPictureRelay extends PictureRelay {
  readonly stats: { sent: number; received: number; skipped: number; channels: number }
  close(): Promise<void>
}

interface Channel {
  readonly listeners: Set<(jpeg: Uint8Array) => void>
  newest: { jpeg: Uint8Array; atMs: number } | undefined
  /** Until when another process wants this channel. */
  askedUntilMs: number
  isSending: boolean
  next: Uint8Array | undefined
}

const askEveryMs = 4_000
const askLastsMs = 10_000
const freshMs = 3_000
const forgetAfterMs = 30_000

/** The relay of this process, over Redis when there is a redisUrl and over Postgres when not. */
export async function createPictureRelay(options: PictureRelayOptions): Promise<OpenPictureRelay> {
  const relay = new WireRelay(options)
  const open = options.redisUrl ? openRedisRelayWire : openPostgresRelayWire
  relay.join(
    await open(
      { ...options, random: options.random ?? Math.random },
      {
        onAsked: (channels) => relay.asked(channels),
        onPicture: (channel, jpeg) => relay.received(channel, jpeg),
      },
    ),
  )
  return relay
}

class WireRelay implements OpenPictureRelay {
  readonly #clock: Clock
  readonly #report: ReportError
  readonly #channels = new Map<string, Channel>()
  readonly #closing = new AbortController()
  readonly #counts = { sent: 0, received: 0, skipped: 0 }
  #wire: PictureRelayWire | undefined

  constructor({ clock, log }: Pick<PictureRelayOptions, 'clock' | 'log'>) {
    this.#clock = clock
    this.#report = createReporter(log, clock, { relay: true })
  }

  get stats(): OpenPictureRelay['stats'] {
    return { ...this.#counts, channels: this.#channels.size }
  }

  /** Starts talking to the others over `wire`. */
  join(wire: PictureRelayWire): void {
    this.#wire = wire
    void this.#keepAsking()
  }

  publish(channel: string, jpeg: Uint8Array): void {
    const entry = this.#entry(channel)
    this.#deliver(entry, jpeg)
    if (entry.askedUntilMs > this.#clock.nowMs()) void this.#send(channel, entry, jpeg)
  }

  subscribe(channel: string, listener: (jpeg: Uint8Array) => void): () => void {
    const entry = this.#entry(channel)
    // A wrapper of its own, so that subscribing one function twice counts twice.
    const own = (jpeg: Uint8Array): void => listener(jpeg)
    entry.listeners.add(own)
    this.#attempt(this.#begin(channel, entry.listeners.size === 1))
    return () => {
      if (!entry.listeners.delete(own) || entry.listeners.size > 0) return
      this.#attempt(this.#wire?.unwatch(channel))
    }
  }

  async latest(channel: string, waitMs: number): Promise<Uint8Array | undefined> {
    const known = this.#channels.get(channel)?.newest
    if (known && this.#clock.nowMs() - known.atMs <= freshMs) return known.jpeg
    const over = new AbortController()
    const stop = { unsubscribe: (): void => undefined }
    try {
      return await new Promise<Uint8Array | undefined>((resolve) => {
        stop.unsubscribe = this.subscribe(channel, resolve)
        this.#clock.sleep(waitMs, AbortSignal.any([over.signal, this.#closing.signal])).then(
          () => resolve(undefined),
          () => resolve(undefined),
        )
      })
    } finally {
      over.abort(new StoppedError())
      stop.unsubscribe()
    }
  }

  /** Another process wants these; the newest picture at hand goes out at once. */
  asked(channels: string[]): void {
    const now = this.#clock.nowMs()
    for (const channel of channels) {
      const entry = this.#entry(channel)
      const isNew = entry.askedUntilMs <= now
      entry.askedUntilMs = now + askLastsMs
      if (isNew && entry.newest && now - entry.newest.atMs <= freshMs)
        void this.#send(channel, entry, entry.newest.jpeg)
    }
  }

  received(channel: string, jpeg: Uint8Array): void {
    const entry = this.#channels.get(channel)
    if (!entry || entry.listeners.size === 0) return
    this.#counts.received += 1
    this.#deliver(entry, jpeg)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#wire?.close()
    this.#channels.clear()
  }

  #entry(channel: string): Channel {
    let entry = this.#channels.get(channel)
    if (!entry) {
      entry = { listeners: new Set(), newest: undefined, askedUntilMs: 0, isSending: false, next: undefined }
      this.#channels.set(channel, entry)
    }
    return entry
  }

  #deliver(entry: Channel, jpeg: Uint8Array): void {
    entry.newest = { jpeg, atMs: this.#clock.nowMs() }
    for (const listener of entry.listeners) {
      try {
        listener(jpeg)
      } catch (error) {
        this.#report(toError(error))
      }
    }
  }

  async #send(channel: string, entry: Channel, jpeg: Uint8Array): Promise<void> {
    if (entry.isSending) {
      if (entry.next) this.#counts.skipped += 1
      entry.next = jpeg
      return
    }
    entry.isSending = true
    try {
      for (let next: Uint8Array | undefined = jpeg; next; next = entry.next) {
        entry.next = undefined
        await this.#wire?.send(channel, next)
        this.#counts.sent += 1
      }
    } catch (error) {
      entry.next = undefined
      this.#counts.skipped += 1
      this.#report(error)
    } finally {
      entry.isSending = false
    }
  }

  /** Listening comes before asking: the answer may be there at once. */
  async #begin(channel: string, isFirst: boolean): Promise<void> {
    if (isFirst) await this.#wire?.watch(channel)
    await this.#wire?.ask([channel])
  }

  #attempt(work: Promise<void> | undefined): void {
    work?.catch(this.#report)
  }

  async #keepAsking(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const wished = [...this.#channels].filter(([, entry]) => entry.listeners.size > 0).map(([channel]) => channel)
      if (wished.length > 0) this.#attempt(this.#wire?.ask(wished))
      this.#forgetIdle()
      await this.#clock.sleep(askEveryMs, this.#closing.signal).catch(() => undefined)
    }
  }

  #forgetIdle(): void {
    const oldest = this.#clock.nowMs() - forgetAfterMs
    for (const [channel, entry] of this.#channels) {
      if (entry.listeners.size === 0 && entry.askedUntilMs < oldest && (entry.newest?.atMs ?? 0) < oldest)
        this.#channels.delete(channel)
    }
  }
}

const askChannel = 'heed:relay:ask'
const pictureChannel = 'heed:relay:picture:'
const senderBytes = 16

/** The wire over Redis. */
async function openRedisRelayWire(
  options: PictureRelayOptions & { random(): number },
  events: PictureRelayWireEvents,
): Promise<PictureRelayWire> {
  const redisUrl = options.redisUrl ?? ''
  const id = randomBytes(senderBytes)
  const listening = createRedis(redisUrl, options, 'relay, listening')
  const sending = createRedis(redisUrl, options, 'relay, sending')

  const report = createReporter(options.log, options.clock, { relay: 'redis' })

  const send = async (channel: string, body: Uint8Array): Promise<void> => {
    if (sending.status !== 'ready') throw unreachable('Redis', 'not connected')
    await sending.publish(channel, Buffer.concat([id, body]))
  }
  listening.on('messageBuffer', (name: Buffer, message: Buffer) => {
    if (message.subarray(0, senderBytes).equals(id)) return
    const body = message.subarray(senderBytes)
    const channel = name.toString()
    if (channel !== askChannel) return events.onPicture(channel.slice(pictureChannel.length), body)
    // Anybody may publish: what makes no sense must not end the process.
    try {
      events.onAsked(JSON.parse(body.toString()) as string[])
    } catch (error) {
      report(error)
    }
  })
  await answerOf(
    Promise.all([listening.subscribe(askChannel), sending.ping()]),
    5_000,
    options.clock,
    'Redis (REDIS_URL)',
  ).catch(() => undefined)
  return {
    ask: (channels) => send(askChannel, Buffer.from(JSON.stringify(channels))),
    send: (channel, jpeg) => send(pictureChannel + channel, jpeg),
    watch: async (channel) => {
      await listening.subscribe(pictureChannel + channel)
    },
    unwatch: async (channel) => {
      await listening.unsubscribe(pictureChannel + channel)
    },
    close: async () => {
      listening.disconnect()
      sending.disconnect()
    },
  }
}
