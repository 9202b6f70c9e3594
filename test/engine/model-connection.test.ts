// A session's connection is deleted, made again and moved to another server while the stream runs: said within seconds, waited
// for, and gone on with, without a restart of anything.
import { afterEach, expect, it } from 'vitest'
import type { Connection } from '../../nodes/contract/connections.ts'
import { NotFoundError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { quietLog, sessionBench, type SessionBench } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

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

interface Running {
  bench: SessionBench
  fakes: FakeOrchestrator[]
  stored: { connection: Connection | Error; reads: number }
  end(): Promise<void>
}

async function start(): Promise<Running> {
  const fakes = await Promise.all(
    [0, 1].map(() => startFakeOrchestrator({ chunkFrames: 3, model: () => '</silence>' })),
  )
  const http = createHttp()
  const stored: Running['stored'] = { connection: over(fakes[0]!), reads: 0 }
  const connections = signingPort(async () => {
    stored.reads++
    if (stored.connection instanceof Error) throw stored.connection
    return stored.connection
  })
  const bench = sessionBench()
  bench.deps.models = createModels({ http, clock: bench.clock, log: quietLog, connections })
  closers.push(...fakes.map((fake) => () => fake.stop()), () => http.close())
  const session = bench.start()
  return {
    bench,
    fakes,
    stored,
    end: async () => {
      session.abort(new StoppedError())
      await pass(bench, 2)
      await session.ended
    },
  }
}
const over = ({ url }: FakeOrchestrator, secret = {}): Connection => ({
  name: 'fake',
  ...ofKind('vllm-omni'),
  config: { url },
  secret,
})
const gone = new NotFoundError('CONNECTION_NOT_FOUND', 'There is none.')
const lastStatus = (bench: SessionBench) =>
  bench.bus.messages.flatMap((message) => (message.type === 'status' ? [message.status] : [])).at(-1)

it('says within seconds that it was deleted, goes on trying, and goes on watching once it is there again', async () => {
  const { bench, stored, fakes, end } = await start()
  await pass(bench, 4)
  stored.connection = gone
  await pass(bench, 4)
  expect(lastStatus(bench)?.nodes.model).toMatchObject({
    tone: 'bad',
    text: expect.stringContaining('The connection "fake" does not exist any more') as string,
  })
  await pass(bench, 12)
  expect(bench.store.events.find(({ kind }) => kind === 'model.lost')?.text).toContain(
    'Make it again under Connections',
  )
  expect(lastStatus(bench)).toMatchObject({ state: 'degraded', reason: expect.stringContaining('"fake"') as string })
  const before = fakes[0]!.calls.length
  stored.connection = over(fakes[0]!)
  await pass(bench, 5)
  expect(fakes[0]!.calls.length).toBeGreaterThan(before)
  expect(bench.store.events.map(({ kind }) => kind)).toContain('model.resumed')
  const ticks = bench.store.decisions.map(({ tick }) => tick)
  expect(ticks).toEqual(Array.from(ticks, (_tick, index) => index + 1))
  await end()
})

it('goes on at another server with its instruction and its memory once the address is changed', async () => {
  const { bench, stored, fakes, end } = await start()
  await pass(bench, 7)
  stored.connection = over(fakes[1]!)
  await pass(bench, 6)
  const held = fakes[1]!.sessions.get('heed-flow1-cam.1.model')
  expect(held?.instruction).toContain('Summary of chunk 1.')
  expect(held?.instruction).toMatch(/Warn of falls\.$/)
  expect(fakes[0]!.sessions.size).toBe(0)
  await end()
})

it('keeps its session through a new key, and through a database that is away', async () => {
  const { bench, stored, fakes, end } = await start()
  await pass(bench, 4)
  stored.connection = over(fakes[0]!, { apiKey: 'k2' })
  await pass(bench, 4)
  expect(fakes[0]!.calls.at(-1)?.headers.authorization).toBe('Bearer k2')
  stored.connection = new RetryableError('DB_UNREACHABLE', 'The database is away.')
  await pass(bench, 6)
  expect(bench.store.decisions.every(({ reason }) => reason === 'model')).toBe(true)
  expect(fakes[0]!.calls.some(({ path }) => path.endsWith('reset'))).toBe(false)
  // Read every two seconds, not at every tick.
  expect(stored.reads).toBeLessThan(12)
  await end()
})
