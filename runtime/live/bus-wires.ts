// The two ways a payload travels to the other processes: Postgres NOTIFY, or Redis pub/sub. Neither keeps anything.
import type { BusOptions, BusWire, BusWireEvents } from './bus.ts'
import { createRedis } from '../queue/index.ts'
import { PostgresLink } from '../queue/index.ts'
import { unreachable, answerOf } from '../queue/index.ts'

const channels = { orders: 'heed_bus', live: 'heed_bus_live' } as const
const firstConnectMs = 5_000

type WireOptions = BusOptions & { random(): number }

const heardBy = ({ looksOn = true }: WireOptions): string[] => [channels.orders, ...(looksOn ? [channels.live] : [])]

/** NOTIFY takes payloads below 8,000 bytes, and many of them in one statement. */
export async function openPostgresBusWire(options: WireOptions, events: BusWireEvents): Promise<BusWire> {
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
export async function openRedisBusWire(options: WireOptions, events: BusWireEvents): Promise<BusWire> {
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
