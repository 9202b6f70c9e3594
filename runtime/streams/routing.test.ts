import { expect, it } from 'vitest'
import { port, type Ports } from '../../nodes/contract/define.ts'
import type { Decision } from '../../nodes/contract/events.ts'
import type { Target } from '../../nodes/contract/plan.ts'
import { testPlan } from '../../test/support/session-bench.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { testMessage } from '../../test/support/test-node.ts'
import { TickDraft } from './routing.ts'

const action = (node: string): Target => ({ to: 'action', node, port: 'message' })
const tick = (node: string, name = 'message'): Target => ({ to: 'tick', node, port: name })

function draft(routes: Record<string, Target[]>, recorded = new Set<string>()): TickDraft {
  const order = {
    streamId: 'flow1-cam',
    run: 3,
    generation: 1,
    flow: { id: 'flow1', name: 'Flow', revision: 2 },
    plan: testPlan({}, { routes }),
    resume: null,
  }
  const inPorts = new Map<string, Ports>([
    ['calm', { message: port('message') }],
    ['log', { decision: port('decision') }],
  ])
  return new TickDraft(order, { number: 7, atMs: Date.UTC(2026, 0, 1), mediaTimeS: 6, seconds: 1 }, inPorts, recorded)
}
const decision = (patch: Partial<Decision>): Decision => ({
  tick: 7,
  at: '2026-01-01T00:00:00.000Z',
  mediaTimeS: 6,
  node: '',
  action: 'silence',
  reason: 'model',
  text: '',
  latencyMs: 1,
  frameKind: 'I',
  visualTokens: 72,
  fullRateTokens: 72,
  ...patch,
})

it('gives a message that reaches an action without a recorded event one of its own, once', () => {
  const tickDraft = draft({ 'calm.message': [action('tell'), action('other'), action('tell')] })
  tickDraft.shown = testFrame(1)
  const message = tickDraft.message('calm', 'Something.')
  tickDraft.send('calm', 'message', port('message'), message)
  expect(tickDraft.events).toMatchObject([
    { id: message.eventId, kind: 'message.sent', node: 'calm', text: 'Something.', revision: 2, tick: 7 },
  ])
  expect(tickDraft.events[0]?.frame).toEqual(testFrame(1).full.jpeg)
  expect(tickDraft.actions.map(({ id, run }) => [id, run])).toEqual([
    [`${message.eventId}_tell`, 3],
    [`${message.eventId}_other`, 3],
  ])
})

it('records nothing twice: neither what is in the record nor what came from outside', () => {
  const tickDraft = draft({ 'calm.message': [action('tell')] }, new Set(['e-old']))
  const answer = testMessage('answer')
  tickDraft.deliver({ id: 'i1', streamId: 'flow1-cam', node: 'calm', port: 'message', message: answer })
  tickDraft.send('calm', 'message', port('message'), [testMessage('old'), answer])
  expect(tickDraft.events).toEqual([])
  expect(tickDraft.actions).toHaveLength(2)
})

it('lets a decision read as a message, but a silence is none', () => {
  const routes = { 'model.tick': [tick('calm'), tick('log', 'decision'), action('tell')] }
  const silent = draft(routes)
  silent.send('model', 'tick', port('decision'), decision({ text: 'The model is away.' }))
  expect(silent.decisions).toMatchObject([{ node: 'model', action: 'silence' }])
  expect([silent.actions, silent.events]).toEqual([[], []])
  const spoken = draft(routes)
  spoken.send(
    'model',
    'tick',
    port('decision'),
    decision({ action: 'delegate', text: 'One moment.', question: 'Which brand?' }),
  )
  expect(spoken.actions).toMatchObject([{ message: { text: 'Which brand?', source: { node: 'model' } } }])
  const definition = { ports: { in: { message: port('message') }, out: {} } }
  expect(spoken.received(definition as never, 'calm').message).toMatchObject([{ text: 'Which brand?' }])
  const logged = { ports: { in: { decision: port('decision') }, out: {} } }
  expect(spoken.received(logged as never, 'log').decision).toMatchObject([{ action: 'delegate', node: 'model' }])
})

it('takes what a node for all cameras gets to the stream where it runs, under the same id on every try', () => {
  const routes: Record<string, Target[]> = {
    'model.response': [{ to: 'remote', node: 'calm', port: 'message', stream: 'cam2' }],
  }
  const [first, second] = [draft(routes), draft(routes)].map((each) => {
    each.send(
      'model',
      'response',
      port('message', { event: 'response.given' }),
      each.message('model', 'A person has fallen.'),
    )
    return each
  })
  expect(first?.remote).toMatchObject([{ streamId: 'flow1-cam2', node: 'calm', port: 'message' }])
  expect(second?.remote[0]?.id).toBe(first?.remote[0]?.id)
  expect(first?.events).toMatchObject([{ kind: 'response.given' }])
})

it('dates a message back to when the thing happened', () => {
  const message = draft({}).message('model', 'A person has fallen.', { mediaTimeS: 4.5 })
  expect(message).toMatchObject({ mediaTimeS: 4.5, at: '2025-12-31T23:59:58.500Z' })
  expect(message.frame).toBeUndefined()
})
