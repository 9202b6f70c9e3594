import { describe, expect, it } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import {
  eventKinds,
  sessionBench,
  testPlan,
  type BenchOptions,
  type SessionBench,
} from '../../test/support/session-bench.ts'
import { lockstepPace, MediaClock } from './lockstep.ts'

const startMs = Date.UTC(2026, 4, 1, 8)

/** camera → model → cooldown of five minutes → notification, and a timer that asks every ten. */
const hourPlan: BenchOptions['plan'] = {
  ...testPlan(),
  taps: { ...testPlan().taps, fast: { fps: 8, width: 1, height: 1 } },
  ticks: [
    ...testPlan().ticks,
    { id: 'calm', type: 'cooldown', version: 1, config: { quietMs: 300_000, per: 'node', scope: 'camera' } },
    { id: 'often', type: 'timer', version: 1, config: { mode: 'every', everyMs: 600_000, text: '', restarts: false } },
  ],
  routes: {
    'cam.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
    'model.response': [{ to: 'tick', node: 'calm', port: 'message' }],
    'calm.message': [{ to: 'action', node: 'tell', port: 'message' }],
    'often.message': [{ to: 'action', node: 'tell', port: 'message' }],
  },
}

function lockstepBench(options: BenchOptions = {}): SessionBench & { media: MediaClock } {
  const bench = sessionBench({ source: { kind: 'file' }, ...options })
  const media = new MediaClock(startMs)
  bench.deps.pace = lockstepPace({ clock: media, wall: bench.clock })
  // Nothing here waits for time: a recorder that writes at once.
  bench.deps.recorder = {
    open: () => ({
      quiet: (record) => void bench.store.decisions.push(...record.decisions.map((one) => ({ ...one, ...at(record) }))),
      commit: async (commit) => {
        bench.store.decisions.push(...commit.decisions.map((one) => ({ ...one, ...at(commit) })))
        bench.store.events.push(...commit.events)
        bench.store.actions.push(...commit.actions)
        return true
      },
      status: (status) => void bench.store.statuses.set(status.id, status),
      takeLost: () => ({ decisions: 0, commits: 0 }),
      isWriting: true,
      trouble: null,
      close: async () => undefined,
    }),
  }
  return { ...bench, media }
}
const at = ({ streamId, run }: { streamId: string; run: number }): { streamId: string; run: number } => ({
  streamId,
  run,
})

const hour = async (): Promise<ReturnType<typeof lockstepBench>> => {
  const bench = lockstepBench({
    camera: { frames: 3600, isPulled: true, quick: 8 },
    plan: hourPlan,
    verdict: (_request, n) => (n % 100 === 0 ? { action: 'response', text: `Seen ${n}.` } : {}),
  })
  expect(await bench.start().ended).toEqual({ state: 'finished', reason: null })
  return bench
}

describe('a session in lockstep', () => {
  it('runs an hour of video in seconds, twice, with equal results', async () => {
    const startedMs = performance.now()
    const [first, second] = [await hour(), await hour()]
    expect((performance.now() - startedMs) / 2).toBeLessThan(20_000)
    expect(first.store.decisions).toEqual(second.store.decisions)
    expect(first.store.events).toEqual(second.store.events)
    expect(first.store.actions).toEqual(second.store.actions)
    // The clock never moved on by itself: nothing waited.
    expect(first.clock.nowMs()).toBe(fakeClock().nowMs())
  })

  it('drops nothing: a tick for every picture, every quick one before it, in order', async () => {
    const bench = await hour()
    expect(bench.model.ticks.map(({ mediaTimeS }) => mediaTimeS)).toEqual(Array.from({ length: 3600 }, (_, n) => n))
    expect(bench.model.ticks.every(({ seconds }) => seconds === 1)).toBe(true)
    expect(bench.model.fed).toHaveLength(8 * 3600)
    expect(bench.model.fed.every(({ mediaTimeS }, n, all) => n === 0 || mediaTimeS > all[n - 1]!.mediaTimeS)).toBe(true)
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'finished', dropped: 0 })
  })

  it('lets nodes see the time of the clip: cooldowns and timers go by it', async () => {
    const bench = await hour()
    const told = (node: string): number[] =>
      bench.store.actions
        .filter(({ message }) => message.source.node === node)
        .map(({ message }) => message.mediaTimeS as number)
    // Every 100 s something is seen; one in five minutes gets through.
    expect(told('model')).toEqual([99, 399, 699, 999, 1299, 1599, 1899, 2199, 2499, 2799, 3099, 3399])
    expect(told('often')).toHaveLength(5)
    const seen = bench.store.decisions.find(({ mediaTimeS, node }) => node === 'model' && mediaTimeS === 99)
    expect(seen?.at).toBe('2026-05-01T08:01:39.000Z')
  })

  it('holds a picture through a hole, a tick for every second of it', async () => {
    const bench = lockstepBench({ camera: { frames: 8, isPulled: true, holes: [2, 3, 4] } })
    await bench.start().ended
    expect(
      bench.model.ticks.map(({ tick, mediaTimeS, picture }) => [
        tick,
        mediaTimeS,
        new TextDecoder().decode(picture.jpeg),
      ]),
    ).toEqual([
      [1, 0, 'jpeg 1000'],
      [2, 1, 'jpeg 1001'],
      [3, 2, 'jpeg 1001'],
      [4, 3, 'jpeg 1001'],
      [5, 4, 'jpeg 1001'],
      [6, 5, 'jpeg 1002'],
      [7, 6, 'jpeg 1003'],
      [8, 7, 'jpeg 1004'],
    ])
  })

  it('waits for an answer however long it takes, and no second of the clip goes by', async () => {
    const bench = lockstepBench({ camera: { frames: 3, isPulled: true }, latencyMs: 120_000 })
    const session = bench.start()
    await bench.clock.advance(3 * 120_000 + 10)
    await session.ended
    expect(bench.model.ticks.map(({ mediaTimeS }) => mediaTimeS)).toEqual([0, 1, 2])
    expect(bench.store.decisions.filter(({ reason }) => reason !== 'model')).toEqual([])
    expect(bench.media.mediaTimeS).toBe(2)
  })

  it('does what is due between two pictures before the second one, at its own time', async () => {
    const bench = lockstepBench({ camera: { frames: 4, isPulled: true } })
    const seen: number[] = []
    bench.deps.pace = lockstepPace({
      clock: bench.media,
      wall: bench.clock,
      settle: async (untilMs) => {
        if (untilMs >= bench.media.at(2) && seen.length === 0) {
          bench.media.moveTo(bench.media.at(1.5))
          seen.push(bench.media.mediaTimeS)
        }
      },
    })
    await bench.start().ended
    expect(seen).toEqual([1.5])
    expect(bench.model.ticks).toHaveLength(4)
  })

  it('ends at once when it is cancelled in the middle of an answer', async () => {
    const bench = lockstepBench({ camera: { frames: 100, isPulled: true }, latencyMs: 60_000 })
    const session = bench.start()
    await bench.clock.advance(90_000)
    session.abort(new StoppedError(undefined, { isAtOnce: true }))
    await bench.clock.advance(10)
    expect(await session.ended).toEqual({ state: 'stopped', reason: null })
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.stopped'])
  })

  it('fails with the reason when the clip cannot be read to its end', async () => {
    const bench = lockstepBench({ camera: { frames: 100, isPulled: true } })
    bench.camera.down = new Error('There is no file fall.mp4.')
    expect(await bench.start().ended).toEqual({ state: 'failed', reason: 'There is no file fall.mp4.' })
  })
})
