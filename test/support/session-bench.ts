// A session with everything around it doubled: plan, store, bus, camera, model. The one way tests start a session.
import { equal } from 'node:assert/strict'
import type { ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import type { PlanNode, PlanStream, Target } from '../../nodes/contract/plan.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import cooldown from '../../nodes/logic/cooldown.ts'
import timer from '../../nodes/logic/timer.ts'
import notification from '../../nodes/action/notification.ts'
import { Recorder, type RecorderLimits } from '../../runtime/streams/recorder.ts'
import { runSession, type SessionDeps, type SessionEnd } from '../../runtime/streams/session.ts'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'
import { fakeModel, type FakeModel } from './fake-model.ts'
import { memoryBus, memoryPictureRelay, type MemoryBus } from './memory-bus.ts'
import { memoryStore, type MemoryStore } from './memory-store.ts'
import { simulatedCamera, type SimulatedCamera, type SimulatedOptions } from './simulated-source.ts'

export interface SessionBench {
  clock: FakeClock
  store: MemoryStore
  bus: MemoryBus
  camera: SimulatedCamera
  model: FakeModel
  deps: SessionDeps
  order: SessionOrder
  /** Starts another session of the same stream, as another worker would. */
  start(order?: Partial<SessionOrder>): { ended: Promise<SessionEnd>; abort(reason?: Error): void }
}

export interface BenchOptions {
  camera?: Omit<SimulatedOptions, 'clock'>
  source?: Record<string, unknown>
  latencyMs?: number
  verdict?(request: ModelTick, n: number): Partial<ModelVerdict>
  finish?(): Partial<ModelVerdict>[]
  limits?: Partial<RecorderLimits>
  nodes?: NodeDefinition[]
  plan?: Partial<PlanStream>
}

export const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

const node = (id: string, type: string, config: Record<string, unknown> = {}): PlanNode => ({
  id,
  type,
  version: 1,
  config,
})
const tick = (id: string, port: string): Target => ({ to: 'tick', node: id, port })

/** camera → interaction model → notification, unless `plan` says otherwise. */
export function testPlan(source: Record<string, unknown> = {}, plan: Partial<PlanStream> = {}): PlanStream {
  return {
    id: 'cam',
    source: node('cam', 'simulated-camera', { kind: 'rtsp', lostAfterS: 5, frozenAfterS: 30, ...source }),
    taps: defaultTaps,
    ticks: [
      node('model', 'interaction-model', {
        connection: 'fake',
        instruction: 'Warn of falls.',
        persona: 'default',
        watchFor: [],
        timeoutS: 5,
      }),
    ],
    actions: [node('tell', 'notification', { channel: 'inbox', url: '', title: 'Fall', connection: '', text: '' })],
    routes: {
      'cam.frames': [tick('model', 'frames')],
      'model.response': [{ to: 'action', node: 'tell', port: 'message' }],
    },
    ...plan,
  }
}

/** Everything a session test needs, on a clock that stands still. */
export function sessionBench(options: BenchOptions = {}): SessionBench {
  const clock = fakeClock()
  const store = memoryStore()
  const bus = memoryBus()
  const camera = simulatedCamera({ clock, ...options.camera })
  const model = fakeModel({ clock, ...options })
  const definitions = [camera.definition, interactionModel, cooldown, timer, notification, ...(options.nodes ?? [])]
  const deps: SessionDeps = {
    clock,
    log: quietLog,
    nodes: new Map(definitions.map((definition) => [definition.type, definition])),
    media: () => ({
      open: () => {
        throw new Error('The simulated camera opens no media.')
      },
    }),
    models: model,
    store,
    bus,
    relay: memoryPictureRelay(),
    random: () => 0.5,
    recorder: new Recorder({ store, clock, log: quietLog }, options.limits),
  }
  const order: SessionOrder = {
    streamId: 'flow1-cam',
    run: 1,
    generation: 1,
    flow: { id: 'flow1', name: 'Fall alert', revision: 1 },
    plan: testPlan(options.source, options.plan),
    resume: null,
  }
  return {
    clock,
    store,
    bus,
    camera,
    model,
    deps,
    order,
    start: (patch = {}) => {
      const control = new AbortController()
      return {
        ended: runSession({ ...order, ...patch }, deps, control.signal),
        abort: (reason) => control.abort(reason),
      }
    },
  }
}

/** What has been recorded, in order. */
export const eventKinds = (bench: SessionBench): string[] => bench.store.events.map((event) => event.kind)

/** Ends a session, by default as a person would, and fails when it has left a timer open. */
export async function stopSession(
  bench: SessionBench,
  session: ReturnType<SessionBench['start']>,
  reason: Error = new StoppedError(),
): Promise<void> {
  session.abort(reason)
  await bench.clock.advance(12_000)
  await session.ended
  equal(bench.clock.waiting(), 0, 'timers left open')
}
