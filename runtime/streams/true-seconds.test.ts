// A stream's seconds: none is told twice, none is left out, whoever was away.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineNode, port } from '../../nodes/contract/define.ts'
import { FatalError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import type { ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { sessionBench, stopSession, testPlan, type SessionBench } from '../../test/support/session-bench.ts'

const gone = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
const broken = new RetryableError('MEDIA_BROKEN', 'The connection broke.')
const shutdown = new StoppedError('This worker is shutting down; another one takes over.')

const savedOrder = (bench: SessionBench, generation: number) => ({
  generation,
  resume: { ...structuredClone(bench.store.saved.get('flow1-cam')!), status: null },
})

/** Every second from the first to the last tick is in exactly one row, and the media time only grows. */
function expectNoHole(bench: SessionBench): void {
  const rows = [...bench.store.decisions].sort((a, b) => a.tick - b.tick)
  let upTo = 0
  for (const row of rows) {
    expect(row.tick - (row.seconds ?? 0)).toBe(upTo)
    upTo = row.tick
  }
  const media = rows.map((row) => row.mediaTimeS)
  expect(media).toEqual([...new Set(media)].sort((a, b) => a - b))
}

describe('the seconds of a live stream', () => {
  it('count through a stall of the camera and never go back', async () => {
    const bench = sessionBench({ source: { lostAfterS: 3 } })
    const session = bench.start()
    await bench.clock.advance(10_500)
    bench.camera.silent = true
    await bench.clock.advance(30_000)
    bench.camera.silent = false
    await bench.clock.advance(40_000)
    expectNoHole(bench)
    const end = bench.model.ticks.at(-1)!
    expect(end.mediaTimeS).toBeGreaterThan(78)
    expect(Math.abs(end.mediaTimeS - (end.tick - 1))).toBeLessThan(2)
    await stopSession(bench, session)
  })

  it('count through a camera that is away for long, with the loss as one gap from when to when', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = gone
    bench.camera.breakWith(broken)
    await bench.clock.advance(60_000)
    bench.camera.down = null
    await bench.clock.advance(35_000)
    expectNoHole(bench)
    const lost = bench.store.decisions.filter((row) => row.reason === 'camera-lost')
    const seconds = lost.reduce((sum, row) => sum + (row.seconds ?? 0), 0)
    const resumed = bench.store.events.find((event) => event.kind === 'stream.resumed')
    expect(resumed?.fields).toMatchObject({ reason: 'camera-lost', fromS: 5 })
    expect(Math.abs(Number(resumed?.fields.seconds) - seconds)).toBeLessThanOrEqual(1)
    await stopSession(bench, session)
  })

  it('count through an absence of Heed, which is a row and an event', async () => {
    const bench = sessionBench()
    const first = bench.start()
    await bench.clock.advance(28_500)
    await stopSession(bench, first, shutdown)
    await bench.clock.advance(20_000)
    const second = bench.start(savedOrder(bench, 2))
    await bench.clock.advance(5500)
    expectNoHole(bench)
    const [away] = bench.store.decisions.filter((row) => row.reason === 'heed-away')
    expect(away).toMatchObject({ action: 'silence', seconds: 32, text: 'Heed was not running.' })
    expect(bench.store.events.find((event) => event.kind === 'stream.gap')).toMatchObject({
      text: 'Heed was not running for 32 s; nobody watched this camera meanwhile.',
      fields: { reason: 'heed-away', fromS: 28, toS: 60, seconds: 32 },
    })
    expect(bench.model.ticks.at(-1)?.mediaTimeS).toBeGreaterThan(64)
    await stopSession(bench, second)
  })

  it('tell of a camera that comes back to another worker since when it was away', async () => {
    const bench = sessionBench()
    const first = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = gone
    bench.camera.breakWith(broken)
    await bench.clock.advance(10_000)
    await stopSession(bench, first, shutdown)
    await bench.clock.advance(20_000)
    bench.camera.down = null
    const second = bench.start(savedOrder(bench, 2))
    await bench.clock.advance(5500)
    const resumed = bench.store.events.find((event) => event.kind === 'stream.resumed')
    expect(resumed?.fields).toMatchObject({ reason: 'camera-lost', fromS: 5, seconds: 42 })
    expect(resumed?.fields.toS).toBe(resumed?.mediaTimeS)
    expectNoHole(bench)
    await stopSession(bench, second)
  })

  it('go on from the last known picture where an older version saved no clock', async () => {
    const bench = sessionBench()
    const first = bench.start()
    await bench.clock.advance(10_500)
    await stopSession(bench, first, shutdown)
    const { states, ...position } = structuredClone(bench.store.saved.get('flow1-cam')!)
    const second = bench.start({
      generation: 2,
      resume: {
        ...position,
        states: Object.fromEntries(Object.entries(states).filter(([key]) => key !== '#clock')),
        status: bench.store.statuses.get('flow1-cam') ?? null,
      },
    })
    await bench.clock.advance(1500)
    expect(bench.model.ticks.at(-1)?.mediaTimeS).toBeGreaterThan(22)
    expectNoHole(bench)
    await stopSession(bench, second)
  })

  it('are told to the model: up to which the timeline has told, and which this is', async () => {
    const bench = sessionBench({ latencyMs: 2500 })
    const session = bench.start()
    await bench.clock.advance(12_000)
    for (const [index, request] of bench.model.ticks.entries())
      expect(request.sinceS).toBe(bench.model.ticks[index - 1]?.mediaTimeS ?? request.mediaTimeS)
    await stopSession(bench, session)
  })
})

describe('the seconds of a clip', () => {
  it('are its own: it goes on where it was, however long nobody played it', async () => {
    for (const loop of [false, true]) {
      const bench = sessionBench({ camera: { frames: 500 }, source: { kind: 'file', loop } })
      const first = bench.start()
      await bench.clock.advance(8500)
      await stopSession(bench, first, shutdown)
      const second = bench.start(savedOrder(bench, 2))
      await bench.clock.advance(3500)
      expect(bench.model.ticks.map((request) => request.mediaTimeS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
      expect(bench.store.events.map((event) => event.kind)).toEqual(['stream.started'])
      await stopSession(bench, second)
    }
  })
})

describe('what was seen last', () => {
  /** Speaks of the fall only when it is told that no more pictures come, as the built-in model does. */
  const edgeBench = (options: { verdict?(request: ModelTick, n: number): Partial<ModelVerdict> } = {}) => {
    let isOpen = true
    return sessionBench({
      ...options,
      plan: { ...testPlan(), taps: { ...defaultTaps, fast: { width: 256, height: 192, fps: 8 } } },
      finish: () => {
        if (!isOpen) return []
        isOpen = false
        return [{ action: 'response', text: 'A person has fallen.', mediaTimeS: 4.5 }]
      },
    })
  }
  const given = (bench: SessionBench) => bench.store.events.filter((event) => event.kind === 'response.given')

  it('is decided on before the camera counts as lost, and once', async () => {
    const bench = edgeBench()
    const session = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = gone
    bench.camera.breakWith(broken)
    await bench.clock.advance(3500)
    expect(given(bench)).toMatchObject([{ text: 'A person has fallen.', mediaTimeS: 4.5 }])
    expect(bench.store.actions).toHaveLength(1)
    await bench.clock.advance(60_000)
    const kinds = bench.store.events.map((event) => event.kind)
    expect(kinds).toEqual(['stream.started', 'response.given', 'stream.lost'])
    expectNoHole(bench)
    await stopSession(bench, session)
  })

  it('is decided on at a stop and at a hand-over', async () => {
    for (const reason of [new StoppedError(), shutdown]) {
      const bench = edgeBench()
      const session = bench.start()
      await bench.clock.advance(5500)
      await stopSession(bench, session, reason)
      expect(given(bench)).toHaveLength(1)
      expect(bench.store.actions).toHaveLength(1)
    }
  })

  it('is not decided on by a worker that has lost its stream', async () => {
    const bench = edgeBench()
    const session = bench.start()
    await bench.clock.advance(5500)
    await stopSession(bench, session, new StoppedError('The lease ran out.', { isAtOnce: true }))
    expect(given(bench)).toEqual([])
  })

  it('still arrives when the answer is on its way at a stop, and is given up when it takes too long', async () => {
    for (const [latencyMs, alerts] of [
      [7500, 1],
      [10_500, 0],
    ] as const) {
      const bench = sessionBench({ latencyMs, verdict: () => ({ action: 'response', text: 'A person has fallen.' }) })
      const session = bench.start()
      await bench.clock.advance(500)
      await stopSession(bench, session)
      expect(given(bench).length).toBe(alerts)
    }
  })

  it('stands although another node has not answered when the time is over', async () => {
    const hanging = defineNode({
      type: 'hanging',
      version: 1,
      title: 'Hanging',
      icon: 'clock',
      group: 'logic',
      help: 'Never answers.',
      ports: { in: { frames: port('frames') }, out: { tick: port('decision') } },
      config: z.object({}),
      card: '',
      needs: ['model'],
      state: () => ({}),
      onTick: () => new Promise<Record<string, never>>(() => undefined),
    })
    const [model] = testPlan().ticks
    const plan = { ticks: [model!, { id: 'slow', type: 'hanging', version: 1, config: { connection: 'fake' } }] }
    const bench = sessionBench({
      plan,
      nodes: [hanging],
      verdict: () => ({ action: 'response', text: 'A person has fallen.' }),
    })
    const session = bench.start()
    await bench.clock.advance(500)
    session.abort(new StoppedError())
    await bench.clock.advance(20_000)
    await session.ended
    expect(given(bench)).toHaveLength(1)
    expect(bench.store.actions).toHaveLength(1)
    expect(bench.store.decisions).toContainEqual(
      expect.objectContaining({ node: 'slow', text: 'The stream was stopped before it had answered.' }),
    )
  })

  it('is decided on when a clip breaks in its middle', async () => {
    const bench = edgeBench()
    bench.order.plan.source.config.kind = 'file'
    const session = bench.start()
    await bench.clock.advance(5500)
    bench.camera.breakWith(new FatalError('CAMERA_BROKEN', 'Broken.'))
    await bench.clock.advance(5000)
    expect(await session.ended).toMatchObject({ state: 'failed' })
    expect(given(bench)).toHaveLength(1)
  })
})
