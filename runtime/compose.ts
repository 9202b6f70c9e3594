// The composition: builds the folders of runtime/ out of each other, for the server and for a worker. The only file, with
// compose-store.ts, compose-queue.ts and send-clients.ts, that constructs; it holds no rule of its own.
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { PicturePort } from '../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../nodes/contract/define.ts'
import { isStopped, RetryableError, toError } from '../nodes/contract/errors.ts'
import { createAcknowledgeLinks, createFilm, type Film } from './history/index.ts'
import { systemClock as clock } from './clock.ts'
import { createEdge, type Edge } from './models/index.ts'
import { createEgress, type Egress } from './egress/index.ts'
import { createHttp } from './egress/index.ts'
import { createMedia, type Media } from './cameras/index.ts'
import { createModels } from './models/index.ts'
import { loadParts, type Parts } from './catalogue.ts'
import { deriveKey, readVersion, type Config } from './config.ts'
import { createEngine, type EngineDeps } from './streams/index.ts'
import { type createLog } from './log.ts'
import { checkFolders } from './folders.ts'
import { startFreezeWatch } from './freeze-watch.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { onLastResort } from './process.ts'
import { createBus, createPictureRelay, type QueueBus } from './live/index.ts'
import { createQueue, type Queue } from './compose-queue.ts'
import { startEmbedded } from './database/index.ts'
import { createSendClients, type SendClients } from './send-clients.ts'
import { createRecordings, keepingWanted, type Recordings } from './recordings/index.ts'
import { RehearsalRunner } from './rehearsals/index.ts'
import { createStore, type Store } from './compose-store.ts'
import { openSpill, type SpillFile } from './streams/index.ts'
import { loadSecretKeys } from './database/index.ts'
import { signingPort } from './connections/index.ts'
import type { NodeRedRouteDeps } from './node-red/index.ts'
import { openNodeRed } from './compose-node-red.ts'
import { createTryAction, type NodeCalls, type TryAction } from './actions/index.ts'

export type Log = ReturnType<typeof createLog>

type Closer = () => unknown

