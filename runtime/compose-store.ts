// The store: everything Heed remembers, behind the interfaces that engine, queue and API declare.
// The only door to this folder besides embedded.ts and seal.ts.
import type { QueueStore } from './compose-queue.ts'
import type pg from 'pg'
import type { Log } from '../nodes/contract/capabilities.ts'
import type { AccountStore } from './accounts/index.ts'
import type { ApprovedHostStore } from './egress/index.ts'
import type { ConnectionStore } from './connections/index.ts'
import type { ConnectionKinds } from '../nodes/contract/connections.ts'
import type { DeliveryStore } from './actions/index.ts'
import type { DeploymentStore, FlowStore } from './flows/index.ts'
import type { EventStore } from './history/index.ts'
import type { RunningStore } from './streams/index.ts'
import type { EngineStore } from './streams/index.ts'
import type { SessionInput } from './actions/index.ts'
import { createAccountStore } from './accounts/index.ts'
import { createActionStore } from './actions/index.ts'
import { createApprovedHostStore } from './egress/index.ts'
import type { HostApproval } from './egress/index.ts'
import { createCameraStore, type CameraStore } from './cameras/index.ts'
import { createConnectionStore, ensureBuiltIn, loadConnectionKinds } from './connections/index.ts'
import { migrateDatabase, openDb, openPool, pingDatabase } from './database/index.ts'
import { guarded } from './database/index.ts'
import { ensurePartitions } from './history/index.ts'
import { createDeliveryStore, createFailedDeliveries, type FailedDeliveries } from './actions/index.ts'
import { createSystemStore, type SystemStore } from './system/index.ts'
import type { OpenActions } from './actions/index.ts'
import { createDeploymentStore } from './flows/index.ts'
import { createEventStore } from './history/index.ts'
import { createFlowStore } from './flows/index.ts'
import type { FlowSecrets } from './flows/index.ts'
import { createInputStore } from './actions/index.ts'
import { createPlanCache } from './history/index.ts'
import { defaultRetention, sweepRetention } from './history/index.ts'
import type { Retention } from './history/index.ts'
import { createPushSubscriptionStore } from './channels/index.ts'
import type { PushSubscriptionStore } from './channels/index.ts'
import { createSeal } from './database/index.ts'
import { createSettingStore } from './database/index.ts'
import type { SettingStore } from './database/index.ts'
import { createRunningStore } from './streams/index.ts'
import { createClipStore, createFilmStore, createSoundStore } from './history/index.ts'
import type { ClipStore, FilmStore } from './history/index.ts'
import type { SoundStore } from './history/index.ts'
import { createStreamStore } from './streams/index.ts'
import { createTickStore } from './streams/index.ts'
import { createRehearsalStore } from './rehearsals/index.ts'
import type { RehearsalStore } from './rehearsals/index.ts'
import { createNodeRedStore, type NodeRedStore } from './node-red/index.ts'
import { createOwnTemplateStore } from './templates/index.ts'
import type { OwnTemplateStore } from './templates/index.ts'
import { createVoiceTurnStore } from './voices/index.ts'
import type { VoiceTurnStore } from './voices/index.ts'
import { createWriteTrial } from './database/index.ts'

export interface StoreOptions {
  databaseUrl: string
  /** From loadSecretKeys in seal.ts: the first one seals. */
  secretKey: Uint8Array | readonly Uint8Array[]
  log: Log
  nowMs(): number
  retention?: Partial<Retention>
  /** Default: the built-in ones. */
  connectionKinds?: ConnectionKinds
  /** Told to whoever asks for the health. */
  backend?: 'embedded' | 'external'
  /** Connections to keep at most, beside those of the queue. */
  maxConnections?: number
}

