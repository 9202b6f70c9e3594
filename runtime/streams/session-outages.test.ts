import { describe, expect, it } from 'vitest'
import { RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { eventKinds, sessionBench, stopSession } from '../../test/support/session-bench.ts'

describe('a camera', () => {
  it('that goes away is told once, silent with its reason meanwhile, and told again when it is back', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
    bench.camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
    await bench.clock.advance(30_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.lost'])
    expect(bench.store.events[1]?.text).toBe('The camera refused the connection.')
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({
      state: 'degraded',
      reason: 'The camera refused the connection.',
    })
    const lost = bench.store.decisions.filter((decision) => decision.reason === 'camera-lost')
    expect(lost.length).toBeGreaterThan(20)
    expect(new Set(lost.slice(2).map(({ text }) => text))).toEqual(new Set(['The camera refused the connection.']))
    bench.camera.down = null
    await bench.clock.advance(31_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.lost', 'stream.resumed'])
    expect(bench.store.statuses.get('flow1-cam')?.state).toBe('running')
    const media = bench.model.ticks.map((request) => request.mediaTimeS)
    expect(media).toEqual([...media].sort((a, b) => a - b))
    await stopSession(bench, session)
  })

  it('that was never there is not said to be watched before its first picture', async () => {
    const bench = sessionBench()
    bench.camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
    const session = bench.start()
    await bench.clock.advance(10_000)
    expect(eventKinds(bench)).toEqual(['stream.lost'])
    bench.camera.down = null
    await bench.clock.advance(31_000)
    expect(eventKinds(bench)).toEqual(['stream.lost', 'stream.started', 'stream.resumed'])
    await stopSession(bench, session)
  })

  it('that is lost before its first picture starts no story of its own: no event runs back in time', async () => {
    const bench = sessionBench()
    bench.camera.down = new RetryableError('CAMERA_REFUSED', 'The camera refused the connection.')
    const session = bench.start()
    await bench.clock.advance(40_000)
    bench.camera.down = null
    await bench.clock.advance(40_000)
    await stopSession(bench, session)
    const times = bench.store.events.map((event) => event.mediaTimeS)
    expect(eventKinds(bench)).toEqual(['stream.lost', 'stream.started', 'stream.resumed', 'stream.stopped'])
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times[1]).toBeGreaterThan(30)
  })

  it('says what it does in the status, before its first picture too', async () => {
    const bench = sessionBench({ camera: { everyMs: 10_000, delayMs: 3000 } })
    const session = bench.start()
    await bench.clock.advance(1500)
    const camera = (): unknown => bench.store.statuses.get('flow1-cam')?.camera
    expect(camera()).toMatchObject({ state: 'connecting', newestPictureAgeS: null })
    await bench.clock.advance(40_000)
    expect(camera()).toMatchObject({
      state: 'slow',
      everyS: 10,
      text: expect.stringMatching(/newest picture is \d s old/),
    })
    expect(eventKinds(bench)).toEqual(['stream.started'])
    await stopSession(bench, session)
  })

  it('that is still away after a takeover is not told again, and its return is', async () => {
    const bench = sessionBench()
    const first = bench.start()
    await bench.clock.advance(5000)
    bench.camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
    bench.camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
    await bench.clock.advance(10_000)
    await stopSession(bench, first, new Error('handover'))
    const resumed = (generation: number) => ({
      generation,
      resume: { ...structuredClone(bench.store.saved.get('flow1-cam')!), status: null },
    })
    const second = bench.start(resumed(2))
    await bench.clock.advance(20_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.lost'])
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({
      state: 'degraded',
      reason: 'The camera refused the connection.',
    })
    await stopSession(bench, second, new Error('handover'))
    bench.camera.down = null
    const third = bench.start(resumed(3))
    await bench.clock.advance(10_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.lost', 'stream.resumed'])
    await stopSession(bench, third, new Error('handover'))
    // Once back it is lost anew, for the next worker too.
    const fourth = bench.start(resumed(4))
    await bench.clock.advance(3000)
    bench.camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
    bench.camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
    await bench.clock.advance(10_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'stream.lost', 'stream.resumed', 'stream.gap', 'stream.lost'])
    await stopSession(bench, fourth)
  })

  it('that freezes or stalls counts as lost and is opened anew', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(3000)
    bench.camera.frozen = 7
    await bench.clock.advance(33_000)
    expect(eventKinds(bench)).toContain('stream.lost')
    expect(bench.store.events.at(-1)?.text).toMatch(/frozen for 30 s/)
    expect(bench.camera.opens).toBeGreaterThan(1)
    bench.camera.frozen = null
    await bench.clock.advance(31_000)
    expect(eventKinds(bench).at(-1)).toBe('stream.resumed')
    const opens = bench.camera.opens
    bench.camera.silent = true
    await bench.clock.advance(30_000)
    expect(eventKinds(bench).at(-1)).toBe('stream.lost')
    expect(bench.camera.opens).toBeGreaterThan(opens)
    await stopSession(bench, session)
  })
})

describe('the model', () => {
  it('that says it cannot keep up makes the stream degraded, in its words, until it does', async () => {
    let trouble: string | undefined = 'This machine cannot keep up.'
    const bench = sessionBench({ verdict: () => (trouble ? { trouble } : {}) })
    const session = bench.start()
    await bench.clock.advance(3000)
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({
      state: 'degraded',
      reason: 'This machine cannot keep up.',
    })
    trouble = undefined
    await bench.clock.advance(2000)
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'running', reason: null })
    expect(eventKinds(bench)).toEqual(['stream.started'])
    await stopSession(bench, session)
  })

  it('that is away is silent with words, told after ten seconds, and told again when it is back', async () => {
    let isAway = false
    const bench = sessionBench({
      verdict: () => {
        if (isAway) throw new RetryableError('MODEL_UNREACHABLE', 'The model server refused the connection.')
        return {}
      },
    })
    const session = bench.start()
    await bench.clock.advance(2500)
    isAway = true
    await bench.clock.advance(5000)
    expect(eventKinds(bench)).toEqual(['stream.started'])
    await bench.clock.advance(10_000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'model.lost'])
    expect(bench.store.decisions.at(-1)).toMatchObject({
      action: 'silence',
      reason: 'model-unreachable',
      text: 'The model server refused the connection.',
      visualTokens: 0,
    })
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({
      state: 'degraded',
      nodes: { model: { tone: 'bad' } },
    })
    isAway = false
    await bench.clock.advance(2000)
    expect(eventKinds(bench)).toEqual(['stream.started', 'model.lost', 'model.resumed'])
    await stopSession(bench, session)
  })

  it('keeps its session when another worker takes over, and its memory is handed on', async () => {
    const memory = { longTerm: 'A kitchen.', midTerm: [] }
    const bench = sessionBench({ verdict: () => ({ memory }) })
    const first = bench.start()
    await bench.clock.advance(5500)
    await stopSession(bench, first, new StoppedError('This worker is shutting down; another one takes over.'))
    expect(bench.model.closed).toEqual([])
    expect(eventKinds(bench)).toEqual(['stream.started'])
    const saved = bench.store.saved.get('flow1-cam')
    expect(saved?.tick).toBe(6)
    const second = bench.start({
      generation: 2,
      resume: {
        tick: 6,
        mediaTimeS: 5,
        states: saved?.states ?? {},
        status: bench.store.statuses.get('flow1-cam') ?? null,
      },
    })
    await bench.clock.advance(1500)
    // Twelve seconds went by meanwhile.
    expect(bench.model.ticks.at(6)?.tick).toBe(19)
    expect(bench.model.opened.at(-1)?.config).toMatchObject({ restore: memory })
    await stopSession(bench, second)
  })

  it('gets questions and answers at its next tick, and they are used up with it', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(2500)
    bench.store.inputs.push({
      id: 'q1',
      streamId: 'flow1-cam',
      node: 'model',
      port: 'query',
      message: {
        id: 'q1',
        eventId: 'q1',
        at: '2026-01-01T00:00:00Z',
        text: 'Is the door open?',
        source: { flow: 'flow1', node: 'model', stream: 'flow1-cam' },
      },
    })
    bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await bench.clock.advance(1000)
    expect(bench.model.ticks.at(-1)?.instruction).toBe('Warn of falls.\n\nA person asks you now: Is the door open?')
    expect(bench.store.inputs).toEqual([])
    await stopSession(bench, session)
  })
})

