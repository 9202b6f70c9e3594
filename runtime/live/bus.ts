// Live messages: at once inside the process, in small batches to the others. Never throws, never waits, never keeps what cannot be sent.
import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import type { Bus, LiveMessage } from './messages.ts'
import { packMessages, unpackMessages } from './bus-messages.ts'
import { openPostgresBusWire, openRedisBusWire } from './bus-wires.ts'
import { createReporter } from '../queue/index.ts'
import type { ReportError } from '../queue/index.ts'

/** What carries payloads between processes. */
export interface BusWire {
  readonly maxBytes: number
  /** Rejects when the other side is away. */
  send(payloads: string[]): Promise<void>
  close(): Promise<void>
}
export interface BusWireEvents {
  onPayload(payload: string): void
  onConnect(): void
}

export interface BusOptions {
  databaseUrl: string
  redisUrl?: string | undefined
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
  const bus = new WireBus(options)
  const wireOptions = { ...options, random: options.random ?? Math.random }
  const open = options.redisUrl ? openRedisBusWire : openPostgresBusWire
  bus.join(await open(wireOptions, { onPayload: (payload) => bus.receive(payload), onConnect: () => bus.greet() }))
  return bus
}

class WireBus implements QueueBus {
  readonly #id = randomUUID()
  readonly #clock: Clock
  readonly #report: ReportError
  readonly #listeners = new Set<(message: LiveMessage) => void>()
  readonly #closing = new AbortController()
  /** Other processes and when they were last heard of. */
  readonly #peers = new Map<string, number>()
  readonly #counts = { sent: 0, received: 0, cut: 0, dropped: 0 }
  #wire: BusWire | undefined
  #pending: LiveMessage[] = []
  #isFlushing = false

  constructor({ clock, log }: Pick<BusOptions, 'clock' | 'log'>) {
    this.#clock = clock
    this.#report = createReporter(log, clock, { bus: this.#id })
  }

  get stats(): QueueBus['stats'] {
    return { ...this.#counts, peers: this.#livePeers() }
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
    this.#pending.push(message)
    if (this.#pending.length > maxPending) {
      this.#pending.shift()
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
    this.#wire?.send(packMessages(this.#id, [], this.#wire.maxBytes).payloads).catch(this.#report)
  }

  receive(payload: string): void {
    const unpacked = unpackMessages(payload)
    if (!unpacked || unpacked.from === this.#id || this.#closing.signal.aborted) return
    const isNew = !this.#peers.has(unpacked.from)
    this.#peers.set(unpacked.from, this.#clock.nowMs())
    if (isNew) this.greet()
    this.#counts.received += unpacked.messages.length
    for (const message of unpacked.messages) this.#deliver(message)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#listeners.clear()
    await this.#wire?.close()
  }

  /** `actions` concerns the process that wrote them; the rest is for whoever listens, orders and inputs in any case. */
  #goesOut(message: LiveMessage): boolean {
    if (message.type === 'actions') return false
    return message.type === 'control' || message.type === 'cancel' || message.type === 'input' || this.#livePeers() > 0
  }

  #livePeers(): number {
    const oldest = this.#clock.nowMs() - peerLivesMs
    for (const [peer, seenMs] of this.#peers) if (seenMs < oldest) this.#peers.delete(peer)
    return this.#peers.size
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
      while (this.#pending.length > 0 && !this.#closing.signal.aborted) {
        await this.#clock.sleep(batchMs, this.#closing.signal)
        await this.#sendPending(this.#wire)
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#report(error)
    } finally {
      this.#isFlushing = false
    }
  }

  async #sendPending(wire: BusWire): Promise<void> {
    const messages = this.#pending
    this.#pending = []
    const { payloads, cut, dropped } = packMessages(this.#id, messages, wire.maxBytes)
    this.#counts.cut += cut
    this.#counts.dropped += dropped
    if (payloads.length === 0) return
    try {
      await wire.send(payloads)
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