export interface Runtime {
  store: Store
  queue: Queue
  media: Media
  recordings: Recordings
  edge: Edge
  nodes: ReadonlyMap<string, NodeDefinition>
  packages: Parts['packages']
  formats: Parts['formats']
  metrics: Metrics
  secretKey: Uint8Array
  /** What this process has decided and the database does not have. */
  spill: Pick<SpillFile, 'report'>
  http: ReturnType<typeof createHttp>
  /** The door that `http` goes through. */
  egress: Egress
  /** For the API's "send a test". */
  trying: TryAction
  push: SendClients['push']
  tests: SendClients['tests']
  speech: Pick<SendClients, 'voices' | 'sample'>
  nodeRed: NodeRedRouteDeps['nodeRed'] & { start(): Promise<void> }
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
    return { ...(await open(config, log, role, closers)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(
  config: Config,
  log: Log,
  role: 'server' | 'worker',
  closers: Closer[],
): Promise<Omit<Runtime, 'stop'>> {
  await checkFolders({ ...config, hasKey: Boolean(config.secretKey?.trim()) }, log)
  const nowMs = (): number => clock.nowMs()
  const secretKeys = await loadSecretKeys({ value: config.secretKey, dataDir: config.dataDir })
  const { nodes, connectionKinds, ...parts } = await loadParts({
    asked: config.nodePackages,
    dataDir: config.dataDir,
    log,
  })
  const metrics = openMetrics(closers)
  const calls = openFreezeWatch(config, nodes, log, closers)

  const database = await openDatabase(config, log, closers)
  const store = await createStore({
    ...database,
    secretKey: secretKeys,
    log,
    nowMs,
    connectionKinds,
    retention: { decisionDays: config.retainDecisionsDays, eventDays: config.retainEventsDays },
  })
  closers.push(() => store.close())

  const wires = { databaseUrl: database.databaseUrl, redisUrl: config.redisUrl, clock, log }
  const bus = await createBus({ ...wires, looksOn: role === 'server' })
  closers.push(() => bus.close())
  bus.subscribe((message) => metrics.observe(message))
  const relay = await createPictureRelay(wires)
  closers.push(() => relay.close())

  const { egress, http } = openDoor(store, nowMs, closers)
  const edge = openEdge(log, metrics, closers)
  const ofStore = { fillCredentials: store.flows.fillCredentials, named: store.cameras }
  const media = await openMedia(config, { log, relay, bus, egress, ...ofStore })
  const recordings = openRecordings(config.dataDir, role === 'server' ? store : undefined, log, closers)
  const connections = signingPort((name) => store.connections.get(name))
  const soleName =
    database.backend === 'embedded' && config.redisUrl === undefined ? 'owner of the data folder' : undefined
  const nodeRed = openNodeRed(
    {
      config,
      store,
      bus,
      nodes,
      log,
      secretKey: secretKeys[0]!,
      mayRun: role === 'server',
      isSole: soleName !== undefined,
    },
    closers,
  )
  const sending = createSendClients({ ...config, store, connections, http, egress, bus, nodeRed, media, clock, log })
  closers.push(() => sending.close())
  const links = createAcknowledgeLinks({ linkKey: deriveKey(secretKeys[0]!, 'links'), publicUrl: config.publicUrl })
  const spill = await startSpill(config.dataDir, store, log, closers)
  const engine = createEngine({
    spill,
    calls,
    clock,
    log,
    nodes,
    bus,
    relay: filming(store, bus, log).watching(relay),
    http,
    connections,
    store: store.engine,
    random: Math.random,
    mostOpening: 2 * availableParallelism(),
    models: createModels({ connections, http, clock, log, edge }),
    media: cameras(media, recordings),
    pictures: picturesOf(store),
    clients: sending.clients,
    fillCredentials: ofStore.fillCredentials,
    acknowledgeUrl: (message, node) => links.urlFor(message.eventId, Date.parse(message.at), nowMs(), node),
    pictureUrl: (message) => links.pictureUrlFor(message.eventId, Date.parse(message.at), nowMs()),
    absoluteUrl: (path) => new URL(path, `${config.publicUrl}/`).href,
  })
  closers.push(() => engine.stop(), onLastResort(engine.spillNow))
  const { agents } = sending
  const rehearsals = openRehearsals({ store, nodes, media, http, connections, calls, agents, log }, closers)
  const jobs = { store: store.queue, work: engine, clips: media.clips, rehearsals }
  const queue = await createQueue({ ...wires, ...jobs, bus, relay, role, soleName })
  closers.push(() => queue.stop())
  const trying = createTryAction({
    nodes,
    connectionKinds: store.connectionKinds,
    connections,
    http,
    egress,
    clock,
    log,
    push: sending.push,
    fillCredentials: ofStore.fillCredentials,
    publicUrl: config.publicUrl,
  })
  return {
    store,
    queue,
    media,
    recordings,
    edge,
    nodes,
    ...parts,
    metrics,
    secretKey: secretKeys[0]!,
    spill,
    http,
    egress,
    trying,
    push: sending.push,
    tests: sending.tests,
    speech: sending,
    nodeRed,
  }
}

/** Cameras of live streams; those that a person wants kept for rehearsals are. */
function cameras(media: Media, recordings: Recordings): EngineDeps['media'] {
  return ({ flow, plan, streamId }) => {
    const camera = media.forStream({ flowId: flow.id, nodeId: plan.source.id, streamId })
    return keepingWanted(camera, plan, { recordings, clock, flow: flow.id })
  }
}

/** Keeps the seconds around what happens in the streams that run here. */
function filming({ film }: Store, bus: QueueBus, log: Log): Film {
  const filmed = createFilm({ film, clock, log })
  bus.subscribe(filmed.heard)
  return filmed
}

const sweepMs = 600_000

/** `store` where this process is to clear away what is too old, and what is left of flows that are gone. */
function openRecordings(
  dataDir: string,
  store: Pick<Store, 'flows'> | undefined,
  log: Log,
  closers: Closer[],
): Recordings {
  const recordings = createRecordings({ dataDir, clock, log })
  const stopping = new AbortController()
  closers.push(() => stopping.abort())
  const keepSwept = async ({ flows }: Pick<Store, 'flows'>): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(sweepMs, stopping.signal).catch(() => undefined)
      if (stopping.signal.aborted) return
      try {
        const there = new Set((await flows.list()).map(({ id }) => id))
        await recordings.sweep((flow) => there.has(flow))
      } catch (error) {
        if (!isStopped(error)) log.warn({ error: toError(error).message }, 'old recordings were not cleared away')
      }
    }
  }
  if (store) void keepSwept(store)
  return recordings
}

function picturesOf({ events }: Store): PicturePort {
  return {
    ofEvent: (eventId) => events.frame(eventId),
    recentOfEvent: (eventId) => events.recentFrames(eventId),
    clipOfEvent: (eventId) => events.clip(eventId),
    md5: (picture) => createHash('md5').update(picture).digest('hex'),
  }
}

type RehearsalParts = Pick<Runtime, 'store' | 'nodes' | 'media' | 'http'> &
  Pick<SendClients, 'agents'> & { connections: ReturnType<typeof signingPort>; calls: NodeCalls; log: Log }

/** Rehearsals look at every picture of a clip, behind whatever is live: their built-in model is one of its own. */
function openRehearsals(parts: RehearsalParts, closers: Closer[]): RehearsalRunner {
  const { agents, calls, connections, http, log, media, nodes, store } = parts
  const mostProcesses = Math.min(2, availableParallelism())
  const edge = createEdge({ log, clock, everyPicture: true, mostProcesses })
  closers.push(() => edge.stop())
  return new RehearsalRunner({
    clock,
    log,
    nodes,
    agents,
    calls,
    store: store.rehearsals,
    random: Math.random,
    models: createModels({ connections, http, clock, log, edge }),
    media: (owner) => media.inOrder(owner),
    placesOf: async (name) => ((await connections.get(name)).can.watch === 'built-in' ? mostProcesses : 4),
    durationOf: async (path) => {
      const report = await media.library.probe({ kind: 'file', path })
      return report.ok ? report.durationS : null
    },
  })
}

/**
 * What is decided while the database is away; what a dead process has left there goes into the database first. Before any stream is
 * taken: a session must go on behind what was decided, not over it. Waits for a database that goes away again.
 */
async function startSpill(dataDir: string, store: Store, log: Log, closers: Closer[]): Promise<SpillFile> {
  const spill = await openSpill({ dataDir, log, nowMs: () => clock.nowMs() })
  closers.push(() => spill.stop())
  for (;;) {
    try {
      await spill.recover((commit) => store.engine.commitLate(commit))
      return spill
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      log.warn({ err: error }, 'what was decided before the last end waits for the database')
      await clock.sleep(1_000)
    }
  }
}

async function openMedia(
  { dataDir, mediaDirs }: Config,
  parts: Omit<Parameters<typeof createMedia>[0], 'dataDir' | 'mediaDirs' | 'clock'>,
): Promise<Media> {
  const media = createMedia({ dataDir, mediaDirs, clock, ...parts })
  await media.check()
  return media
}

function openMetrics(closers: Closer[]): Metrics {
  const metrics = createMetrics({ version: readVersion() })
  closers.push(() => metrics.stop())
  return metrics
}

function openFreezeWatch(
  { dataDir, freezeAfterS }: Config,
  nodes: Parts['nodes'],
  log: Log,
  closers: Closer[],
): NodeCalls {
  const isOutside = (type: string): boolean => Boolean(nodes.get(type)?.origin)
  const watch = startFreezeWatch({ dataDir, limitMs: freezeAfterS * 1000, clock, log, isOutside })
  closers.push(() => watch.stop())
  return watch
}

function openEdge(log: Log, metrics: Metrics, closers: Closer[]): Edge {
  const edge = createEdge({ log, clock, mostProcesses: availableParallelism() >= 4 ? 2 : 1 })
  metrics.observeEdge(() => edge.pictures)
  closers.push(() => edge.stop())
  return edge
}

function openDoor(store: Store, nowMs: () => number, closers: Closer[]): Pick<Runtime, 'egress' | 'http'> {
  const egress = createEgress({ isApproved: (host, port) => store.approvedHosts.isApproved(host, port), nowMs })
  const http = createHttp({ egress, takesLogins: true })
  closers.push(() => http.close())
  return { egress, http }
}

async function openDatabase(
  config: Config,
  log: Log,
  closers: Closer[],
): Promise<{ databaseUrl: string; backend: 'embedded' | 'external' }> {
  if (config.databaseUrl !== undefined) return { databaseUrl: config.databaseUrl, backend: 'external' }
  const embedded = await startEmbedded({ dataDir: config.dataDir, log })
  closers.push(() => embedded.stop())
  return { databaseUrl: embedded.url, backend: 'embedded' }
}
