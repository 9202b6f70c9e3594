// Events, their pictures and the timeline over HTTP.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DecisionQuery, EventQuery, EventView } from '../../runtime/history/records.ts'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string; problems: { field: string | null }[] }
}

const event: EventView = {
  id: 'e1',
  kind: 'response.given',
  flow: 'f1',
  revision: 1,
  stream: 'f1-cam',
  node: 'model',
  at: '2026-01-01T00:00:00.000Z',
  mediaTimeS: 12,
  text: 'A person has fallen.',
  fields: {},
  frame: { url: '/api/events/e1/frame' },
  acknowledgedAt: null,
  acknowledgedBy: null,
  alert: true,
  incident: null,
  verdict: null,
  deliveries: [],
}
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])

let deps: MemoryApi
let bench: ApiBench
beforeEach(async () => {
  deps = memoryApi()
  deps.eventRows.set('e1', event)
  deps.eventRows.set('e2', { ...event, id: 'e2', frame: null })
  deps.frames.set('e1', jpeg)
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

describe('events', () => {
  it('are read one by one, newest first, and acknowledged by whoever asks', async () => {
    expect((await bench.call<{ events: EventView[] }>('GET', '/api/events')).body).toMatchObject({
      events: [{ id: 'e2' }, { id: 'e1' }],
      next: null,
    })
    expect((await bench.call('GET', '/api/events/e1')).body).toEqual(event)
    expect((await bench.call('POST', '/api/events/e1/acknowledge')).body).toMatchObject({ acknowledgedBy: 'token' })
    const owner = await bench.signIn()
    expect(
      (await bench.call('POST', '/api/events/e2/acknowledge', { as: owner, headers: { origin: bench.url } })).body,
    ).toMatchObject({ acknowledgedBy: 'owner' })
    expect((await bench.call<Refusal>('GET', '/api/events/nope')).body.error.code).toBe('EVENT_NOT_FOUND')
  })

  it('are told to every open browser once somebody has seen them', async () => {
    const told: LiveMessage[] = []
    deps.bus.subscribe((message) => told.push(message))
    await bench.call('POST', '/api/events/e1/acknowledge')
    await bench.call('POST', '/api/events/e1/acknowledge')
    expect(told).toEqual([
      { type: 'seen', flow: 'f1', ids: ['e1'], at: expect.stringMatching(/^2026/) as string, by: 'token' },
    ])
    expect((await bench.call('GET', '/api/events?only=unseen')).body).toMatchObject({ total: 1, unseen: 1 })
    expect((await bench.call<Refusal>('GET', '/api/events?only=some')).body.error.problems[0]?.field).toBe('only')
  })

  it('have their way written out: by the node types, by the deliveries, with the names of the flow', async () => {
    deps.events.trace = async (id) => ({
      event: id,
      flow: 'f1',
      revision: 1,
      steps: [
        { at: event.at, node: 'model', type: null, what: 'passed', code: 'spoke' },
        { at: event.at, node: 'tell', type: null, what: 'failed', code: 'failed', detail: 'Nobody is there.' },
      ],
    })
    expect((await bench.call('GET', '/api/events/e1/trace')).body).toMatchObject({
      event: 'e1',
      steps: [
        { node: 'model', what: 'passed', reason: 'It said so.' },
        { node: 'tell', what: 'failed', reason: 'Nobody is there.' },
      ],
    })
  })

  it('take a verdict and nothing else, and say how often a flow is right', async () => {
    const judge = (verdict: unknown) => bench.call<Refusal>('PUT', '/api/events/e1/verdict', { body: { verdict } })
    expect((await judge('right')).body).toMatchObject({ id: 'e1', verdict: 'right' })
    expect((await judge('maybe')).body.error.problems[0]?.field).toBe('verdict')
    expect((await judge(null)).body).toMatchObject({ verdict: null })
    expect((await bench.call('GET', '/api/flows/none/precision')).status).toBe(404)
  })

  it('hand the store a query it can rely on', async () => {
    const seen: EventQuery[] = []
    deps.events.list = async (query) => {
      seen.push(query)
      return { events: [], next: 'more', total: 12, unseen: 3 }
    }
    expect((await bench.call('GET', '/api/events')).body).toEqual({
      events: [],
      next: 'more',
      total: 12,
      unseen: 3,
    })
    await bench.call(
      'GET',
      '/api/events?flow=f1&kind=response.given&q=fallen%20person&from=2026-03-01&to=2026-03-01T08:00:00%2B02:00&limit=9999&cursor=abc&other=1&q=second',
    )
    await bench.call('GET', '/api/events?flow=&limit=')
    expect(seen).toEqual([
      { limit: 50 },
      {
        flow: 'f1',
        kind: 'response.given',
        q: 'fallen person',
        from: '2026-03-01T00:00:00.000Z',
        to: '2026-03-01T06:00:00.000Z',
        limit: 500,
        cursor: 'abc',
      },
      { limit: 50 },
    ])
  })

  it.each(['limit=0', 'limit=-1', 'limit=many', 'from=yesterday', 'to=noon', `q=${'x'.repeat(501)}`])(
    'refuse the query %s',
    async (query) => {
      const answer = await bench.call<Refusal>('GET', `/api/events?${query}`)
      expect([answer.status, answer.body.error.code]).toEqual([400, 'HTTP_QUERY_WRONG'])
      expect(answer.body.error.problems).toMatchObject([{ field: query.split('=', 1)[0] }])
    },
  )

  it('give their picture to keep, or say that there is none', async () => {
    const answer = await bench.call('GET', '/api/events/e1/frame')
    expect([...answer.bytes]).toEqual([...jpeg])
    expect(answer.headers).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=31536000, immutable',
      'cross-origin-resource-policy': 'same-origin',
    })
    const none = await bench.call<Refusal>('GET', '/api/events/e2/frame')
    expect([none.status, none.body.error.code, none.headers['cache-control']]).toEqual([
      404,
      'EVENT_FRAME_MISSING',
      'no-store',
    ])
  })
})

