import { describe, expect, it } from 'vitest'
import { FatalError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { sessionBench, testPlan, type SessionBench } from '../../test/support/session-bench.ts'

const onRequest = new StoppedError()

const kinds = (bench: SessionBench): string[] => bench.store.events.map((event) => event.kind)
async function stop(bench: SessionBench, session: ReturnType<SessionBench['start']>, reason: Error = onRequest): Promise<void> {
  session.abort(reason)
  await bench.clock.advance(12_000)
  await session.ended
  expect(bench.clock.waiting(), 'timers left open').toBe(0)
}

describe('a session', () => {
  it('ticks once a second without drift, one request in flight', async () => {
    const bench = sessionBench({ latencyMs: 40 })
    const session = bench.start()
    await bench.clock.advance(120_100)
    expect(bench.model.ticks.map((request) => request.tick)).toEqual(Array.from({ length: 121 }, (_unused, index) => index + 1))
    expect(bench.model.mostInFlight).toBe(1)
    const atMs = bench.store.decisions.map((decision) => Date.parse(decision.at) % 1000)
    expect(new Set(atMs).size).toBe(1)
    await stop(bench, session)
    expect(await session.ended).toEqual({ state: 'stopped', reason: null })
    expect(kinds(bench)).toEqual(['stream.started', 'stream.stopped'])
    expect(bench.model.closed).toEqual(['flow1-cam.1.model'])
  })

  it('commits what the model says with its action and its picture, in one write, and tells the bus afterwards', async () => {
    const bench = sessionBench({ verdict: (_request, n) => n === 3 ? { action: 'response', text: 'A person has fallen.' } : {} })
    const session = bench.start()
    await bench.clock.advance(4000)
    const [event] = bench.store.events.filter((known) => known.kind === 'response.given')
    expect(event).toMatchObject({ node: 'model', tick: 3, text: 'A person has fallen.', mediaTimeS: 2, streamId: 'flow1-cam' })
    expect(new TextDecoder().decode(event?.frame ?? undefined)).toBe('jpeg 1002')
    expect(bench.store.actions).toMatchObject([{ id: `${event?.id}_tell`, node: 'tell', port: 'message', message: { text: 'A person has fallen.', eventId: event?.id } }])
    const order = bench.bus.messages.filter((message) => message.type === 'event' || message.type === 'actions').map((message) => message.type)
    expect(order).toEqual(['event', 'event', 'actions'])
    await stop(bench, session)
  })

  it('writes quiet decisions in bulk, each with its reason', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(9700)
    expect(bench.store.decisions).toHaveLength(10)
    expect(bench.store.decisions.every((decision) => decision.reason === 'model' && decision.node === 'model' && decision.visualTokens === 302)).toBe(true)
    await stop(bench, session)
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
    await stop(bench, session)
  })

  it('stands for five seconds at most and records what is later still as dropped', async () => {
    let latencyMs = 0
    const bench = sessionBench({ verdict: () => ({}) })
    bench.deps.models = {
      open: async (options) => {
        const session = await bench.model.open(options)
        return { ...session, tick: async (request, signal) => { await bench.clock.sleep(latencyMs, signal); return session.tick(request, signal) } }
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
    await stop(bench, session)
  })

  it('takes a frame that comes a little late without losing the beat', async () => {
    const bench = sessionBench({ camera: { everyMs: 1010 } })
    const session = bench.start()
    await bench.clock.advance(30_000)
    expect(bench.model.ticks.map((request) => request.seconds).every((seconds) => seconds === 1)).toBe(true)
    expect(bench.store.statuses.get('flow1-cam')?.dropped).toBe(0)
    await stop(bench, session)
  })
})

describe('a file', () => {
  it('gets a tick for every frame and a last one, then finishes', async () => {
    const bench = sessionBench({ camera: { frames: 5, everyMs: 700, delayMs: 450 }, source: { kind: 'file' }, finish: () => [{ action: 'response', text: 'At the very end.', mediaTimeS: 3.5 }] })
    const session = bench.start()
    await bench.clock.advance(12_000)
    expect(await session.ended).toEqual({ state: 'finished', reason: null })
    expect(bench.model.ticks.map((request) => request.mediaTimeS)).toContain(4)
    expect(bench.store.events.map((event) => [event.kind, event.mediaTimeS])).toEqual([['stream.started', 0], ['response.given', 3.5], ['stream.finished', 4]])
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
    expect(kinds(bench)).toEqual(['stream.started', 'stream.failed'])
  })

  it('goes on behind what an earlier worker has seen', async () => {
    const bench = sessionBench({ camera: { frames: 8 }, source: { kind: 'file' } })
    const session = bench.start({ generation: 2, resume: { tick: 4, mediaTimeS: 3, states: {}, status: null } })
    await bench.clock.advance(12_000)
    await session.ended
    expect(bench.model.ticks.map((request) => [request.tick, request.mediaTimeS])).toEqual([[5, 4], [6, 5], [7, 6], [8, 7]])
    expect(kinds(bench)).toEqual(['stream.finished'])
  })
})

describe('a camera', () => {
  it('that goes away is told once, silent with its reason meanwhile, and told again when it is back', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
    bench.camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
    await bench.clock.advance(30_000)
    expect(kinds(bench)).toEqual(['stream.started', 'stream.lost'])
    expect(bench.store.events[1]?.text).toBe('The camera refused the connection.')
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'degraded', reason: 'The camera refused the connection.' })
    expect(bench.store.decisions.filter((decision) => decision.reason === 'camera-lost').length).toBeGreaterThan(20)
    bench.camera.down = null
    await bench.clock.advance(31_000)
    expect(kinds(bench)).toEqual(['stream.started', 'stream.lost', 'stream.resumed'])
    expect(bench.store.statuses.get('flow1-cam')?.state).toBe('running')
    const media = bench.model.ticks.map((request) => request.mediaTimeS)
    expect(media).toEqual([...media].sort((a, b) => a - b))
    await stop(bench, session)
  })

  it('that freezes or stalls counts as lost and is opened anew', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(3000)
    bench.camera.frozen = 7
    await bench.clock.advance(33_000)
    expect(kinds(bench)).toContain('stream.lost')
    expect(bench.store.events.at(-1)?.text).toMatch(/frozen for 30 s/)
    expect(bench.camera.opens).toBeGreaterThan(1)
    bench.camera.frozen = null
    await bench.clock.advance(31_000)
    expect(kinds(bench).at(-1)).toBe('stream.resumed')
    const opens = bench.camera.opens
    bench.camera.silent = true
    await bench.clock.advance(30_000)
    expect(kinds(bench).at(-1)).toBe('stream.lost')
    expect(bench.camera.opens).toBeGreaterThan(opens)
    await stop(bench, session)
  })
})

