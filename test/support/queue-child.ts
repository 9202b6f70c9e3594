// The process that test/queue/takeover.test.ts kills. Sessions run until aborted; a delivery hangs after it was made.
import type { QueueStore } from '../../runtime/compose-queue.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { systemClock as clock } from '../../runtime/clock.ts'
import { createBus } from '../../runtime/live/bus.ts'
import { createQueue } from '../../runtime/compose-queue.ts'
import { createPictureRelay } from '../../runtime/live/picture-relay.ts'

// A test that ends without killing it leaves nobody who would.
process.once('disconnect', () => process.exit())

const environment = process.env
const databaseUrl = environment['DATABASE_URL'] ?? ''
const redisUrl = environment['REDIS_URL'] || undefined
const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (fields: unknown, text: string) => console.error('child:', text, fields),
}

async function call(name: string, ...args: unknown[]): Promise<unknown> {
  const response = await fetch(environment['STORE_URL'] ?? '', {
    method: 'POST',
    body: JSON.stringify({ call: name, args }),
  })
  if (!response.ok) throw new Error(await response.text())
  return response.json()
}

// A function cannot travel: the portion comes back marked, and only then becomes jobs.
const drainActions: QueueStore['drainActions'] = async (options, add) => {
  const batch = (await call('drainActions', options)) as Parameters<typeof add>[0]
  if (batch.length > 0) await add(batch)
  return batch.length
}

const store = new Proxy(
  { drainActions },
  {
    get: (own, name) =>
      name in own ? own[name as keyof typeof own] : (...args: unknown[]) => call(String(name), ...args),
  },
) as QueueStore
const shared = { databaseUrl, redisUrl, clock, log }
const [bus, relay] = await Promise.all([createBus(shared), createPictureRelay(shared)])
const queue = await createQueue({
  ...shared,
  store,
  bus,
  relay,
  role: 'worker',
  soleName: environment['SOLE_NAME'] || undefined,
  pauses: { reconcileMs: 500 },
  work: {
    runStream: async (order, signal) => {
      await call('seen', 'session', `${order.streamId}.${order.run}`)
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new StoppedError())))
      return { state: 'stopped', reason: null }
    },
    laneOf: () => 'alerts',
    addressOf: () => ({ lane: 'alerts', receiver: undefined, following: [] }),
    performAction: async (order) => {
      await call('seen', 'delivery', order.action.id)
      return new Promise(() => undefined)
    },
  },
})
await queue.startWorkers()
await call('seen', 'ready', '')
