// A node for all cameras of a flow must not care whose clip ends first.
import { describe, expect, it } from 'vitest'
import { FatalError } from '../../nodes/contract/errors.ts'
import { planFormat, type Plan, type PlanStream, type Target } from '../../nodes/contract/plan.ts'
import { eventKinds, sessionBench, testPlan } from '../../test/support/session-bench.ts'
import { simulatedCamera } from '../../test/support/simulated-source.ts'
import { speakersTo } from './other-streams.ts'

const calm = { id: 'calm', type: 'cooldown', version: 1, config: { quietMs: 1000, per: 'node', scope: 'all' } }

/** Two clips with one cooldown for both, which lives in the first one's stream. Somebody falls in the second after 9 seconds. */
function twoClips(frames: { first: number; second: number }) {
  const bench = sessionBench({
    camera: { frames: frames.first },
    source: { kind: 'file' },
    verdict: ({ mediaTimeS }) =>
      mediaTimeS === 9 || mediaTimeS === frames.second - 1
        ? { action: 'response', text: `A fall at ${mediaTimeS}.` }
        : { action: 'silence' },
  })
  const { clock } = bench
  const second = simulatedCamera({ clock, frames: frames.second })
  const nodes = new Map(bench.deps.nodes).set('second-camera', { ...second.definition, type: 'second-camera' })
  Object.assign(bench.deps, { nodes })
  const home = testPlan({ kind: 'file' })
  const tell: Target[] = [{ to: 'action', node: 'tell', port: 'message' }]
  const first: PlanStream = {
    ...home,
    ticks: [...home.ticks, calm],
    routes: {
      ...home.routes,
      'model.response': [{ to: 'tick', node: 'calm', port: 'message' }],
      'calm.message': tell,
    },
  }
  const other: PlanStream = {
    ...home,
    id: 'cam2',
    source: { ...home.source, id: 'cam2', type: 'second-camera' },
    routes: {
      'cam2.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
      'model.response': [{ to: 'remote', node: 'calm', port: 'message', stream: 'cam' }],
    },
  }
  const plan: Plan = { format: planFormat, name: 'Two clips', streams: [first, other] }
  bench.store.plan = { flow: 'flow1', plan }
  return {
    ...bench,
    startFirst: (more = {}) => bench.start({ plan: first, ...more }),
    startSecond: (more = {}) => bench.start({ plan: other, streamId: 'flow1-cam2', ...more }),
  }
}

describe('a node that lives once', () => {
  it('gets what another camera sends long after the clip it lives with has ended', async () => {
    const bench = twoClips({ first: 4, second: 20 })
    const sessions = [bench.startFirst(), bench.startSecond()]
    await bench.clock.advance(8000)
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'running', isAtEnd: true })
    await bench.clock.advance(40_000)
    expect(await Promise.all(sessions.map(({ ended }) => ended))).toEqual([
      { state: 'finished', reason: null },
      { state: 'finished', reason: null },
    ])
    // The second one is of the last picture of the longer clip.
    expect(bench.store.actions.map(({ message }) => message.text)).toEqual(['A fall at 9.', 'A fall at 19.'])
    expect(bench.store.inputs).toEqual([])
    const rows = bench.store.decisions.filter(({ streamId }) => streamId === 'flow1-cam')
    expect(Math.max(...rows.map(({ mediaTimeS }) => mediaTimeS))).toBe(3)
    expect(bench.clock.waiting()).toBe(0)
  })

  it('gets it as well when the clip it lives with is the longer one, or cannot be read at all', async () => {
    const longer = twoClips({ first: 30, second: 12 })
    const both = [longer.startFirst(), longer.startSecond()]
    await longer.clock.advance(60_000)
    await Promise.all(both.map(({ ended }) => ended))
    expect(longer.store.actions.map(({ message }) => message.text)).toContain('A fall at 9.')

    const broken = twoClips({ first: 4, second: 12 })
    broken.camera.down = new FatalError('MEDIA_MISSING', 'There is no file fall.mp4.')
    const sessions = [broken.startFirst(), broken.startSecond()]
    await broken.clock.advance(40_000)
    expect(await sessions[0]?.ended).toEqual({ state: 'failed', reason: 'There is no file fall.mp4.' })
    expect(broken.store.actions.map(({ message }) => message.text)).toEqual(['A fall at 9.', 'A fall at 11.'])
    expect(eventKinds(broken)).toContain('stream.failed')
  })

  it('goes on after a restart behind the end of its clip, and waits while the database is away', async () => {
    const bench = twoClips({ first: 4, second: 30 })
    const former = bench.startFirst()
    const second = bench.startSecond()
    await bench.clock.advance(6000)
    former.abort(new Error('This worker goes away.'))
    await bench.clock.advance(4000)
    expect(await former.ended).toMatchObject({ state: 'stopped' })
    const saved = bench.store.saved.get('flow1-cam')
    const resumed = bench.startFirst({ generation: 2, resume: { status: null, tick: 4, mediaTimeS: 3, ...saved } })
    bench.store.goAway()
    await bench.clock.advance(60_000)
    bench.store.comeBack()
    await bench.clock.advance(60_000)
    expect(await resumed.ended).toEqual({ state: 'finished', reason: null })
    await second.ended
    expect(bench.store.actions.map(({ message }) => message.text)).toContain('A fall at 29.')
  })
})

it('knows who speaks to a stream, over others too and in a circle', () => {
  const stream = (id: string, ...to: string[]): PlanStream => ({
    ...testPlan(),
    id,
    routes: {
      [`${id}.out`]: to.map((at) => ({ to: 'remote' as const, node: `n-${at}`, port: 'message', stream: at })),
    },
  })
  const plan: Plan = { format: planFormat, name: '', streams: [stream('a', 'b'), stream('b', 'a'), stream('c', 'b')] }
  expect(speakersTo(plan, 'a')).toEqual({ nodes: ['n-a'], streams: ['b', 'c'] })
  expect(speakersTo(plan, 'b')).toEqual({ nodes: ['n-b'], streams: ['a', 'c'] })
  expect(speakersTo(plan, 'c')).toEqual({ nodes: [], streams: [] })
})