describe('the model', () => {
  it('that is away is silent with words, told after ten seconds, and told again when it is back', async () => {
    let isAway = false
    const bench = sessionBench({ verdict: () => { if (isAway) throw new RetryableError('MODEL_UNREACHABLE', 'The model server refused the connection.'); return {} } })
    const session = bench.start()
    await bench.clock.advance(2500)
    isAway = true
    await bench.clock.advance(5000)
    expect(kinds(bench)).toEqual(['stream.started'])
    await bench.clock.advance(10_000)
    expect(kinds(bench)).toEqual(['stream.started', 'model.lost'])
    expect(bench.store.decisions.at(-1)).toMatchObject({ action: 'silence', reason: 'model-unreachable', text: 'The model server refused the connection.', visualTokens: 0 })
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'degraded', nodes: { model: { tone: 'bad' } } })
    isAway = false
    await bench.clock.advance(2000)
    expect(kinds(bench)).toEqual(['stream.started', 'model.lost', 'model.resumed'])
    await stop(bench, session)
  })

  it('keeps its session when another worker takes over, and its memory is handed on', async () => {
    const memory = { longTerm: 'A kitchen.', midTerm: [] }
    const bench = sessionBench({ verdict: () => ({ memory }) })
    const first = bench.start()
    await bench.clock.advance(5500)
    await stop(bench, first, new StoppedError('This worker is shutting down; another one takes over.'))
    expect(bench.model.closed).toEqual([])
    expect(kinds(bench)).toEqual(['stream.started'])
    const saved = bench.store.saved.get('flow1-cam')
    expect(saved?.tick).toBe(6)
    const second = bench.start({ generation: 2, resume: { tick: 6, mediaTimeS: 5, states: saved?.states ?? {}, status: bench.store.statuses.get('flow1-cam') ?? null } })
    await bench.clock.advance(1500)
    expect(bench.model.ticks.at(6)?.tick).toBe(7)
    expect(bench.model.opened.at(-1)?.config).toMatchObject({ restore: memory })
    await stop(bench, second)
  })

  it('gets questions and answers at its next tick, and they are used up with it', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(2500)
    bench.store.inputs.push({
      id: 'q1', streamId: 'flow1-cam', node: 'model', port: 'query',
      message: { id: 'q1', eventId: 'q1', at: '2026-01-01T00:00:00Z', text: 'Is the door open?', source: { flow: 'flow1', node: 'model', stream: 'flow1-cam' } },
    })
    bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await bench.clock.advance(1000)
    expect(bench.model.ticks.at(-1)?.instruction).toBe('Warn of falls.\n\nA person asks you now: Is the door open?')
    expect(bench.store.inputs).toEqual([])
    await stop(bench, session)
  })
})

