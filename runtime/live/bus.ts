// Live messages: at once inside the process, in small batches to the others. Never throws, never waits, never keeps what cannot be sent.
import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { isShown, type Bus, type LiveMessage } from './messages.ts'
import { packMessages, unpackMessages } from './bus-messages.ts'
import { createReporter, createRedis, PostgresLink, unreachable, answerOf } from '../queue/index.ts'
import type { ReportError } from '../queue/index.ts'

/** Orders and questions are for every process; what is only to be looked at for those in which somebody looks. */
export type BusChannel = 'orders' | 'live'

/** What carries payloads between processes. */
export interface BusWire {
  readonly maxBytes: number
  /** `live` reaches those that look on, `orders` everybody. Rejects when the other side is away. */
  send(payloads: string[], to: BusChannel): Promise<void>
  close(): Promise<void>
}
export interface BusWireEvents {
  onPayload(payload: string): void
  onConnect(): void
}

export interface BusOptions {
  databaseUrl: string
  redisUrl?: string | undefined
  /** Whether this process shows anything to anybody; default: yes. A worker alone hears orders only. */
  looksOn?: boolean
  clock: Clock
  log: Log
  random?: () => number
}
export interface QueueBus extends Bus {
  readonly stats: { sent: number; received: number; cut: number; dropped: number; peers: number }
  close(): Promise<void>
}

const batchMs = 10
const maxPending = 5_000
const greetMs = 5_000
const peerLivesMs = 15_000

/** The bus of this process, over Redis when there is a redisUrl and over Postgres when not. Waits a few seconds at most for the connection. */
export async function createBus(options: BusOptions): Promise<QueueBus> {
  const bus = new WireBus({ ...options, looksOn: options.looksOn ?? true })
  const wireOptions = { ...options, random: options.random ?? Math.random }
  const open = options.redisUrl ? openRedisBusWire : openPostgresBusWire
  bus.join(await open(wireOptions, { onPayload: (payload) => bus.receive(payload), onConnect: () => bus.greet() }))
  return bus
}

const channelOf = (message: LiveMessage): BusChannel => (isShown(message) ? 'live' : 'orders')

class WireBus implements QueueBus {
  readonly #self: { id: string; looksOn: boolean }
  readonly #clock: Clock
  readonly #report: ReportError
  readonly #listeners = new Set<(message: LiveMessage) => void>()
  readonly #closing = new AbortController()
  /** Other processes, and when they were last heard of. */
  readonly #peers = new Map<string, { seenMs: number; looksOn: boolean }>()
  readonly #counts = { sent: 0, received: 0, cut: 0, dropped: 0 }
  #wire: BusWire | undefined
  #pending: Record<BusChannel, LiveMessage[]> = { orders: [], live: [] }
  #isFlushing = false

  constructor({ clock, log, looksOn }: Pick<BusOptions, 'clock' | 'log'> & { looksOn: boolean }) {
    this.#clock = clock
    this.#self = { id: randomUUID(), looksOn }
    this.#report = createReporter(log, clock, { bus: this.#self.id })
  }

