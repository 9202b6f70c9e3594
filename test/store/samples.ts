// Flows, plans and records for the tests of the store, with overrides; and a store on a database of its own.
import type { Decision, Message, StreamStatus } from '../../nodes/contract/events.ts'
import type { Flow, FlowNode } from '../../nodes/contract/flow.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import type { ActionRecord, SessionInput } from '../../runtime/actions/records.ts'
import type { EventRecord, RunKey, TickRecord } from '../../runtime/history/records.ts'
import type { TickCommit } from '../../runtime/streams/records.ts'
import { createStore } from '../../runtime/compose-store.ts'
import type { Store, StoreOptions } from '../../runtime/compose-store.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

export const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined }
export const sampleKey = new Uint8Array(32).fill(7)
/** Noon, so that an hour more or less is the same day. */
export const startMs = Date.parse('2026-11-20T12:00:00.000Z')

export interface StoreUnderTest {
  store: Store
  database: TestDatabase
  clock: { ms: number }
}

/** A store on a fresh database, with a clock that stands still until `clock.ms` is set. */
export async function openStore(options: Partial<StoreOptions> = {}): Promise<StoreUnderTest> {
  const database = await withDatabase()
  const clock = { ms: startMs }
  const store = await createStore({
    databaseUrl: database.url,
    secretKey: sampleKey,
    log: quietLog,
    nowMs: () => clock.ms,
    ...options,
  })
  return { store, database, clock }
}

export async function closeStore({ store, database }: StoreUnderTest): Promise<void> {
  await store.close()
  await database.drop()
}

export function node(id: string, type: string, config: Record<string, unknown> = {}): FlowNode {
  return { id, type, version: 1, position: { x: 0, y: 0 }, config }
}

export function sampleFlow(overrides: Partial<Flow> = {}): Flow {
  return {
    format: 'heed.flow/1',
    name: 'Fall alert',
    tags: ['care'],
    nodes: [
      node('cam', 'camera-source', { kind: 'file', path: 'fall.mp4' }),
      node('model', 'interaction-model', { connection: 'edge' }),
      node('tell', 'notification', { channel: 'inbox' }),
    ],
    wires: [],
    ...overrides,
  }
}

/** A plan with these cameras; each stream has a model and a notification. */
export function samplePlan(cameras: string[] = ['cam']): Plan {
  return {
    format: 'heed.plan/1',
    name: 'Fall alert',
    streams: cameras.map((id) => ({
      id,
      source: { id, type: 'camera-source', version: 1, config: {} },
      taps: defaultTaps,
      ticks: [{ id: 'model', type: 'interaction-model', version: 1, config: {} }],
      actions: [{ id: 'tell', type: 'notification', version: 1, config: { channel: 'inbox' } }],
      routes: { 'model.response': [{ to: 'action' as const, node: 'tell', port: 'message' }] },
    })),
  }
}

/** A flow, deployed and claimed once: the key that its session writes with. */
export async function runFlow(store: Store, cameras: string[] = ['cam']): Promise<{ flowId: string; keys: RunKey[] }> {
  const flow = await store.flows.create(sampleFlow())
  const { started } = await store.deployments.deploy(flow.id, flow.revision, samplePlan(cameras))
  const orders = await Promise.all(started.map((ref) => store.queue.claimStream(ref)))
  return {
    flowId: flow.id,
    keys: orders.flatMap((order) =>
      order ? [{ streamId: order.streamId, run: order.run, generation: order.generation }] : [],
    ),
  }
}

export function decision(tick: number, overrides: Partial<Decision> = {}): Decision {
  return {
    tick,
    at: new Date(startMs + tick * 1000).toISOString(),
    mediaTimeS: tick,
    node: 'model',
    action: 'silence',
    reason: 'model',
    text: '',
    latencyMs: 40,
    frameKind: 'P',
    visualTokens: 72,
    fullRateTokens: 302,
    ...overrides,
  }
}

export function tickRecord(key: RunKey, flowId: string, tick: number, overrides: Partial<TickRecord> = {}): TickRecord {
  return {
    ...key,
    flowId,
    tick,
    mediaTimeS: tick,
    decisions: [decision(tick)],
    states: { model: { tick } },
    ...overrides,
  }
}

export function message(eventId: string, text = 'A person fell.'): Message {
  return {
    id: eventId,
    eventId,
    at: new Date(startMs).toISOString(),
    text,
    source: { flow: 'f', node: 'model', stream: 's' },
  }
}

export function event(key: RunKey, flowId: string, id: string, overrides: Partial<EventRecord> = {}): EventRecord {
  return {
    id,
    kind: 'response.given',
    flowId,
    revision: 1,
    streamId: key.streamId,
    node: 'model',
    tick: 1,
    at: new Date(startMs + 1000).toISOString(),
    mediaTimeS: 1,
    text: 'A person fell.',
    fields: {},
    frame: null,
    ...overrides,
  }
}

export function action(
  key: RunKey,
  flowId: string,
  eventId: string,
  overrides: Partial<ActionRecord> = {},
): ActionRecord {
  return {
    id: `${eventId}_tell`,
    eventId,
    flowId,
    streamId: key.streamId,
    run: key.run,
    node: 'tell',
    port: 'message',
    message: message(eventId),
    ...overrides,
  }
}

export function input(streamId: string, id: string): SessionInput {
  return { id, streamId, node: 'model', port: 'answer', message: message(id, `answer ${id}`) }
}

/** A tick that raised one event with one action. */
export function tickCommit(key: RunKey, flowId: string, tick: number, overrides: Partial<TickCommit> = {}): TickCommit {
  const id = `${key.streamId}-event-${tick}`
  return {
    ...tickRecord(key, flowId, tick),
    events: [event(key, flowId, id, { tick })],
    actions: [action(key, flowId, id)],
    consumed: [],
    remote: [],
    ...overrides,
  }
}

export function status(key: RunKey, overrides: Partial<StreamStatus> = {}): StreamStatus {
  return {
    id: key.streamId,
    source: 'cam',
    state: 'running',
    reason: null,
    ticks: 1,
    decisions: { silence: 1, response: 0, delegate: 0 },
    dropped: 0,
    tickMs: { p50: 5, p95: 9 },
    visualTokens: { sent: 72, fullRate: 302 },
    lastFrameAt: null,
    nodes: {},
    ...overrides,
  }
}
