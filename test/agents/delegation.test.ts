// A question on its way from a session to an agent and back, while the stream goes on: nothing doubled but camera, model and clock.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ModelVerdict } from '../../nodes/contract/capabilities.ts'
import delegate from '../../nodes/action/delegate-to-agent.ts'
import counter from '../../nodes/logic/counter.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import { createAgents } from '../../runtime/agents/agents.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { performAction } from '../../runtime/actions/perform.ts'
import { agentAnswer, startFakeAgent, type FakeAgent } from '../support/fake-agents.ts'
import { until } from '../support/queue.ts'
import { testClients } from '../support/test-clients.ts'
import { quietLog, sessionBench } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
afterAll(() => http.close())
let agent: FakeAgent
beforeEach(async () => {
  agent = await startFakeAgent()
})
afterEach(() => agent.stop())

const node = (id: string, type: string, config: Record<string, unknown>): PlanNode => ({ id, type, version: 1, config })
const askNode = node('ask', 'delegate-to-agent', { connection: 'doctor', timeoutS: 30, maxAtOnce: 3 })
const routes = {
  'cam.frames': [{ to: 'tick' as const, node: 'model', port: 'frames' }],
  'model.delegation': [{ to: 'action' as const, node: 'ask', port: 'delegation' }],
  'ask.answer': [{ to: 'tick' as const, node: 'model', port: 'answer' }],
  'model.response': [{ to: 'tick' as const, node: 'count', port: 'message' }],
  'count.message': [{ to: 'action' as const, node: 'say', port: 'message' }],
}

/** A stream whose model asks at its 12th second, and says at every other what `says` says, which is counted then. */
function stream(says: (n: number) => Partial<ModelVerdict> = () => ({})) {
  const bench = sessionBench({
    nodes: [delegate, counter],
    verdict: (_request, n) =>
      n === 12 ? { action: 'delegate', text: 'Somebody fell.', question: 'Is she hurt?' } : says(n),
    plan: {
      taps: defaultTaps,
      actions: [
        askNode,
        node('say', 'notification', { channel: 'inbox', url: '', title: '', connection: '', text: '' }),
      ],
      routes,
      ticks: [
        node('model', 'interaction-model', {
          connection: 'fake',
          instruction: 'Warn of falls.',
          persona: 'default',
          watchFor: [],
          timeoutS: 5,
        }),
        node('count', 'counter', { count: 2, windowMs: 3_600_000, scope: 'camera' }),
      ],
    },
  })
  const agents = createAgents({
    http,
    commands: {},
    waitingBefore: async () => 0,
    connections: {
      get: async (name) => ({ name, ...ofKind('background-agent'), config: { url: agent.url }, secret: {} }),
    },
  })
  const perform = (signal: AbortSignal) => {
    const action = bench.store.actions.find((each) => each.node === 'ask')
    if (!action) throw new Error('The model has not asked yet.')
    const { events } = bench.store
    return performAction(
      { action, attempt: 1, flow: bench.order.flow, node: askNode, routes },
      {
        clock: bench.clock,
        log: quietLog,
        nodes: bench.deps.nodes,
        http,
        connections: {
          get: async () => {
            throw new Error('The node asks for no connection itself.')
          },
          sign: async () => undefined,
        },
        pictures: {
          ofEvent: async () => undefined,
          recentOfEvent: async (id) => events.find((event) => event.id === id)?.recent ?? [],
          md5: () => '',
        },
        clients: testClients({ agents }),
        acknowledgeUrl: () => '',
        absoluteUrl: (path) => path,
      },
      signal,
    )
  }
  return { ...bench, perform }
}

describe('a delegation', () => {
  it('keeps the last 8 pictures the stream showed, with their times, and only then', async () => {
    const { clock, start, store } = stream()
    const { abort, ended } = start()
    await clock.advance(15_000)
    const { events } = store
    const made = events.find((event) => event.kind === 'delegation.made')
    expect(made?.recent?.map((picture) => picture.mediaTimeS)).toEqual([4, 5, 6, 7, 8, 9, 10, 11])
    expect(new Set(made?.recent?.map((picture) => new TextDecoder().decode(picture.jpeg))).size).toBe(8)
    expect(events.filter((event) => event.recent !== undefined)).toEqual([made])
    abort()
    await ended
  })

  it('never holds up a tick, and its answer reaches the model at the next one', async () => {
    agent.manner = 'hang'
    const { bus, clock, model, start, store, perform } = stream()
    const { abort, ended } = start()
    await clock.advance(12_500)
    const outcome = perform(new AbortController().signal)
    await until('the agent was asked', () => agent.waiting === 1)
    expect(agent.asked[0]?.body.frames).toHaveLength(8)
    const before = model.ticks.length
    await clock.advance(20_000)
    const during = model.ticks.slice(before)
    expect(during).toHaveLength(20)
    expect(during.map((tick) => tick.seconds)).toEqual(Array.from({ length: 20 }, () => 1))
    agent.release()
    const { inputs, state, events } = await outcome
    expect(state).toBe('delivered')
    expect(events).toMatchObject([{ kind: 'answer.received', text: agentAnswer }])
    store.inputs.push(...inputs)
    bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await clock.advance(2000)
    expect(model.ticks.at(-1)?.instruction).toContain(`You asked: Is she hurt?\nThe answer: ${agentAnswer}`)
    abort()
    await ended
  })

  it('lets counting go on while an agent takes half a minute, and tells both', async () => {
    agent.manner = 'hang'
    const { bus, clock, start, store, perform } = stream((n) =>
      n % 3 === 0 ? { action: 'response', text: `Hands: ${n / 3}.` } : {},
    )
    const { abort, ended } = start()
    await clock.advance(12_500)
    const outcome = perform(new AbortController().signal)
    await until('the agent was asked', () => agent.waiting === 1)
    const counted = () => store.actions.filter((action) => action.node === 'say').map(({ message }) => message.text)
    const before = counted().length
    await clock.advance(30_000)
    // Ten more were counted, and every second of them was told, while nobody had answered.
    expect(agent.waiting).toBe(1)
    expect(counted().slice(before)).toEqual(['Hands: 6.', 'Hands: 8.', 'Hands: 10.', 'Hands: 12.', 'Hands: 14.'])
    agent.release()
    const { inputs } = await outcome
    store.inputs.push(...inputs)
    bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await clock.advance(6000)
    expect(counted().at(-1)).toBe('Hands: 16.')
    abort()
    await ended
  })

  it('fails in words on its own port when a person cancels it, and the agent is let go of', async () => {
    agent.manner = 'hang'
    const { clock, start, perform } = stream()
    const { abort, ended } = start()
    await clock.advance(12_500)
    const control = new AbortController()
    const outcome = perform(control.signal)
    await until('the agent was asked', () => agent.waiting === 1)
    control.abort(new FatalError('ACTION_CANCELLED', 'Cancelled by a person.'))
    expect(await outcome).toMatchObject({
      state: 'failed',
      detail: 'Cancelled by a person.',
      events: [{ kind: 'delegation.failed', text: 'Cancelled by a person.', fields: { text: 'Is she hurt?' } }],
    })
    await until('the agent is let go of', () => agent.waiting === 0)
    abort()
    await ended
  })
})