export interface Store {
  engine: EngineStore
  queue: QueueStore
  flows: FlowStore & FlowSecrets
  deployments: DeploymentStore
  running: RunningStore
  connections: ConnectionStore
  cameras: CameraStore
  connectionKinds: ConnectionKinds
  events: EventStore
  deliveries: DeliveryStore & OpenActions
  failed: FailedDeliveries
  system: SystemStore
  sounds: SoundStore
  clips: ClipStore
  film: FilmStore
  voiceTurns: VoiceTurnStore
  accounts: AccountStore
  settings: SettingStore
  nodeRed: NodeRedStore
  approvedHosts: ApprovedHostStore & HostApproval
  push: PushSubscriptionStore
  ownTemplates: OwnTemplateStore
  rehearsals: RehearsalStore
  /** Puts messages before nodes of running sessions: questions from outside. */
  addInputs(inputs: SessionInput[]): Promise<void>
  /** Throws when the database is away; `trouble` is why it takes no writing, in one sentence. */
  ping(): Promise<{ latencyMs: number; version: string; backend: 'embedded' | 'external'; trouble?: string }>
  pool: pg.Pool
  databaseUrl: string
  close(): Promise<void>
}

/** Migrates the database, makes what every installation has, and opens the store. */
export async function createStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, log, nowMs, backend = 'external' } = options
  const seal = createSeal(options.secretKey instanceof Uint8Array ? [options.secretKey] : options.secretKey)
  await migrateDatabase(databaseUrl, log)
  const pool = openPool({
    databaseUrl,
    log,
    ...(options.maxConnections === undefined ? {} : { max: options.maxConnections }),
  })
  const db = openDb(pool)
  const retention = { ...defaultRetention, ...options.retention }
  const kinds = options.connectionKinds ?? (await loadConnectionKinds())
  const parts = { db, seal, kinds, nowMs, plans: createPlanCache() }
  const { writeStatus, othersOf, ...streamJobs } = createStreamStore(parts)
  const { addInputs, readInputs } = createInputStore(parts)
  const whyNotWritable = createWriteTrial(createSettingStore(db), nowMs)
  const start = guarded('start', {
    connections: () => ensureBuiltIn(db, kinds, nowMs()),
    partitions: () => ensurePartitions(db, nowMs()),
    addInputs,
  })
  try {
    await start.connections()
    await start.partitions()
  } catch (thrown) {
    await pool.end()
    throw thrown
  }
  return {
    engine: guarded<EngineStore>('engine', { ...createTickStore(parts), writeStatus, othersOf, readInputs }),
    queue: guarded<QueueStore>('queue', {
      ...streamJobs,
      ...createActionStore(parts),
      sweepRetention: () => sweepRetention(db, retention, nowMs()),
      ensurePartitions: () => ensurePartitions(db, nowMs()),
    }),
    flows: createFlowStore(parts),
    deployments: createDeploymentStore(parts),
    running: createRunningStore({ ...parts, addInputs }),
    connections: createConnectionStore(parts),
    cameras: createCameraStore(parts),
    connectionKinds: kinds,
    events: createEventStore(parts),
    deliveries: createDeliveryStore(parts),
    failed: createFailedDeliveries(parts),
    system: createSystemStore({ ...parts, retention }),
    sounds: createSoundStore(parts),
    clips: createClipStore(parts),
    film: createFilmStore(parts),
    voiceTurns: createVoiceTurnStore(parts),
    accounts: createAccountStore(parts),
    settings: createSettingStore(db),
    nodeRed: createNodeRedStore(db),
    approvedHosts: createApprovedHostStore(db, createSettingStore(db), nowMs),
    push: createPushSubscriptionStore(parts),
    ownTemplates: createOwnTemplateStore(parts),
    rehearsals: createRehearsalStore(parts),
    addInputs: start.addInputs,
    ping: async () => {
      const [found, trouble] = await Promise.all([pingDatabase(pool), whyNotWritable()])
      return { ...found, backend, ...(trouble === undefined ? {} : { trouble }) }
    },
    pool,
    databaseUrl,
    close: async () => {
      await pool.end()
    },
  }
}