  get stats(): QueueBus['stats'] {
    return { ...this.#counts, peers: this.#livePeers().length }
  }

  /** Starts sending over `wire`. */
  join(wire: BusWire): void {
    this.#wire = wire
    this.greet()
    void this.#keepGreeting()
  }

  publish(message: LiveMessage): void {
    this.#deliver(message)
    if (this.#closing.signal.aborted || !this.#goesOut(message)) return
    const pending = this.#pending[channelOf(message)]
    pending.push(message)
    if (pending.length > maxPending) {
      pending.shift()
      this.#counts.dropped += 1
    }
    void this.#flush()
  }

  subscribe(listener: (message: LiveMessage) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Tells the others that somebody listens here; the first word of a new one is answered. */
  greet(): void {
    this.#wire?.send(packMessages(this.#self, [], this.#wire.maxBytes).payloads, 'orders').catch(this.#report)
  }

  receive(payload: string): void {
    const unpacked = unpackMessages(payload)
    if (!unpacked || unpacked.from === this.#self.id || this.#closing.signal.aborted) return
    const isNew = !this.#peers.has(unpacked.from)
    this.#peers.set(unpacked.from, { seenMs: this.#clock.nowMs(), looksOn: unpacked.looksOn })
    if (isNew) this.greet()
    this.#counts.received += unpacked.messages.length
    for (const message of unpacked.messages) this.#deliver(message)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#listeners.clear()
    await this.#wire?.close()
  }

  /** `actions` concerns the process that wrote them; what is only to be looked at goes where somebody looks, orders in any case. */
  #goesOut(message: LiveMessage): boolean {
    if (message.type === 'actions') return false
    if (message.type === 'control' || message.type === 'cancel' || message.type === 'input') return true
    const peers = this.#livePeers()
    return channelOf(message) === 'live' ? peers.some(({ looksOn }) => looksOn) : peers.length > 0
  }

  #livePeers(): { looksOn: boolean }[] {
    const oldest = this.#clock.nowMs() - peerLivesMs
    for (const [peer, { seenMs }] of this.#peers) if (seenMs < oldest) this.#peers.delete(peer)
    return [...this.#peers.values()]
  }

  #deliver(message: LiveMessage): void {
    for (const listener of this.#listeners) {
      try {
        listener(message)
      } catch (error) {
        this.#report(toError(error))
      }
    }
  }

  async #flush(): Promise<void> {
    if (this.#isFlushing || !this.#wire) return
    this.#isFlushing = true
    try {
      while (this.#pending.orders.length + this.#pending.live.length > 0 && !this.#closing.signal.aborted) {
        await this.#clock.sleep(batchMs, this.#closing.signal)
        for (const channel of ['orders', 'live'] as const) await this.#sendPending(this.#wire, channel)
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#report(error)
    } finally {
      this.#isFlushing = false
    }
  }

  async #sendPending(wire: BusWire, channel: BusChannel): Promise<void> {
    const messages = this.#pending[channel]
    if (messages.length === 0) return
    this.#pending[channel] = []
    const { payloads, cut, dropped } = packMessages(this.#self, messages, wire.maxBytes)
    this.#counts.cut += cut
    this.#counts.dropped += dropped
    if (payloads.length === 0) return
    try {
      await wire.send(payloads, channel)
      this.#counts.sent += messages.length - dropped
    } catch (error) {
      this.#counts.dropped += messages.length - dropped
      this.#report(error)
    }
  }

  async #keepGreeting(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#clock.sleep(greetMs, this.#closing.signal).catch(() => undefined)
      if (!this.#closing.signal.aborted) this.greet()
    }
  }
}

// The two ways a payload travels to the other processes: Postgres NOTIFY, or Redis pub/sub. Neither keeps anything.
const channels = { orders: 'heed_bus', live: 'heed_bus_live' } as const
const firstConnectMs = 5_000

type WireOptions = BusOptions & { random(): number }

const heardBy = ({ looksOn = true }: WireOptions): string[] => [channels.orders, ...(looksOn ? [channels.live] : [])]

/** NOTIFY takes payloads below 8,000 bytes, and many of them in one statement. */
async function openPostgresBusWire(options: WireOptions, events: BusWireEvents): Promise<BusWire> {
  const link = new PostgresLink({
    ...options,
    name: 'heed bus',
    channels: heardBy(options),
    onNotification: (_channel, payload) => events.onPayload(payload),
    onConnect: async () => events.onConnect(),
  })
  await link.ready(firstConnectMs)
  return {
    maxBytes: 7_900,
    send: async (payloads, to) => {
      await link.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [channels[to], payloads])
    },
    close: () => link.close(),
  }
}

/** A connection that subscribes may do nothing else, so there are two. */
async function openRedisBusWire(options: WireOptions, events: BusWireEvents): Promise<BusWire> {
  const redisUrl = options.redisUrl ?? ''
  const listening = createRedis(redisUrl, options, 'bus, listening')
  const sending = createRedis(redisUrl, options, 'bus, sending')
  listening.on('message', (_channel: string, payload: string) => events.onPayload(payload))
  listening.on('ready', () => events.onConnect())
  const connected = Promise.all([listening.subscribe(...heardBy(options)), sending.ping()])
  await answerOf(connected, firstConnectMs, options.clock, 'Redis (REDIS_URL)').catch(() => undefined)
  return {
    maxBytes: 256_000,
    send: async (payloads, to) => {
      // Waiting in the client's memory would send stale messages after an outage.
      if (sending.status !== 'ready') throw unreachable('Redis', 'not connected')
      await Promise.all(payloads.map((payload) => sending.publish(channels[to], payload)))
    },
    close: async () => {
      listening.disconnect()
      sending.disconnect()
    },
  }
}
