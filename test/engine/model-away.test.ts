// A whole session over real HTTP to the orchestrator's double, which goes away, hangs, loses its sessions and comes back.
import { afterEach, expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import {
  startFakeOrchestrator,
  type FakeOrchestrator,
  type FakeOrchestratorOptions,
} from '../support/fake-orchestrator.ts'
import { quietLog, sessionBench, testPlan, type SessionBench } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

let fake: FakeOrchestrator
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** The session's clock stands still while an answer is on its way through a real socket. */
async function pass(bench: SessionBench, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step++) {
    await bench.clock.advance(250)
    await new Promise((resolve) => {
      setTimeout(resolve, 4)
    })
  }
}

const fallsAtOnce = ({ index }: { index: number }): string =>
  index === 2 ? '</response> A person has fallen.' : '</silence>'

async function start(
  timeoutS: number,
  model = fallsAtOnce,
  more: FakeOrchestratorOptions = {},
): Promise<{ bench: SessionBench; session: ReturnType<SessionBench['start']> }> {
  fake = await startFakeOrchestrator({
    chunkFrames: 3,
    model,
    ...more,
  })
  const http = createHttp()
  const plan = testPlan()
  const bench = sessionBench({
    plan: { ticks: plan.ticks.map((node) => ({ ...node, config: { ...node.config, timeoutS } })) },
  })
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
  return { bench, session: bench.start() }
}
const kinds = (bench: SessionBench): string[] => bench.store.events.map((event) => event.kind)

it('survives a server that goes away and comes back without its sessions', async () => {
  const { bench, session } = await start(1)
  await pass(bench, 6)
  expect(kinds(bench)).toEqual(['stream.started', 'response.given'])
  await fake.goAway()
  fake.restart()
  await pass(bench, 14)
  expect(kinds(bench)).toEqual(['stream.started', 'response.given', 'model.lost'])
  expect(bench.store.events.at(-1)?.text).toContain('refused the connection')
  expect(bench.store.decisions.filter((decision) => decision.reason === 'model-unreachable').length).toBeGreaterThan(9)
  await fake.comeBack()
  await pass(bench, 14)
  expect(kinds(bench)).toContain('memory.restored')
  expect(kinds(bench)).toContain('model.resumed')
  const held = fake.sessions.get('heed-flow1-cam.1.model')
  expect(held?.instruction).toContain('Summary of chunk 1.')
  expect(held?.instruction).toMatch(/Warn of falls\.$/)
  expect(fake.mostInFlight).toBe(1)
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
  expect(fake.sessions.size).toBe(0)
})

it('keeps its beat while a server hangs', async () => {
  const { bench, session } = await start(0.1)
  await pass(bench, 3)
  fake.fault = 'hang'
  await pass(bench, 20)
  await new Promise((resolve) => {
    setTimeout(resolve, 120)
  })
  fake.fault = null
  await pass(bench, 14)
  const ticks = bench.store.decisions.map((decision) => decision.tick)
  expect(new Set(ticks).size).toBe(ticks.length)
  expect(bench.store.decisions.some((decision) => decision.text.includes('did not answer within 0.1 s'))).toBe(true)
  expect(bench.store.decisions.at(-1)).toMatchObject({ reason: 'model' })
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
})

it('does not lose an alert that was said in a tick of seven seconds, and tells it with the time and picture of then', async () => {
  let isFalling = false
  const { bench, session } = await start(0.05, () => (isFalling ? '</response> A person has fallen.' : '</silence>'))
  await pass(bench, 1)
  fake.fault = 'hang'
  isFalling = true
  await pass(bench, 1)
  await new Promise((resolve) => {
    setTimeout(resolve, 80)
  })
  await pass(bench, 7)
  fake.fault = null
  await pass(bench, 3)
  const [late, ...more] = bench.store.decisions.filter((decision) => decision.late && decision.action === 'response')
  expect(more).toEqual([])
  expect(late).toMatchObject({ text: 'A person has fallen.' })
  const alerts = bench.store.events.filter((event) => event.kind === 'response.given')
  expect(alerts).toMatchObject([{ text: 'A person has fallen.', mediaTimeS: late?.mediaTimeS }])
  expect((alerts[0]?.tick ?? 0) - (alerts[0]?.mediaTimeS ?? 0)).toBeGreaterThan(5)
  expect(alerts[0]?.frame).not.toBeNull()
  expect(fake.mostInFlight).toBe(1)
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
})

it('tells in the history what the server asks an agent of its own, and the answer with its picture', async () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47])
  const { bench, session } = await start(
    1,
    ({ index }) => (index === 2 ? '</response> One moment. </delegation> Which brand?' : '</silence>'),
    { delegation: 'stub', media: `data:image/png;base64,${png.toString('base64')}` },
  )
  await pass(bench, 6)
  expect(kinds(bench)).toEqual(['stream.started', 'response.given', 'delegation.made', 'answer.received'])
  const [, , made, answer] = bench.store.events
  expect(made).toMatchObject({ text: 'Which brand?', fields: { answeredBy: 'server' } })
  expect(answer?.text).toContain('background result for: Which brand?')
  expect(Buffer.from(answer?.frame ?? []).equals(png)).toBe(true)
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
})

it('tells that the server could not find out what it asked, and why', async () => {
  const { bench, session } = await start(
    1,
    ({ index }) => (index === 2 ? '</response> One moment. </delegation> Which brand?' : '</silence>'),
    { delegation: 'failing' },
  )
  await pass(bench, 6)
  expect(bench.store.events.at(-1)).toMatchObject({
    kind: 'delegation.failed',
    text: expect.stringContaining('Which brand? The brain behind it refused the connection.') as string,
  })
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
})
