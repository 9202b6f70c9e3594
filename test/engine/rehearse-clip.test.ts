// One clip through a whole plan with real nodes: what is kept from the world, and by whose time.
import { describe, expect, it } from 'vitest'
import type { AgentPort, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { PlanNode, PlanStream, Target } from '../../nodes/contract/plan.ts'
import delegate from '../../nodes/action/delegate-to-agent.ts'
import notification from '../../nodes/action/notification.ts'
import tts from '../../nodes/action/tts.ts'
import cooldown from '../../nodes/logic/cooldown.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { fakeModel, type FakeModelOptions } from '../support/fake-model.ts'
import { quietLog, testPlan } from '../support/session-bench.ts'
import { simulatedCamera } from '../support/simulated-source.ts'
import type { FlowTest } from '../../runtime/rehearsals/flow-tests.ts'
import { rehearseClip, type ClipOrder, type RehearseDeps } from '../../runtime/rehearsals/rehearse-clip.ts'

const node = (id: string, type: string, config: Record<string, unknown> = {}): PlanNode => ({
  id,
  type,
  version: 1,
  config,
})
const action = (id: string, port = 'message'): Target => ({ to: 'action', node: id, port })
const notice = { channel: 'email', connection: 'mail', to: 'ana@example.org', title: 'Fall', url: '', text: '' }

const base = testPlan()
/** camera → model → notification, and whatever a test puts in. */
function planWith(plan: Partial<PlanStream> = {}): PlanStream {
  return { ...base, actions: [node('tell', 'notification', notice)], ...plan }
}

function bench(options: {
  verdict?: FakeModelOptions['verdict']
  frames?: number
  quick?: number
  plan?: Partial<PlanStream>
  tests?: FlowTest[]
  askAgents?: boolean
  agents?: AgentPort
}) {
  const clock = fakeClock()
  const camera = simulatedCamera({ clock, frames: options.frames ?? 10, quick: options.quick ?? 0, isPulled: true })
  const model = fakeModel({ clock, ...(options.verdict ? { verdict: options.verdict } : {}) })
  const deps: RehearseDeps = {
    clock,
    log: quietLog,
    nodes: new Map(
      [camera.definition, interactionModel, cooldown, notification, delegate, tts].map((one) => [one.type, one]),
    ),
    media: () => ({
      open: () => {
        throw new Error('The simulated camera opens no media.')
      },
    }),
    models: model,
    agents: options.agents ?? {
      ask: () => {
        throw new Error('No agent is asked.')
      },
    },
  }
  const clip: ClipOrder = {
    clip: 'fall.mp4',
    index: 0,
    order: {
      id: 'r1',
      flow: { id: 'f1', name: 'Fall alert', revision: 3 },
      plan: planWith(options.plan),
      request: {
        clips: ['fall.mp4'],
        camera: 'cam',
        askAgents: options.askAgents ?? false,
        startAt: '2026-05-01T08:00:00.000Z',
      },
      tests: options.tests ?? [],
    },
  }
  const run = (patch: Partial<ClipOrder> = {}, signal = new AbortController().signal) =>
    rehearseClip({ ...clip, ...patch }, deps, signal)
  return { run, model, clock, deps }
}

const falls: FakeModelOptions['verdict'] = (_request, n) =>
  n === 4 ? { action: 'response', text: 'A person has fallen.' } : {}

describe('one clip, rehearsed', () => {
  it('writes down what would have been sent to whom, and sends nothing', async () => {
    const { outcome } = await bench({ verdict: falls }).run()
    expect(outcome).toMatchObject({ state: 'finished', trouble: null, mediaS: 10 })
    expect(outcome.captured).toEqual([
      {
        mediaTimeS: 3,
        node: 'tell',
        type: 'notification',
        channel: 'email',
        to: 'ana@example.org',
        title: 'Fall',
        text: 'A person has fallen.',
      },
    ])
    // One for each picture, and the last look behind the end.
    expect(outcome.decisions.map((one) => one.action).filter((one) => one !== 'silence')).toEqual(['response'])
    expect(outcome.decisions[0]).toMatchObject({ tick: 1, at: '2026-05-01T08:00:00.000Z', reason: 'model' })
    expect(outcome.tokens).toBe(10 * 302)
    expect(outcome.events.map(({ kind }) => kind)).toContain('notification.delivered')
  })

  it('keeps a cooldown by the time of the clip', async () => {
    const { outcome } = await bench({
      frames: 60,
      verdict: (_request, n) => (n % 10 === 0 ? { action: 'response', text: `Seen ${n}.` } : {}),
      plan: {
        ticks: [...base.ticks, node('calm', 'cooldown', { quietMs: 25_000, per: 'node', scope: 'camera' })],
        routes: {
          'cam.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
          'model.response': [{ to: 'tick', node: 'calm', port: 'message' }],
          'calm.message': [action('tell')],
        },
      },
    }).run()
    expect(outcome.captured.map(({ mediaTimeS, text }) => [mediaTimeS, text])).toEqual([
      [9, 'Seen 10.'],
      [39, 'Seen 40.'],
    ])
  })

  it('goes through an escalation that nobody reacts to, behind the end of the clip too', async () => {
    const { outcome } = await bench({
      verdict: falls,
      plan: {
        actions: [
          node('tell', 'notification', { ...notice, repeatEveryM: 0, unacknowledgedAfterM: 3 }),
          node('next', 'notification', { ...notice, to: 'bo@example.org', repeatEveryM: 0, unacknowledgedAfterM: 0 }),
        ],
        routes: { ...base.routes, 'tell.unacknowledged': [action('next')] },
      },
    }).run()
    expect(outcome.captured.map(({ mediaTimeS, to, text }) => [mediaTimeS, to, text])).toEqual([
      [3, 'ana@example.org', 'A person has fallen.'],
      [183, 'bo@example.org', 'Nobody has acknowledged this for 3 minutes: A person has fallen.'],
    ])
  })

  const asking: Partial<PlanStream> = {
    actions: [node('ask', 'delegate-to-agent', { connection: 'helper', timeoutS: 60, maxAtOnce: 3 })],
    routes: {
      'cam.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
      'model.delegation': [action('ask', 'delegation')],
      'ask.answer': [{ to: 'tick', node: 'model', port: 'answer' }],
    },
  }
  const wonders: FakeModelOptions['verdict'] = (_request, n) =>
    n === 3 ? { action: 'delegate', text: 'Let me ask.', question: 'What is this?' } : {}

  it('asks no agent, unless it is told to', async () => {
    const { outcome, recording } = await bench({ verdict: wonders, plan: asking }).run()
    expect(outcome.captured).toEqual([
      expect.objectContaining({ mediaTimeS: 2, node: 'ask', channel: 'agent', to: 'helper', text: 'What is this?' }),
    ])
    expect(outcome.captured[0]).not.toHaveProperty('answer')
    expect(recording.replies).toEqual([])
  })

  it('asks agents while the clip waits, and gives their answers again in a replay', async () => {
    const first = bench({
      verdict: wonders,
      plan: asking,
      askAgents: true,
      agents: { ask: async (_name, { question }) => ({ text: `${question} A kettle.` }) },
    })
    const real = await first.run()
    expect(real.outcome.captured[0]).toMatchObject({ answer: 'What is this? A kettle.' })
    // The very next picture is judged with the answer in mind.
    expect(first.model.ticks[3]?.instruction).toContain('A kettle.')
    const again = bench({ plan: asking })
    const replayed = await again.run({ recording: real.recording })
    expect(again.model.opened).toEqual([])
    const told = ({ outcome }: typeof real) => ({ ...outcome, modelMs: 0 })
    expect(told(replayed)).toEqual(told(real))
    expect(replayed.recording).toEqual(real.recording)
  })

  it('lets nobody talk over what is being said', async () => {
    const long = 'This sentence is long enough to be heard for at least three seconds.'
    const { outcome } = await bench({
      verdict: (_request, n) => (n === 2 || n === 3 ? { action: 'response', text: `${long} ${n}` } : {}),
      plan: {
        actions: [node('say', 'tts', { connection: 'flite', voice: '', maxAgeS: 2 })],
        routes: { 'cam.frames': base.routes['cam.frames']!, 'model.response': [action('say')] },
      },
    }).run()
    expect(outcome.captured.map(({ channel, text }) => [channel, text])).toEqual([['voice', `${long} 2`]])
    expect(outcome.events.filter(({ kind }) => kind === 'speech.dropped')).toHaveLength(1)
  })

  it('holds what was done against the tests of its clip', async () => {
    const tests: FlowTest[] = [
      {
        clip: 'fall.mp4',
        expect: [
          { within: [2.5, 6], action: 'response', textMatches: 'FALLEN' },
          { within: [0, 2], action: 'tell' },
        ],
        never: [{ action: 'email', textMatches: 'fall' }, { action: 'delegate' }],
      },
      { clip: 'other.mp4', expect: [{ within: [0, 1], action: 'response' }], never: [] },
    ]
    const { outcome } = await bench({ verdict: falls, tests }).run()
    expect(outcome.checks.map(({ kind, passed, delayS }) => [kind, passed, delayS])).toEqual([
      ['expect', true, 0.5],
      ['expect', false, null],
      ['never', false, null],
      ['never', true, null],
    ])
  })

  it('says that a model does not answer, instead of a quiet clip', async () => {
    const { outcome } = await bench({
      verdict: () => {
        throw new RetryableError('MODEL_UNREACHABLE', 'Nobody is there.')
      },
    }).run()
    expect(outcome.trouble).toBe('10 of 10 decisions have no answer of the model: Nobody is there.')
  })

  it('hears a model whose session is of a class, quick pictures included', async () => {
    class Session {
      #fed = 0
      async tick(): Promise<ModelVerdict> {
        return { action: 'response', text: `Fed ${this.#fed}.`, reason: 'model', latencyMs: 0 }
      }
      feed(): void {
        this.#fed++
      }
      async close(): Promise<void> {
        this.#fed = 0
      }
    }
    const { deps, run } = bench({
      frames: 2,
      quick: 8,
      plan: { taps: { ...base.taps, fast: { fps: 8, width: 1, height: 1 } } },
    })
    deps.models = { open: async () => new Session() }
    const { outcome } = await run()
    expect(outcome.trouble).toBeNull()
    expect(outcome.captured.map(({ text }) => text)).toEqual(['Fed 8.', 'Fed 16.'])
  })

  it('ends at once when it is stopped', async () => {
    const control = new AbortController()
    const { run } = bench({ frames: 1_000_000 })
    let seconds = 0
    const running = run(
      {
        onSecond: () => {
          if (++seconds === 50) control.abort(new StoppedError())
        },
      },
      control.signal,
    )
    await expect(running).rejects.toThrow(StoppedError)
    expect(seconds).toBeLessThan(60)
  })
})
