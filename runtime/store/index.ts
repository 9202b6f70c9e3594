// The store: everything Heed remembers, behind the interfaces that engine, queue and API declare.
// The only door to this folder besides embedded.ts and seal.ts.
import type pg from 'pg'
import type { Log } from '../../nodes/contract/capabilities.ts'
import type {
  AccountStore,
  ApprovedHostStore,
  ConnectionStore,
  DeliveryStore,
  DeploymentStore,
  EventStore,
  FlowStore,
  RunningStore,
} from '../api/deps.ts'
import type { EngineStore, SessionInput } from '../engine/deps.ts'
import type { QueueStore } from '../queue/deps.ts'
import { createAccountStore } from './accounts.ts'
import { createActionStore } from './actions.ts'
import { createApprovedHostStore } from './approved-hosts.ts'
import type { HostApproval } from './approved-hosts.ts'
import { createConnectionStore, ensureBuiltIn } from './connections.ts'
import { migrateDatabase, openDb, openPool, pingDatabase } from './db.ts'
import { guarded } from './db-errors.ts'
import { ensurePartitions } from './decision-days.ts'
import { createDeliveryStore } from './delivery-control.ts'
import type { OpenActions } from './delivery-control.ts'
import { createDeploymentStore } from './deployments.ts'
import { createEventStore } from './events.ts'
import { createFlowStore } from './flows.ts'
import type { FlowSecrets } from './flows.ts'
import { createInputStore } from './inputs.ts'
import { createPlanCache } from './plans.ts'
import { defaultRetention, sweepRetention } from './retention.ts'
import type { Retention } from './retention.ts'
import { createPushSubscriptionStore } from './push-subscriptions.ts'
import type { PushSubscriptionStore } from './push-subscriptions.ts'
import { createSeal } from './seal.ts'
import { createSettingStore } from './settings.ts'
import type { SettingStore } from './settings.ts'
import { createRunningStore } from './running.ts'
import { createSoundStore } from './sounds.ts'
import type { SoundStore } from './sounds.ts'
import { createStreamStore } from './streams.ts'
import { createTickStore } from './ticks.ts'
import { createVoiceTurnStore } from './voice-turns.ts'
import type { VoiceTurnStore } from './voice-turns.ts'
import { createWriteTrial } from './write-trial.ts'

export interface StoreOptions {
  databaseUrl: string
  /** From loadSecretKeys in seal.ts: the first one seals. */
  secretKey: Uint8Array | readonly Uint8Array[]
  log: Log
  nowMs(): number
  retention?: Partial<Retention>
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
  events: EventStore
  deliveries: DeliveryStore & OpenActions
  sounds: SoundStore
  voiceTurns: VoiceTurnStore
  accounts: AccountStore
  settings: SettingStore
  approvedHosts: ApprovedHostStore & HostApproval
  push: PushSubscriptionStore
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
  const parts = { db, seal, nowMs, plans: createPlanCache() }
  const { writeStatus, ...streamJobs } = createStreamStore(parts)
  const { addInputs, readInputs } = createInputStore(parts)
  const whyNotWritable = createWriteTrial(createSettingStore(db), nowMs)
  const start = guarded('start', {
    connections: () => ensureBuiltIn(db, nowMs()),
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
    engine: guarded<EngineStore>('engine', { ...createTickStore(parts), writeStatus, readInputs }),
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
    events: createEventStore(parts),
    deliveries: createDeliveryStore(parts),
    sounds: createSoundStore(parts),
    voiceTurns: createVoiceTurnStore(parts),
    accounts: createAccountStore(parts),
    settings: createSettingStore(db),
    approvedHosts: createApprovedHostStore(db, createSettingStore(db), nowMs),
    push: createPushSubscriptionStore(parts),
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