describe('the database', () => {
  it('may go away: decisions wait, commits go out in order once it is back', async () => {
    const bench = sessionBench({ verdict: (_request, n) => n === 6 || n === 9 ? { action: 'response', text: `Alert ${n}.` } : {} })
    const session = bench.start()
    await bench.clock.advance(3900)
    bench.store.goAway()
    await bench.clock.advance(8000)
    expect(bench.bus.messages.findLast((message) => message.type === 'status')).toMatchObject({ status: { state: 'degraded', reason: expect.stringContaining('database') as string } })
    bench.store.comeBack()
    await bench.clock.advance(9000)
    expect(bench.store.events.filter((event) => event.kind === 'response.given').map((event) => event.text)).toEqual(['Alert 6.', 'Alert 9.'])
    const ticks = bench.store.decisions.map((decision) => decision.tick).sort((a, b) => a - b)
    expect(ticks).toEqual(Array.from({ length: ticks.length }, (_unused, index) => index + 1))
    expect(kinds(bench)).not.toContain('decisions.lost')
    await stop(bench, session)
  })

  it('away for too long costs a counted number of decisions, and that is told', async () => {
    const bench = sessionBench({ limits: { quietTicks: 5 } })
    const session = bench.start()
    await bench.clock.advance(3900)
    bench.store.goAway()
    await bench.clock.advance(20_000)
    bench.store.comeBack()
    await bench.clock.advance(9000)
    const lost = bench.store.events.find((event) => event.kind === 'decisions.lost')
    expect(lost?.fields.decisions).toBeGreaterThan(10)
    expect(bench.store.decisions.length + Number(lost?.fields.decisions)).toBeGreaterThanOrEqual(32)
    await stop(bench, session)
  })

  it('that says another worker has the stream ends the session without another word', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(2500)
    bench.store.generations.set('flow1-cam', 2)
    await bench.clock.advance(8000)
    expect(await session.ended).toEqual({ state: 'stopped', reason: 'Another worker has taken this stream over.' })
    expect(kinds(bench)).toEqual(['stream.started'])
    expect(bench.model.closed).toEqual([])
  })
})

describe('a node', () => {
  it('of a type that is not installed fails the stream and names it', async () => {
    const bench = sessionBench({ plan: { ticks: [{ id: 'x', type: 'nowhere', version: 1, config: {} }] } })
    const session = bench.start()
    await bench.clock.advance(6000)
    expect(await session.ended).toMatchObject({ state: 'failed', reason: expect.stringContaining('"nowhere"') as string })
  })

  it('between model and action passes messages on without a second event', async () => {
    const plan = testPlan()
    const bench = sessionBench({
      verdict: () => ({ action: 'response', text: 'A person has fallen.' }),
      plan: {
        ticks: [...plan.ticks, { id: 'calm', type: 'cooldown', version: 1, config: { quietMs: 5000, per: 'node', scope: 'camera' } }],
        routes: { 'cam.frames': plan.routes['cam.frames'] ?? [], 'model.response': [{ to: 'tick', node: 'calm', port: 'message' }], 'calm.message': [{ to: 'action', node: 'tell', port: 'message' }] },
      },
    })
    const session = bench.start()
    await bench.clock.advance(10_500)
    expect(bench.store.actions.map((action) => action.message.tick)).toEqual([1, 6, 11])
    expect(kinds(bench).filter((kind) => kind !== 'response.given')).toEqual(['stream.started'])
    await stop(bench, session)
  })
})
