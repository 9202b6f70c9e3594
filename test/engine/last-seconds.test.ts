// The last seconds count: what a slow model says of the last pictures is recorded and goes out, at a stop, at a hand-over, at a
// clip's end and when the camera dies. Over real HTTP to the orchestrator's double, which holds its answer back.
import { afterEach, expect, it } from 'vitest'
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { quietLog, sessionBench, testPlan, type BenchOptions, type SessionBench } from '../support/session-bench.ts'

const shutdown = new StoppedError('This worker is shutting down; another one takes over.')
const gone = new RetryableError('CAMERA_REFUSED', 'The camera refused the connection.')

let fake: FakeOrchestrator
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Real time passes while an answer is on its way through a real socket; the session's clock stands still then. */
const settle = (ms = 4) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
async function pass(bench: SessionBench, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step++) {
    await bench.clock.advance(250)
    await settle()
  }
}

/** A stream whose model holds back its answer about the fall, which is seen on the picture shown last. */
async function start(options: BenchOptions = {}) {
  let isFalling = false
  fake = await startFakeOrchestrator({ model: () => (isFalling ? '</response> A person has fallen.' : '</silence>') })
  const http = createHttp()
  const plan = testPlan()
  const ticks = plan.ticks.map((node) => ({ ...node, config: { ...node.config, timeoutS: 0.1 } }))
  const bench = sessionBench({ ...options, plan: { ticks, ...options.plan } })
  bench.deps.models = createModels({
    http,
    clock: bench.clock,
    log: quietLog,
    connections: { get: async () => ({ name: 'fake', ...ofKind('vllm-omni'), config: { url: fake.url }, secret: {} }) },
  })
  closers.push(
    () => fake.stop(),
    () => http.close(),
  )
  const session = bench.start()
  await pass(bench, 3)
  fake.fault = 'hang'
  isFalling = true
  const asked = fake.calls.length
  await pass(bench, 1)
  while (fake.calls.length === asked) await pass(bench, 0.25)
  // The tick's own wait is over: it is late.
  await settle(150)
  await pass(bench, 1)
  return { bench, session }
}
const alerts = (bench: SessionBench) => bench.store.events.filter(({ kind }) => kind === 'response.given')
const answer = (): void => {
  fake.fault = null
}

it.each([
  ['a stop', new StoppedError()],
  ['a hand-over', shutdown],
])('waits at %s for the answer on its way, and records and sends what it says', async (_name, reason) => {
  const { bench, session } = await start()
  session.abort(reason)
  await pass(bench, 7)
  expect(alerts(bench)).toEqual([])
  answer()
  await settle(50)
  await pass(bench, 4)
  expect(await session.ended).toMatchObject({ state: 'stopped' })
  expect(alerts(bench)[0]).toMatchObject({ text: 'A person has fallen.', frame: expect.anything() as unknown })
  expect(bench.store.actions.length).toBe(alerts(bench).length)
  expect(fake.mostInFlight).toBe(1)
})

it('gives an answer up that does not come within eight seconds of a stop', async () => {
  const { bench, session } = await start()
  session.abort(new StoppedError())
  await pass(bench, 12)
  answer()
  expect(await session.ended).toMatchObject({ state: 'stopped' })
  expect(alerts(bench)).toEqual([])
})

it('waits at the end of a clip, whose stream ends only then', async () => {
  const { bench, session } = await start({ camera: { frames: 5 }, source: { kind: 'file' } })
  await pass(bench, 6)
  expect(bench.store.statuses.get('flow1-cam')?.state).not.toBe('finished')
  answer()
  await settle(50)
  await pass(bench, 2)
  expect(await session.ended).toMatchObject({ state: 'finished' })
  expect(alerts(bench).map(({ text }) => text)).toContain('A person has fallen.')
  expect(bench.store.actions.length).toBe(alerts(bench).length)
})

it('hears it while the camera is dead, and shows the model the last picture that it has not seen', async () => {
  const { bench, session } = await start()
  bench.camera.down = gone
  bench.camera.breakWith(gone)
  await pass(bench, 8)
  expect(bench.store.events.map(({ kind }) => kind)).toContain('stream.lost')
  expect(alerts(bench)).toEqual([])
  const asked = fake.calls.length
  answer()
  await settle(50)
  await pass(bench, 3)
  expect(alerts(bench)).toMatchObject([{ text: 'A person has fallen.', mediaTimeS: expect.closeTo(3, -0.5) as number }])
  expect(bench.store.actions).toHaveLength(1)
  expect(fake.calls.length).toBe(asked + 1)
  const rows = bench.store.decisions.filter(({ late }) => late)
  expect(rows.length).toBeGreaterThanOrEqual(2)
  session.abort(new StoppedError())
  await pass(bench, 10)
  await session.ended
})
