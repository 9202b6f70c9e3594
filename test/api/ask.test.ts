// Messages from outside into running streams, and what a stream remembers.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyMemory, rememberFact } from '../../nodes/contract/memory.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import cooldown from '../../nodes/logic/cooldown.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryApi, smallNodes, type MemoryApi } from '../support/memory-api.ts'
import { memoryRunning, type MemoryRunning } from '../support/memory-running.ts'
import { testPlan } from '../support/session-bench.ts'
import memory from '../../nodes/vision/memory.ts'

interface Refusal {
  error: { code: string; message: string }
}
interface Memories {
  isRunning: boolean
  memories: {
    node: string
    facts: { id: string; text: string }[]
    entries: { id: string; model: string; part: string; text: string }[]
    warnings: string[]
  }[]
}

const node = (id: string, type: string) => ({ id, type, version: 1, config: {} })
const plan = (id: string): PlanStream =>
  testPlan({}, { id, ticks: [node('mind', 'memory'), node('model', 'interaction-model'), node('calm', 'cooldown')] })

let running: MemoryRunning
let deps: MemoryApi
let bench: ApiBench
const clock = fakeClock()
beforeEach(async () => {
  running = memoryRunning([
    { id: 'f1-cam', flow: 'f1', plan: plan('cam'), isRunning: true },
    { id: 'f1-yard', flow: 'f1', plan: plan('yard'), isRunning: true },
    { id: 'f2-cam', flow: 'f2', plan: plan('cam'), isRunning: false },
  ])
  deps = memoryApi({
    nowMs: clock.nowMs,
    running,
    nodes: new Map([
      ...smallNodes,
      [interactionModel.type, interactionModel],
      [cooldown.type, cooldown],
      [memory.type, memory],
    ]),
  })
  bench = await startApi(deps)
})
afterEach(() => bench.stop())
const refusal = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
  const answer = await bench.call<Refusal>(method, path, { body })
  return [answer.status, answer.body.error.code]
}