describe('the timeline', () => {
  it('asks the store for one flow', async () => {
    const seen: DecisionQuery[] = []
    deps.events.decisions = async (query) => {
      seen.push(query)
      return { decisions: [], next: null }
    }
    const flow = await bench.call<{ id: string }>('POST', '/api/flows', {
      body: { format: 'heed.flow/1', name: 'x', nodes: [], wires: [] },
    })
    expect(
      (await bench.call('GET', `/api/flows/${flow.body.id}/decisions?stream=s1&limit=10&flow=other`)).body,
    ).toEqual({ decisions: [], next: null })
    expect(seen).toEqual([{ flow: flow.body.id, stream: 's1', limit: 10 }])
  })
})

describe('a list of events as a file', () => {
  it('holds every page, safe for a spreadsheet, and as JSON', async () => {
    deps.eventRows.set('e3', { ...event, id: 'e3', text: '=HYPERLINK("http://x")', alert: false })
    for (let nth = 0; nth < 600; nth++) deps.eventRows.set(`m${nth}`, { ...event, id: `m${nth}`, text: 'many' })
    const csv = await bench.call<string>('GET', '/api/events/export?form=csv')
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="heed-events.csv"',
    })
    const rows = csv.bytes.toString().split('\r\n')
    expect(rows[0]).toContain('"at","flow","stream"')
    expect(rows).toHaveLength(603 + 2)
    expect(csv.bytes.toString()).toContain(`"'=HYPERLINK(""http://x"")"`)
    const json = (await bench.call<{ events: { id: string }[] }>('GET', '/api/events/export?form=json&q=fallen')).body
    expect(json.events.map(({ id }) => id)).toEqual(['e2', 'e1'])
    expect((await bench.call<Refusal>('GET', '/api/events/export?form=xls')).body.error.problems[0]?.field).toBe('form')
  })
})

describe('pictures of the past', () => {
  const at = Date.parse('2026-01-01T00:00:00.000Z')
  const instant = (seconds: number): string => new Date(at + seconds * 1000).toISOString()
  beforeEach(() => {
    deps.deployments.streamFlow = async (id) => (id === 'f1-cam' ? 'f1' : undefined)
    deps.film = {
      list: async () => [
        { atMs: at, event: 'e1' },
        { atMs: at + 1000, event: null },
      ],
      nearest: async (_stream, atMs) => (Math.abs(atMs - at) < 90_000 ? { atMs: at, event: 'e1' } : undefined),
      jpeg: async (_stream, atMs) => (atMs === at + 1000 ? jpeg : undefined),
    }
    const stretch = { from: instant(10), to: instant(20), perS: 1, filters: [] }
    const kept = { stream: 'f1-cam', camera: 'cam', bytes: 1, from: instant(10), to: instant(20), stretches: [stretch] }
    deps.recordings = {
      ...deps.recordings,
      list: async () => [kept, { ...kept, camera: 'door' }],
      pictureAt: async ({ camera }, atMs) =>
        camera === 'cam' && atMs >= at + 10_000 && atMs <= at + 20_000 ? { atMs, jpeg } : undefined,
    }
  })

  it('are listed with what was recorded, wherever they are kept, and lead to their bytes', async () => {
    const span = `from=${instant(-60)}&to=${instant(60)}`
    const { body } = await bench.call<{ pictures: { url: string }[] }>('GET', `/api/streams/f1-cam/pictures?${span}`)
    expect(body).toEqual({
      pictures: [
        { at: instant(0), kind: 'event', event: 'e1', url: '/api/events/e1/frame' },
        { at: instant(1), kind: 'around', event: null, url: `/api/streams/f1-cam/pictures/${at + 1000}` },
      ],
      stretches: [{ from: instant(10), to: instant(20) }],
    })
    const picture = await bench.call('GET', body.pictures[1]?.url ?? '')
    expect(picture.headers).toMatchObject({ 'content-type': 'image/jpeg' })
    expect(picture.bytes).toEqual(Buffer.from(jpeg))
    const missing = await bench.call<Refusal>('GET', '/api/streams/f1-cam/pictures/12')
    expect(missing.body.error.code).toBe('RECORDING_NO_PICTURE')
  })

  it('are found by a moment: the nearest there is, or none', async () => {
    const near = async (seconds: number) =>
      (await bench.call('GET', `/api/streams/f1-cam/pictures/nearest?at=${instant(seconds)}`)).body
    expect(await near(3)).toMatchObject({ picture: { event: 'e1' } })
    expect(await near(15)).toEqual({
      picture: {
        at: instant(15),
        kind: 'recorded',
        event: null,
        url: `/api/flows/f1/recordings/cam/frame?at=${encodeURIComponent(instant(15))}`,
      },
    })
    expect(await near(3600)).toEqual({ picture: null })
    expect((await bench.call<Refusal>('GET', '/api/streams/nope/pictures/nearest?at=x')).status).toBe(400)
    const unknown = await bench.call<Refusal>('GET', `/api/streams/nope/pictures/nearest?at=${instant(0)}`)
    expect(unknown.body.error.code).toBe('STREAM_NOT_FOUND')
  })
})
