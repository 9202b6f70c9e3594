// A memory through a whole session over real HTTP: told from outside, given back after restarts of worker and server, corrected.
import { afterEach, expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { memoryEntries, type MemoryState } from '../../nodes/contract/memory.ts'
import memory from '../../nodes/vision/memory.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import { sessionIdOf } from '../../runtime/models/interaction-words.ts'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { quietLog, sessionBench, testPlan, type SessionBench } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

interface Bench extends SessionBench {
  fake: FakeOrchestrator
  pass(seconds: number): Promise<void>
  put(id: string, node: string, port: string, text: string, fields?: Record<string, unknown>): void
  state(): MemoryState
  kinds(): string[]
  instruction(run?: number): string
}

type Dress = 'vllm-omni' | 'webinfer'
async function open(
  model: (frame: { index: number; instruction: string }) => string = () => '</silence>',
  dress: Dress = 'vllm-omni',
  chunkFrames = 3,
): Promise<Bench> {
  const fake = await startFakeOrchestrator({ chunkFrames, model, dress })
  const kind = dress === 'webinfer' ? 'joyai-webinfer' : dress
  const http = createHttp()
  closers.push(
    () => fake.stop(),
    () => http.close(),
  )
  const plan = testPlan()
  const bench = sessionBench({
    nodes: [memory],
    plan: {
      ticks: [{ id: 'mind', type: 'memory', version: 1, config: { keepFacts: 20 } }, ...plan.ticks],
      routes: { ...plan.routes, 'mind.memory': [{ to: 'tick', node: 'model', port: 'memory' }] },
    },
  })
  bench.deps.models = createModels({
    http,
    clock: bench.clock,
    log: quietLog,
    connections: { get: async () => ({ name: 'fake', ...ofKind(kind), config: { url: fake.url }, secret: {} }) },
  })
  return {
    ...bench,
    fake,
    pass: async (seconds) => {
      for (let step = 0; step < seconds * 4; step++) {
        await bench.clock.advance(250)
        await new Promise((resolve) => {
          setTimeout(resolve, 4)
        })
      }
    },
    put: (id, node, port, text, fields) => {
      bench.store.inputs.push({
        id,
        streamId: 'flow1-cam',
        node,
        port,
        message: {
          id,
          eventId: id,
          at: '2026-01-01T00:00:00.000Z',
          text,
          source: { flow: 'flow1', node: '', stream: 'flow1-cam' },
          ...(fields ? { fields } : {}),
        },
      })
      bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    },
    state: () => bench.store.saved.get('flow1-cam')?.states.mind as MemoryState,
    kinds: () => bench.store.events.map(({ kind }) => kind),
    instruction: (run = 1) =>
      fake.sessions.get(sessionIdOf(`flow1-cam.${run}.model`, kind === 'joyai-webinfer' ? 'webinfer' : 'orchestrator'))
        ?.instruction ?? '',
  }
}

async function end(
  bench: Bench,
  session: ReturnType<Bench['start']>,
  reason: Error = new StoppedError(),
): Promise<void> {
  session.abort(reason)
  await bench.pass(2)
  await session.ended
}
const resumed = (bench: Bench, generation: number): Partial<SessionOrder> => ({
  generation,
  resume: { ...structuredClone(bench.store.saved.get('flow1-cam')!), status: null },
})

it('gives facts and the model’s own memory back when worker and server were both restarted, and the history says so', async () => {
  const bench = await open()
  const first = bench.start()
  bench.put('i1', 'mind', 'message', "The grandmother's room is on the left.")
  await bench.pass(9)
  expect(bench.instruction()).toContain("- The grandmother's room is on the left.")
  expect(bench.instruction()).not.toContain('Summary of chunk')
  expect(bench.store.events.find(({ id }) => id === 'i1')).toMatchObject({
    kind: 'message.sent',
    node: 'mind',
    text: "The grandmother's room is on the left.",
  })
  expect(bench.state().models.model?.midTerm.length).toBeGreaterThan(0)
  await end(bench, first, new Error('handover'))
  bench.fake.restart()
  const second = bench.start(resumed(bench, 2))
  await bench.pass(5)
  const head = bench.instruction()
  expect(head.match(/Summary of chunk 1\./g)).toHaveLength(1)
  expect(head.match(/room is on the left/g)).toHaveLength(1)
  expect(head).toMatch(/Warn of falls\.$/)
  const restored = bench.store.events.filter(({ kind }) => kind === 'memory.restored')
  expect(restored.map(({ node }) => node)).toEqual(['mind', 'model'])
  expect(restored[0]?.text).toMatch(/goes on with what was remembered: 1 fact, \d summar/)
  await end(bench, second)
})

it('keeps what was given back through a restart of the worker alone', async () => {
  const bench = await open()
  const first = bench.start()
  await bench.pass(8)
  bench.fake.restart()
  await bench.pass(4)
  const head = bench.instruction()
  expect(head).toContain('Summary of chunk 1.')
  await end(bench, first, new Error('handover'))
  const second = bench.start(resumed(bench, 2))
  await bench.pass(3)
  expect(bench.instruction()).toBe(head)
  expect(bench.fake.sessions.get('heed-flow1-cam.1.model')?.frameIndex).toBeGreaterThan(6)
  await end(bench, second)
})

it('goes on in a new deployment with what the one before remembered', async () => {
  const bench = await open()
  const first = bench.start()
  bench.put('i1', 'mind', 'message', 'The cat is grey.')
  await bench.pass(8)
  await end(bench, first)
  const carried = structuredClone(bench.store.saved.get('flow1-cam')!.states)
  const second = bench.start({ run: 2, carried: { mind: carried.mind, 'model#memory': carried['model#memory'] } })
  await bench.pass(4)
  expect(bench.instruction(2)).toContain('- The cat is grey.')
  expect(bench.instruction(2)).toContain('Summary of chunk 1.')
  expect(bench.kinds().filter((kind) => kind === 'stream.started')).toHaveLength(2)
  await end(bench, second)
})

const asked = ({ instruction }: { instruction: string }): string =>
  instruction.includes('A person asks you now') ? '</response> Two people.' : '</silence>'
const qAndA = 'You were asked: How many people are there? You answered: Two people.'
const entryOf = (bench: Bench, text: string) =>
  memoryEntries(bench.state().models).find((entry) => entry.text.includes(text))
const changes = (bench: Bench): unknown[] =>
  bench.store.events
    .filter(({ id, kind }) => id === 'i1' || kind === 'memory.restored')
    .map(({ kind, node, text }) => [kind, node, text])

it.each(['vllm-omni', 'webinfer'] as const)(
  'begins the session anew at %s with a corrected summary, and misses no second',
  async (dress) => {
    const bench = await open(asked, dress)
    const session = bench.start()
    await bench.pass(2)
    bench.put('q1', 'model', 'query', 'How many people are there?')
    await bench.pass(6)
    const callsBefore = bench.fake.calls.length
    bench.put('i1', 'mind', 'message', 'A memory was corrected.', {
      memoryEdit: { op: 'correct', id: entryOf(bench, 'Summary of chunk 1.')?.id, text: 'The neighbour came for tea.' },
    })
    await bench.pass(4)
    expect(bench.instruction()).toContain('The neighbour came for tea.')
    expect(bench.instruction()).toContain(qAndA)
    expect(bench.instruction()).toMatch(/Warn of falls\.$/)
    expect(bench.instruction()).not.toContain('Summary of chunk 1.')
    expect(entryOf(bench, 'The neighbour came for tea.')).toBeDefined()
    expect(changes(bench).sort()).toEqual([
      ['memory.restored', 'model', expect.stringContaining('changed by a person') as string],
      ['message.sent', 'mind', 'A memory was corrected.'],
    ])
    // The very first tick of the new session has everything; nothing is asked twice, and every tick stands for one second.
    const [reset, first, ...later] = bench.fake.calls
      .slice(callsBefore)
      .filter(({ path, texts }) => path.includes('reset') || texts.length > 0)
    expect([reset?.path, first?.texts.join().includes('The neighbour came for tea.'), later]).toEqual([
      '/v1/streaming/reset',
      true,
      [],
    ])
    expect(
      bench.fake.calls.filter(({ path }) => path.endsWith('completions')).every(({ images }) => images === 1),
    ).toBe(true)
    expect(bench.fake.mostInFlight).toBe(1)
    await end(bench, session)
  },
)

it.each(['vllm-omni', 'webinfer'] as const)(
  'keeps what was asked when the last summary of %s is forgotten',
  async (dress) => {
    const bench = await open(asked, dress, 5)
    const session = bench.start()
    await bench.pass(1)
    bench.put('q1', 'model', 'query', 'How many people are there?')
    await bench.pass(7)
    const summaries = memoryEntries(bench.state().models).filter(({ part }) => part === 'summary')
    expect(summaries.length).toBeGreaterThan(0)
    for (const [index, { id }] of summaries.entries())
      bench.put(`i${index + 1}`, 'mind', 'message', 'A memory was forgotten.', { memoryEdit: { op: 'forget', id } })
    await bench.pass(2)
    expect(bench.instruction()).toContain(qAndA)
    expect(bench.instruction()).not.toContain('Summary of chunk')
    expect(changes(bench)).toHaveLength(2)
    await end(bench, session)
  },
)

it('remembers what a person asked and what the model answered, through a restart of the server', async () => {
  const bench = await open(({ instruction }) =>
    instruction.includes('A person asks you now') ? '</response> Two people.' : '</silence>',
  )
  const session = bench.start()
  await bench.pass(2)
  bench.put('q1', 'model', 'query', 'How many people are there?')
  await bench.pass(3)
  expect(bench.store.events.map(({ kind, text }) => [kind, text])).toEqual(
    expect.arrayContaining([
      ['message.sent', 'How many people are there?'],
      ['response.given', 'Two people.'],
    ]),
  )
  expect(bench.state().models.model?.questions).toMatchObject([
    { question: 'How many people are there?', answer: 'Two people.' },
  ])
  bench.fake.restart()
  await bench.pass(4)
  expect(bench.instruction()).toContain('You were asked: How many people are there? You answered: Two people.')
  await end(bench, session)
})
