// An agent's answer on its way back into each kind of session that Heed knows: the model can speak of it, and its question is
// asked once. The note is said at the very tick of the question.
import { afterEach, expect, it } from 'vitest'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import delegate from '../../nodes/action/delegate-to-agent.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { createModels } from '../../runtime/models/models.ts'
import { fakeOpenai } from '../support/fake-openai.ts'
import { startFakeOrchestrator } from '../support/fake-orchestrator.ts'
import { quietLog, sessionBench, testPlan, type SessionBench } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Asks at its 4th picture; once it knows the answer, says it. */
function model(instruction: string, n: number): string {
  if (instruction.includes('The answer: She sits and waves.'))
    return instruction.includes('You asked: Is she hurt?')
      ? '</response> My helper says: she sits and waves.'
      : '</response> An answer without its question.'
  return n === 4 ? '</response> Somebody fell, I look closer. </delegation> Is she hurt?' : '</silence>'
}

async function startServer(kind: ConnectionKind): Promise<{ url: string; asked(): number }> {
  if (kind === 'openai') {
    let n = 0
    const fake = fakeOpenai({ answer: ({ system }) => model(system, ++n) })
    const { url, stop } = await fake.listen()
    closers.push(stop)
    return { url, asked: () => fake.count }
  }
  const fake = await startFakeOrchestrator({
    dress: kind === 'joyai-webinfer' ? 'webinfer' : 'vllm-omni',
    model: ({ index, instruction }) => model(instruction, index),
  })
  closers.push(() => fake.stop())
  return { url: fake.url, asked: () => fake.calls.filter(({ path }) => path.endsWith('completions')).length }
}

async function pass(bench: SessionBench, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step++) {
    await bench.clock.advance(250)
    await new Promise((resolve) => {
      setTimeout(resolve, 5)
    })
  }
}

it.each(['vllm-omni', 'joyai-webinfer', 'openai'] as const)('%s', async (kind) => {
  const server = await startServer(kind)
  const http = createHttp()
  closers.push(() => http.close())
  const plan = testPlan()
  const bench = sessionBench({
    nodes: [delegate],
    plan: {
      actions: [
        ...plan.actions,
        { id: 'ask', type: 'delegate-to-agent', version: 1, config: { connection: 'doctor' } },
      ],
      routes: {
        ...plan.routes,
        'model.delegation': [{ to: 'action', node: 'ask', port: 'delegation' }],
        'ask.answer': [{ to: 'tick', node: 'model', port: 'answer' }],
      },
    },
  })
  bench.deps.models = createModels({
    http,
    clock: bench.clock,
    log: quietLog,
    connections: {
      get: async () => ({ name: 'fake', ...ofKind(kind), config: { url: server.url, model: 'qwen-vl' }, secret: {} }),
    },
  })
  const session = bench.start()
  await pass(bench, 6)
  const { events, actions } = bench.store
  const [note, question] = ['response.given', 'delegation.made'].map((wanted) =>
    events.find((event) => event.kind === wanted),
  )
  expect([note?.text, question?.text]).toEqual(['Somebody fell, I look closer.', 'Is she hurt?'])
  // Said, and sent on its way, while the question is not even asked.
  expect(note?.tick).toBe(question?.tick)
  expect(actions.map(({ node }) => node).sort()).toEqual(['ask', 'tell'])
  const asked = actions.find(({ node }) => node === 'ask')!
  bench.store.inputs.push({
    id: 'a1',
    streamId: 'flow1-cam',
    node: 'model',
    port: 'answer',
    message: {
      ...asked.message,
      id: 'a1',
      eventId: 'a1',
      text: 'She sits and waves.',
      fields: { question: asked.message.text, agent: 'doctor' },
      source: { flow: 'flow1', node: 'ask', stream: 'flow1-cam' },
    },
  })
  bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
  const before = bench.store.decisions.length
  await pass(bench, 4)
  expect(events.filter(({ kind: each }) => each === 'response.given').map(({ text }) => text)).toContain(
    'My helper says: she sits and waves.',
  )
  expect(events.filter(({ kind: each }) => each === 'delegation.made')).toHaveLength(1)
  const ticks = bench.store.decisions.map(({ tick }) => tick)
  expect(ticks).toEqual(Array.from(ticks, (_tick, index) => index + 1))
  expect([
    before > 4,
    bench.store.decisions.every(({ reason }) => reason === 'model' || reason === 'duplicate'),
  ]).toEqual([true, true])
  // One request a tick; the newest decision may not be written down yet.
  expect(server.asked() - ticks.length).toBeLessThanOrEqual(1)
  session.abort(new StoppedError())
  await pass(bench, 2)
  await session.ended
})