describe('asking', () => {
  it('puts the question before the model of every running stream, and wakes their sessions', async () => {
    const answer = await bench.call<{ sent: object[] }>('POST', '/api/flows/f1/ask', {
      body: { text: '  How many people? ' },
    })
    expect([answer.status, answer.body.sent]).toMatchObject([
      202,
      [
        { stream: 'f1-cam', node: 'model', port: 'query' },
        { stream: 'f1-yard', node: 'model' },
      ],
    ])
    expect(running.inputs).toMatchObject([
      {
        streamId: 'f1-cam',
        node: 'model',
        port: 'query',
        message: { text: 'How many people?', source: { flow: 'f1', node: '', stream: 'f1-cam' } },
      },
      { streamId: 'f1-yard' },
    ])
    expect(new Set(running.inputs.map(({ id }) => id)).size).toBe(2)
    expect(deps.bus.messages).toEqual([
      { type: 'input', flow: 'f1', stream: 'f1-cam' },
      { type: 'input', flow: 'f1', stream: 'f1-yard' },
    ])
  })

  it.each(['f1-yard', 'yard'])('asks one stream alone when it is named as %s', async (stream) => {
    await bench.call('POST', '/api/flows/f1/ask', { body: { text: 'Who is it?', stream } })
    expect(running.inputs.map(({ streamId }) => streamId)).toEqual(['f1-yard'])
  })

  it('says in words why nobody would hear it', async () => {
    expect(await refusal('POST', '/api/flows/nope/ask', { text: 'x' })).toEqual([404, 'FLOW_NOT_FOUND'])
    expect(await refusal('POST', '/api/flows/f2/ask', { text: 'x' })).toEqual([409, 'ASK_NOT_RUNNING'])
    expect(await refusal('POST', '/api/flows/f1/ask', { text: 'x', stream: 'attic' })).toEqual([
      404,
      'STREAM_NOT_FOUND',
    ])
    for (const row of running.rows) row.plan = testPlan({}, { ticks: [node('calm', 'cooldown')] })
    expect(await refusal('POST', '/api/flows/f1/ask', { text: 'x' })).toEqual([409, 'ASK_NO_MODEL'])
    for (const body of [{}, { text: '  ' }, { text: 'x'.repeat(2001) }, { text: 7 }])
      expect((await refusal('POST', '/api/flows/f1/ask', body))[0]).toBe(400)
    expect(running.inputs).toEqual([])
  })

  it('refuses a question for a model that takes none, with the reason that the node type gives', async () => {
    const onEdge = { ...node('model', 'interaction-model'), config: { connection: 'edge' } }
    const reason = interactionModel.ports.in.query?.deafUnless?.why
    running.rows[0]!.plan = testPlan({}, { id: 'cam', ticks: [onEdge] })
    for (const [path, body] of [
      ['ask', { text: 'Who is it?', stream: 'cam' }],
      ['nodes/model/input', { text: 'Who is it?', stream: 'cam', port: 'query' }],
    ] as const) {
      const answer = await bench.call<Refusal>('POST', `/api/flows/f1/${path}`, { body })
      expect([answer.status, answer.body.error]).toMatchObject([409, { code: 'ASK_NO_QUESTIONS', message: reason }])
    }
    expect(running.inputs).toEqual([])
    // The other camera's model is a server that hears it.
    expect((await bench.call('POST', '/api/flows/f1/ask', { body: { text: 'Who is it?' } })).status).toBe(202)
    expect(running.inputs.map(({ streamId }) => streamId)).toEqual(['f1-yard'])
    const nodes = await bench.call<{ nodes: { type: string; ports: { in: object } }[] }>('GET', '/api/nodes')
    expect(nodes.body.nodes.find(({ type }) => type === 'interaction-model')?.ports.in).toMatchObject({
      query: { deafUnless: { connectionCan: 'instruct', why: reason } },
    })
  })

  it('takes so many messages in ten seconds and no more', async () => {
    for (let n = 0; n < 30; n++)
      expect((await bench.call('POST', '/api/flows/f1/ask', { body: { text: `${n}?` } })).status).toBe(202)
    const answer = await bench.call<Refusal>('POST', '/api/flows/f1/ask', { body: { text: 'again?' } })
    expect([answer.status, answer.body.error.code, answer.headers['retry-after']]).toEqual([429, 'ASK_TOO_MANY', '10'])
    await clock.advance(10_000)
    expect((await bench.call('POST', '/api/flows/f1/ask', { body: { text: 'again?' } })).status).toBe(202)
  })

  it('puts a message before any node that takes messages', async () => {
    const answer = await bench.call('POST', '/api/flows/f1/nodes/calm/input', {
      body: { port: 'message', text: 'off', stream: 'cam' },
    })
    expect([answer.status, running.inputs[0]]).toMatchObject([
      202,
      { streamId: 'f1-cam', node: 'calm', port: 'message', message: { text: 'off' } },
    ])
    expect(await refusal('POST', '/api/flows/f1/nodes/nobody/input', { port: 'message', text: 'x' })).toEqual([
      404,
      'NODE_NOT_RUNNING',
    ])
    expect(await refusal('POST', '/api/flows/f1/nodes/tell/input', { port: 'message', text: 'x' })).toEqual([
      404,
      'NODE_NOT_RUNNING',
    ])
    expect(await refusal('POST', '/api/flows/f1/nodes/model/input', { port: 'frames', text: 'x' })).toEqual([
      404,
      'NODE_PORT_UNKNOWN',
    ])
    expect(await refusal('POST', '/api/flows/f1/nodes/calm/input', { port: 'toString', text: 'x' })).toEqual([
      404,
      'NODE_PORT_UNKNOWN',
    ])
    expect(await refusal('POST', '/api/flows/f2/nodes/calm/input', { port: 'message', text: 'x' })).toEqual([
      409,
      'ASK_NOT_RUNNING',
    ])
  })
})