describe('the database', () => {
  it('may go away: decisions wait, commits go out in order once it is back', async () => {
    const bench = sessionBench({
      verdict: (_request, n) => (n === 6 || n === 9 ? { action: 'response', text: `Alert ${n}.` } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(3900)
    bench.store.goAway()
    await bench.clock.advance(8000)
    expect(bench.bus.messages.findLast((message) => message.type === 'status')).toMatchObject({
      status: { state: 'degraded', reason: expect.stringContaining('database') as string },
    })
    bench.store.comeBack()
    await bench.clock.advance(9000)
    expect(bench.store.events.filter((event) => event.kind === 'response.given').map((event) => event.text)).toEqual([
      'Alert 6.',
      'Alert 9.',
    ])
    const ticks = bench.store.decisions.map((decision) => decision.tick).sort((a, b) => a - b)
    expect(ticks).toEqual(Array.from({ length: ticks.length }, (_unused, index) => index + 1))
    expect(eventKinds(bench)).not.toContain('decisions.lost')
    await stopSession(bench, session)
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
    await stopSession(bench, session)
  })

  it('that says another worker has the stream ends the session without another word', async () => {
    const bench = sessionBench()
    const session = bench.start()
    await bench.clock.advance(2500)
    bench.store.generations.set('flow1-cam', 2)
    await bench.clock.advance(8000)
    expect(await session.ended).toEqual({ state: 'stopped', reason: 'Another worker has taken this stream over.' })
    expect(eventKinds(bench)).toEqual(['stream.started'])
    expect(bench.model.closed).toEqual([])
  })
})
