import { describe, expect, it } from 'vitest'
import { FatalError } from '../../nodes/contract/errors.ts'
import { eventKinds, sessionBench, stopSession, testPlan } from '../../test/support/session-bench.ts'

describe('a session', () => {
  it('ticks once a second without drift, one request in flight', async () => {
    const bench = sessionBench({ latencyMs: 40 })
    const session = bench.start()
    await bench.clock.advance(120_100)
    expect(bench.model.ticks.map((request) => request.tick)).toEqual(
      Array.from({ length: 121 }, (_unused, index) => index + 1),
    )
    expect(bench.model.mostInFlight).toBe(1)
    const atMs = bench.store.decisions.map((decision) => Date.parse(decision.at) % 1000)
    expect(new Set(atMs).size).toBe(1)
    await stopSession(bench, session)
    expect(await session.ended).toEqual({ state: 'stopped', reason: null })
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.stopped'])
    expect(bench.model.closed).toEqual(['flow1-cam.1.model'])
  })

  it('commits what the model says with its action and its picture, in one write, and tells the bus afterwards', async () => {
    const bench = sessionBench({
      verdict: (_request, n) => (n === 3 ? { action: 'response', text: 'A person has fallen.' } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(4000)
    const [event] = bench.store.events.filter((known) => known.kind === 'response.given')
    expect(event).toMatchObject({
      node: 'model',
      tick: 3,
      text: 'A person has fallen.',
      mediaTimeS: 2,
      streamId: 'flow1-cam',
    })
    expect(new TextDecoder().decode(event?.frame ?? undefined)).toBe('jpeg 1002')
    expect(bench.store.actions).toMatchObject([
      {
        id: `${event?.id}_tell`,
        node: 'tell',
        port: 'message',
        message: { text: 'A person has fallen.', eventId: event?.id },
      },
    ])
    const order = bench.bus.messages
      .filter((message) => message.type === 'event' || message.type === 'actions')
      .map((message) => message.type)
    expect(order).toEqual(['event', 'event', 'actions'])
    await stopSession(bench, session)
  })

  it('writes quiet decisions in bulk, each with its reason', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(9700)
    expect(bench.store.decisions).toHaveLength(10)
    expect(
      bench.store.decisions.every(
        (decision) => decision.reason === 'model' && decision.node === 'model' && decision.visualTokens === 302,
      ),
    ).toBe(true)
    await stopSession(bench, session)
  })

  it('drops frames and makes late ticks up when the model is slow', async () => {
    const bench = sessionBench({ latencyMs: 2500 })
    const session = bench.start()
    await bench.clock.advance(20_000)
    const requests = bench.model.ticks
    expect(requests.reduce((sum, request) => sum + request.seconds, 0)).toBe(requests.at(-1)?.tick)
    expect(requests.at(-1)?.tick).toBeGreaterThanOrEqual(17)
    expect(Math.max(...requests.map((request) => request.seconds))).toBe(3)
    expect(bench.store.statuses.get('flow1-cam')?.dropped).toBeGreaterThan(5)
    await stopSession(bench, session)
  })

  it('stands for five seconds at most and records what is later still as dropped', async () => {
    let latencyMs = 0
    const bench = sessionBench({ verdict: () => ({}) })
    bench.deps.models = {
      open: async (options) => {
        const session = await bench.model.open(options)
        return {
          ...session,
          tick: async (request, signal) => {
            await bench.clock.sleep(latencyMs, signal)
            return session.tick(request, signal)
          },
        }
      },
    }
    const session = bench.start()
    await bench.clock.advance(3500)
    latencyMs = 12_300
    await bench.clock.advance(1000)
    latencyMs = 0
    await bench.clock.advance(15_000)
    const late = bench.model.ticks.find((request) => request.seconds > 1)
    expect(late?.seconds).toBe(5)
    const dropped = bench.store.decisions.filter((decision) => decision.reason === 'dropped')
    expect(dropped.length).toBeGreaterThanOrEqual(6)
    const ticks = bench.store.decisions.map((decision) => decision.tick)
    expect(new Set(ticks).size).toBe(ticks.length)
    expect(bench.model.ticks.at(-1)?.tick).toBe(20)
    await stopSession(bench, session)
  })

  it('keeps its beat when the wall clock is set back', async () => {
    const bench = sessionBench()
    let offsetMs = 0
    bench.deps.clock = { ...bench.clock, nowMs: () => bench.clock.nowMs() - offsetMs }
    const session = bench.start()
    await bench.clock.advance(3500)
    offsetMs = 3_600_000
    await bench.clock.advance(10_000)
    expect(bench.model.ticks.length).toBeGreaterThanOrEqual(13)
    await stopSession(bench, session)
  })

  it('takes a frame that comes a little late without losing the beat', async () => {
    const bench = sessionBench({ camera: { everyMs: 1010 } })
    const session = bench.start()
    await bench.clock.advance(30_000)
    expect(bench.model.ticks.map((request) => request.seconds).every((seconds) => seconds === 1)).toBe(true)
    expect(bench.store.statuses.get('flow1-cam')?.dropped).toBe(0)
    await stopSession(bench, session)
  })
})

describe('a file', () => {
  it('gets a tick for every frame and a last one, then finishes', async () => {
    const bench = sessionBench({
      camera: { frames: 5, everyMs: 700, delayMs: 450 },
      source: { kind: 'file' },
      finish: () => [{ action: 'response', text: 'At the very end.', mediaTimeS: 3.5 }],
    })
    const session = bench.start()
    await bench.clock.advance(12_000)
    expect(await session.ended).toEqual({ state: 'finished', reason: null })
    expect(bench.model.ticks.map((request) => request.mediaTimeS)).toContain(4)
    expect(bench.store.events.map((event) => [event.kind, event.mediaTimeS])).toEqual([
      ['stream.started', 0],
      ['response.given', 3.5],
      ['stream.finished', 4],
    ])
    expect(bench.store.statuses.get('flow1-cam')?.state).toBe('finished')
    expect(bench.model.closed).toHaveLength(1)
    expect(bench.clock.waiting()).toBe(0)
  })

  it('that cannot be read fails the stream with the reason', async () => {
    const bench = sessionBench({ source: { kind: 'file' } })
    bench.camera.down = new FatalError('MEDIA_MISSING', 'There is no file fall.mp4.')
    const session = bench.start()
    await bench.clock.advance(6000)
    expect(await session.ended).toEqual({ state: 'failed', reason: 'There is no file fall.mp4.' })
    expect(eventKinds(bench)).toEqual(['stream.failed'])
  })

  it('goes on behind what an earlier worker has seen', async () => {
    const bench = sessionBench({ camera: { frames: 8 }, source: { kind: 'file' } })
    const session = bench.start({ generation: 2, resume: { tick: 4, mediaTimeS: 3, states: {}, status: null } })
    await bench.clock.advance(12_000)
    await session.ended
    expect(bench.model.ticks.map((request) => [request.tick, request.mediaTimeS])).toEqual([
      [5, 4],
      [6, 5],
      [7, 6],
      [8, 7],
    ])
    expect(eventKinds(bench)).toEqual(['stream.finished'])
  })
})

describe('a node', () => {
  it('of a type that is not installed fails the stream and names it', async () => {
    const bench = sessionBench({ plan: { ticks: [{ id: 'x', type: 'nowhere', version: 1, config: {} }] } })
    const session = bench.start()
    await bench.clock.advance(6000)
    expect(await session.ended).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('"nowhere"') as string,
    })
  })

  it('between model and action passes messages on without a second event', async () => {
    const plan = testPlan()
    const bench = sessionBench({
      verdict: () => ({ action: 'response', text: 'A person has fallen.' }),
      plan: {
        ticks: [
          ...plan.ticks,
          { id: 'calm', type: 'cooldown', version: 1, config: { quietMs: 5000, per: 'node', scope: 'camera' } },
        ],
        routes: {
          'cam.frames': plan.routes['cam.frames'] ?? [],
          'model.response': [{ to: 'tick', node: 'calm', port: 'message' }],
          'calm.message': [{ to: 'action', node: 'tell', port: 'message' }],
        },
      },
    })
    const session = bench.start()
    await bench.clock.advance(10_500)
    expect(bench.store.actions.map((action) => action.message.tick)).toEqual([1, 6, 11])
    expect(eventKinds(bench).filter((kind) => kind !== 'response.given')).toEqual(['stream.started'])
    await stopSession(bench, session)
  })
})