describe('what a stream remembers', () => {
  const state = rememberFact(
    {
      ...emptyMemory(),
      tick: 700,
      models: {
        model: { longTerm: 'A quiet house.', midTerm: [{ range: '0.0s-99.0s', text: 'She sleeps.' }], newestTick: 100 },
      },
    },
    { id: 'fact1', text: 'Her room is on the left.', at: '2026-01-01T00:00:00.000Z' },
  )
  const read = async (stream: string): Promise<Memories> =>
    (await bench.call<Memories>('GET', `/api/streams/${stream}/memory`)).body

  it('is shown fact by fact and summary by summary, with what is wrong with it', async () => {
    running.saved.set('f1-cam', { mind: state })
    const [memory] = (await read('f1-cam')).memories
    expect(memory).toMatchObject({
      node: 'mind',
      facts: [{ id: 'fact1', text: 'Her room is on the left.' }],
      entries: [
        { model: 'model', part: 'long-term', text: 'A quiet house.' },
        { part: 'summary', text: 'She sleeps.' },
      ],
    })
    expect(memory?.warnings).toEqual([expect.stringContaining('is 10 min old')])
    expect(await refusal('GET', '/api/streams/nope/memory')).toEqual([404, 'STREAM_NOT_FOUND'])
    expect((await read('f1-yard')).memories).toMatchObject([{ facts: [], entries: [], warnings: [] }])
  })

  it('is changed by the session while it runs', async () => {
    running.saved.set('f1-cam', { mind: state })
    const [memory] = (await read('f1-cam')).memories
    const summary = memory?.entries[1]?.id ?? ''
    const status = async (method: string, path: string, body?: unknown): Promise<number> =>
      (await bench.call(method, `/api/streams/f1-cam/memory/${path}`, { body })).status
    expect(await status('POST', 'facts', { text: 'The cat is grey.' })).toBe(202)
    expect(await status('PUT', 'facts/fact1', { text: 'Her room is on the right.' })).toBe(202)
    expect(await status('DELETE', `summaries/${summary}`)).toBe(202)
    expect(
      running.inputs.map(({ node, port, message }) => [node, port, message.text, message.fields?.memoryEdit]),
    ).toEqual([
      ['mind', 'message', 'The cat is grey.', { op: 'remember', text: 'The cat is grey.' }],
      ['mind', 'message', 'A memory was corrected.', { op: 'correct', id: 'fact1', text: 'Her room is on the right.' }],
      ['mind', 'message', 'A memory was forgotten.', { op: 'forget', id: summary }],
    ])
    expect(running.saved.get('f1-cam')).toEqual({ mind: state })
    expect(await refusal('DELETE', '/api/streams/f1-cam/memory/facts/gone')).toEqual([404, 'MEMORY_ENTRY_NOT_FOUND'])
  })

  it('is changed where it is kept while nothing runs, for the model too', async () => {
    running.saved.set('f2-cam', {
      mind: state,
      'model#memory': { longTerm: 'A quiet house.', midTerm: [{ range: '0.0s-99.0s', text: 'She sleeps.' }] },
    })
    const [memory] = (await read('f2-cam')).memories
    expect(
      (await bench.call('POST', '/api/streams/f2-cam/memory/facts', { body: { text: 'The cat is grey.' } })).status,
    ).toBe(201)
    expect((await bench.call('DELETE', '/api/streams/f2-cam/memory/facts/fact1')).status).toBe(200)
    expect(
      (
        await bench.call('PUT', `/api/streams/f2-cam/memory/summaries/${memory?.entries[1]?.id}`, {
          body: { text: 'She reads.' },
        })
      ).status,
    ).toBe(200)
    const [after] = (await read('f2-cam')).memories
    expect([after?.facts.map(({ text }) => text), after?.entries.map(({ text }) => text)]).toEqual([
      ['The cat is grey.'],
      ['A quiet house.', 'She reads.'],
    ])
    expect(running.saved.get('f2-cam')?.['model#memory']).toEqual({
      longTerm: 'A quiet house.',
      midTerm: [{ range: '0.0s-99.0s', text: 'She reads.' }],
    })
    expect(running.inputs).toEqual([])
  })

  it('needs a memory node', async () => {
    for (const row of running.rows) row.plan = testPlan()
    expect(await refusal('POST', '/api/streams/f1-cam/memory/facts', { text: 'x' })).toEqual([
      409,
      'MEMORY_NODE_MISSING',
    ])
  })
})
