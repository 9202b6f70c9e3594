// The real store with the queue's own jobs, and alerts in it as a session commits them, without a session.
import { randomBytes } from 'node:crypto'
import type { Plan } from '../../nodes/contract/plan.ts'
import { createStore, type Store } from '../../runtime/compose-store.ts'
import type { StreamRef } from '../../runtime/queue/records.ts'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import { withDatabase, type TestDatabase } from './database.ts'
import { withQueue, type BackendName, type QueueBackend } from './queue.ts'
import { quietLog } from './queue-worker.ts'

const plan: Plan = {
  format: 'heed.plan/1',
  name: 'Fall alert',
  streams: [
    {
      id: 'cam',
      source: { id: 'cam', type: 'camera-source', version: 1, config: {} },
      taps: { longSide: 640, floor: { width: 256, height: 192 } },
      ticks: [],
      actions: [{ id: 'tell', type: 'notification', version: 1, config: {} }],
      routes: { 'model.response': [{ to: 'action', node: 'tell', port: 'message' }] },
    },
  ],
}

export interface RealStore {
  backend: QueueBackend
  store: Store
  /** A flow whose camera may raise alerts. */
  deploy: () => Promise<{ flowId: string; ref: StreamRef }>
  /** What a session would write down at this tick: one alert and its delivery. */
  commitAlert: (order: SessionOrder, tick: number) => Promise<void>
  close: () => Promise<void>
}

/** A database of its own; with Redis the jobs are there, alone on a machine one database carries both. */
export async function withRealStore(name: BackendName): Promise<RealStore> {
  const database = await withDatabase()
  const backend = name === 'redis' ? await withQueue('redis') : backendOf(database)
  const store = await createStore({
    databaseUrl: database.url,
    secretKey: randomBytes(32),
    log: quietLog(),
    nowMs: () => Date.now(),
  })
  return {
    backend,
    store,
    deploy: () => deploy(store),
    commitAlert: (order, tick) => commitAlert(store, order, tick),
    close: async () => {
      await store.close()
      await backend.close()
      await database.drop()
    },
  }
}

function backendOf(database: TestDatabase): QueueBackend {
  return {
    name: 'postgres',
    databaseUrl: database.url,
    redisUrl: undefined,
    stop: async () => undefined,
    start: async () => undefined,
    forgetJobs: async () => {
      await database.query('delete from bullmq.job')
    },
    close: async () => undefined,
  }
}

async function deploy(store: Store): Promise<{ flowId: string; ref: StreamRef }> {
  const { id } = await store.flows.create({ format: 'heed.flow/1', name: 'Fall alert', nodes: [], wires: [] })
  const {
    started: [ref],
  } = await store.deployments.deploy(id, 1, plan)
  if (!ref) throw new Error('Nothing was started.')
  return { flowId: id, ref }
}

async function commitAlert(store: Store, order: SessionOrder, tick: number): Promise<void> {
  const { streamId, run, generation } = order
  const eventId = `${streamId}-${run}-${tick}`
  const at = new Date().toISOString()
  const message = {
    id: eventId,
    eventId,
    at,
    text: 'Somebody fell.',
    source: { flow: order.flow.id, node: 'model', stream: streamId },
  }
  await store.engine.commitTick({
    streamId,
    run,
    generation,
    flowId: order.flow.id,
    tick,
    mediaTimeS: tick,
    decisions: [],
    states: {},
    consumed: [],
    remote: [],
    events: [
      {
        id: eventId,
        kind: 'response.given',
        flowId: order.flow.id,
        revision: 1,
        streamId,
        node: 'model',
        tick,
        at,
        mediaTimeS: tick,
        text: message.text,
        fields: {},
        frame: null,
      },
    ],
    actions: [
      {
        id: `${eventId}_tell`,
        eventId,
        flowId: order.flow.id,
        streamId,
        run,
        node: 'tell',
        port: 'message',
        message,
      },
    ],
  })
}
