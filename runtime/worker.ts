// `npm run worker`: one more process that runs streams and actions. Also the composition that the server shares: the only
// place, with server.ts, that constructs anything.
import { createHmac } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConnectionPort } from '../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../nodes/contract/define.ts'
import { FatalError } from '../nodes/contract/errors.ts'
import { systemClock } from './capabilities/clock.ts'
import { createEdge, type Edge } from './capabilities/edge/index.ts'
import { createHttp } from './capabilities/http.ts'
import { createMedia, type Media } from './capabilities/media/media.ts'
import { createModels } from './capabilities/model/index.ts'
import { loadCatalogue } from './catalogue.ts'
import { readConfig, type Config } from './config.ts'
import { createEngine } from './engine/index.ts'
import { createLog } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { endWhen, listenForStop, runMain } from './process.ts'
import { createBus, createQueue, createRelay, type Queue } from './queue/index.ts'
import { startEmbedded } from './store/embedded.ts'
import { createReach } from './reach.ts'
import { createStore, type Store } from './store/index.ts'
import { loadSecretKeys } from './store/seal.ts'

export type Log = ReturnType<typeof createLog>

type Closer = () => unknown

export interface Runtime {
  store: Store
  queue: Queue
  media: Media
  edge: Edge
  nodes: ReadonlyMap<string, NodeDefinition>
  metrics: Metrics
  secretKey: Uint8Array
  http: ReturnType<typeof createHttp>
  stop(): Promise<void>
}

/** Everything a server or a worker stands on, started in order; stopped in the opposite one. */
export async function openRuntime(config: Config, log: Log, role: 'server' | 'worker'): Promise<Runtime> {
  const closers: Closer[] = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        log.error({ err: error }, 'something did not close cleanly')
      }
    }
  }
  try {
    return { ...await open(config, log, role, closers), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(config: Config, log: Log, role: 'server' | 'worker', closers: Closer[]): Promise<Omit<Runtime, 'stop'>> {
  await mkdir(join(config.dataDir, 'media'), { recursive: true, mode: 0o700 })
  const clock = systemClock
  const nowMs = (): number => clock.nowMs()
  const secretKeys = await loadSecretKeys({ value: config.secretKey, dataDir: config.dataDir })
  const nodes = await loadCatalogue()
  const metrics = createMetrics()
  closers.push(() => metrics.stop())

  const database = await openDatabase(config, log, closers)
  const store = await createStore({
    ...database, secretKey: secretKeys, log, nowMs,
    retention: { decisionDays: config.retainDecisionsDays, eventDays: config.retainEventsDays },
  })
  closers.push(() => store.close())

  const wires = { databaseUrl: database.databaseUrl, redisUrl: config.redisUrl, clock, log }
  const bus = await createBus(wires)
  closers.push(() => bus.close())
  bus.subscribe((message) => metrics.observe(message))
  const relay = await createRelay(wires)
  closers.push(() => relay.close())

  const http = createHttp()
  closers.push(() => http.close())
  const edge = createEdge({ log, clock })
  closers.push(() => edge.stop())
  const media = createMedia({
    dataDir: config.dataDir, mediaDirs: config.mediaDirs, clock, log, relay,
    fillCredentials: (flowId, nodeId, url) => store.flows.fillCredentials(flowId, nodeId, url),
  })
  const connections = connectionPort(store)
  const reach = createReach({ store, connections, http, clock, log, dataDir: config.dataDir })
  closers.push(() => reach.close())
  const engine = createEngine({
    clock, log, nodes, bus, relay, http, connections, store: store.engine, random: Math.random,
    models: createModels({ connections, http, clock, log, edge }),
    media: (order) => media.forStream({ flowId: order.flow.id, nodeId: order.plan.source.id, streamId: order.streamId }),
    pictures: { ofEvent: (eventId) => store.events.frame(eventId), recentOfEvent: (eventId) => store.events.recentFrames(eventId) },
    reach: reach.reach,
    acknowledgeUrl: (message) => `${config.publicUrl}/inbox?event=${encodeURIComponent(message.eventId)}`,
    absoluteUrl: (path) => new URL(path, `${config.publicUrl}/`).href,
  })
  closers.push(() => engine.stop())
  const queue = await createQueue({ ...wires, bus, relay, role, store: store.queue, work: engine })
  closers.push(() => queue.stop())
  return { store, queue, media, edge, nodes, metrics, secretKey: secretKeys[0]!, http }
}

async function openDatabase(config: Config, log: Log, closers: Closer[]): Promise<{ databaseUrl: string; backend: 'embedded' | 'external' }> {
  if (config.databaseUrl !== undefined) return { databaseUrl: config.databaseUrl, backend: 'external' }
  const embedded = await startEmbedded({ dataDir: config.dataDir, log })
  closers.push(() => embedded.stop())
  return { databaseUrl: embedded.url, backend: 'embedded' }
}

function connectionPort(store: Store): ConnectionPort {
  return {
    get: (name) => store.connections.get(name),
    sign: async (name, secretName, text) => {
      const secret = (await store.connections.get(name)).secret[secretName]
      return secret === undefined ? undefined : createHmac('sha256', secret).update(text).digest('hex')
    },
  }
}

/** A worker alone: no editor, no API, the same database and queue as the server's. */
async function main(): Promise<void> {
  const asked = listenForStop()
  const config = readConfig()
  if (config.databaseUrl === undefined) {
    throw new FatalError('CONFIG_INVALID', 'A worker of its own needs the database it shares with the server: set DATABASE_URL (and REDIS_URL, if the server has one) to the same values.')
  }
  const log = createLog({ level: config.logLevel, process: 'worker' })
  const runtime = await openRuntime(config, log, 'worker')
  await runtime.queue.startWorkers()
  process.stdout.write('Heed worker is ready\n')
  await endWhen(asked, log, () => runtime.stop())
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await runMain(main)
