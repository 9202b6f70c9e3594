// Measures how many 1 fps streams one process carries: `node test/support/engine-bench.ts [streams] [seconds]` prints one JSON line.
// Real clock, real HTTP to a model server in a thread of its own, the whole session; camera, database and bus are doubles.
import { performance } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { StoppedError } from '../../nodes/contract/errors.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { Recorder } from '../../runtime/streams/recorder.ts'
import { runSession } from '../../runtime/streams/session.ts'
import { memoryPictureRelay } from './memory-bus.ts'
import { memoryStore } from './memory-store.ts'
import { quietLog, testPlan } from './session-bench.ts'
import { simulatedCamera } from './simulated-source.ts'
import { ofKind } from './connection-kinds.ts'

export interface EngineBench {
  streams: number
  seconds: number
  modelMs: number
  ticks: number
  /** Ticks that had to stand for more than one second. */
  madeUp: number
  framesDropped: number
  /** How much later than its beat a tick began. */
  lateMs: { p50: number; p95: number; max: number }
  tickMs: { p50: number; p95: number }
  /** Of one core, engine and HTTP client together. */
  cpuPercent: number
}

const at = (values: number[], share: number): number =>
  Math.round(values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0)

/** Runs `streams` sessions for `seconds` and says how late their ticks were. */
export async function benchEngine(streams = 150, seconds = 15, modelMs = 40): Promise<EngineBench> {
  const server = new Worker(new URL('./engine-bench-model.ts', import.meta.url), { workerData: { latencyMs: modelMs } })
  const url = await new Promise<string>((resolve) => server.once('message', resolve))
  const http = createHttp()
  const store = memoryStore()
  const seen = new Map<string, { tick: number; atMs: number; last: number }>()
  let madeUp = 0
  const late: number[] = []
  const watch = (message: LiveMessage): void => {
    if (message.type !== 'decision') return
    const { at: when, tick } = message.decision
    const atMs = Date.parse(when)
    const before = seen.get(message.stream)
    if (!before) return void seen.set(message.stream, { tick, atMs, last: tick })
    late.push(atMs - before.atMs - (tick - before.tick) * 1000)
    madeUp += tick - before.last - 1
    before.last = tick
  }
  // A picture as a camera sends it: about 40 kB.
  const jpeg = new Uint8Array(40_000).fill(7)
  const camera = simulatedCamera({ clock: systemClock, jpeg })
  const recorder = new Recorder({ store: { ...store, writeTicks: async () => [] }, clock: systemClock, log: quietLog })
  const deps = {
    clock: systemClock,
    log: quietLog,
    store,
    recorder,
    relay: memoryPictureRelay(),
    random: Math.random,
    nodes: new Map([camera.definition, interactionModel].map((definition) => [definition.type, definition])),
    media: () => ({
      open: () => {
        throw new Error('The simulated camera opens no media.')
      },
    }),
    bus: { publish: watch, subscribe: () => () => undefined },
    models: createModels({
      http,
      clock: systemClock,
      log: quietLog,
      connections: { get: async () => ({ name: 'fake', ...ofKind('vllm-omni'), config: { url }, secret: {} }) },
    }),
  }
  const control = new AbortController()
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  const plan = testPlan()
  const sessions = Array.from({ length: streams }, async (_unused, index) => {
    // Cameras do not all begin at the same moment.
    await systemClock.sleep((index * 1000) / streams)
    return runSession(
      {
        streamId: `s${index}-cam`,
        run: 1,
        generation: 1,
        flow: { id: `s${index}`, name: 'Bench', revision: 1 },
        plan,
        resume: null,
      },
      deps,
      control.signal,
    )
  })
  await systemClock.sleep(seconds * 1000)
  const used = process.cpuUsage(cpu)
  const tookMs = performance.now() - startedMs
  control.abort(new StoppedError('The bench is over.'))
  await Promise.all(sessions)
  const statuses = [...store.statuses.values()]
  await server.terminate()
  await http.close()
  late.sort((a, b) => a - b)
  const ticks = late.length + seen.size
  return {
    streams,
    seconds,
    modelMs,
    ticks,
    madeUp,
    framesDropped: statuses.reduce((sum, status) => sum + status.dropped, 0),
    lateMs: { p50: at(late, 0.5), p95: at(late, 0.95), max: at(late, 1) },
    tickMs: {
      p50: at(
        statuses.map((status) => status.tickMs.p50).sort((a, b) => a - b),
        0.5,
      ),
      p95: at(
        statuses.map((status) => status.tickMs.p95).sort((a, b) => a - b),
        0.95,
      ),
    },
    cpuPercent: Math.round(((used.user + used.system) / 1000 / tookMs) * 100),
  }
}

if (import.meta.main) {
  const [streams, seconds] = process.argv.slice(2).map(Number)
  console.log(JSON.stringify(await benchEngine(streams, seconds)))
}
