// Flows, revisions, checking and deploying over HTTP.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'

interface Stored {
  id: string
  revision: number
  document: Record<string, unknown>
}
interface Refusal {
  error: {
    code: string
    message: string
    problems: { node: string | null; port: string | null; field: string | null; code: string }[]
  }
}

const at = { x: 0, y: 0 }
const drawn = {
  format: 'heed.flow/1',
  name: 'Yard',
  'x-mine': { kept: true },
  nodes: [
    {
      id: 'cam',
      type: 'camera-source',
      version: 1,
      position: { ...at, z: 3 },
      config: { kind: 'url', url: 'http://10.0.0.7/video' },
      colour: 'red',
    },
    { id: 'tell', type: 'teller', version: 1, position: at, config: { title: 'Hello' } },
  ],
  wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'tell', port: 'frames' }, bend: 2 }],
}
const broken = {
  ...drawn,
  nodes: [
    { ...drawn.nodes[0], config: { kind: 'carrier pigeon' } },
    { ...drawn.nodes[1], config: {} },
  ],
}

let deps: MemoryApi
let bench: ApiBench
beforeEach(async () => {
  deps = memoryApi()
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

async function save(document: unknown = drawn): Promise<Stored> {
  const answer = await bench.call<Stored>('POST', '/api/flows', { body: document })
  expect(answer.status).toBe(201)
  return answer.body
}

describe('saving a flow', () => {
  it('keeps every key it does not know', async () => {
    const created = await bench.call<Stored>('POST', '/api/flows', { body: drawn })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ revision: 1, document: drawn })
    expect(created.headers).toMatchObject({ etag: '"1"', location: `/api/flows/${created.body.id}` })
    const read = await bench.call<Stored>('GET', `/api/flows/${created.body.id}`)
    expect(read.body.document).toEqual(drawn)
    expect(read.headers.etag).toBe('"1"')
    expect((await bench.call<{ flows: unknown[] }>('GET', '/api/flows')).body.flows).toMatchObject([
      { id: created.body.id, name: 'Yard', revision: 1, state: 'stopped' },
    ])
  })

  it('takes a flow whose nodes are unknown or not set yet: only a deploy needs more', async () => {
    await save({
      ...drawn,
      nodes: [{ id: 'n', type: 'from-the-future', version: 9, position: at, config: {} }],
      wires: [],
    })
  })

  it('refuses what is not a flow, with every place', async () => {
    const bad = {
      ...drawn,
      name: '',
      nodes: [
        { ...drawn.nodes[0], position: 'left', config: null },
        { ...drawn.nodes[1], id: 'a b' },
      ],
      wires: [{ from: 1 }],
    }
    const answer = await bench.call<Refusal>('POST', '/api/flows', { body: bad })
    expect([answer.status, answer.body.error.code]).toEqual([422, 'FLOW_INVALID'])
    expect(answer.body.error.problems.length).toBeGreaterThanOrEqual(4)
    expect(answer.body.error.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ node: 'cam' }),
        expect.objectContaining({ code: 'WIRE_MALFORMED' }),
      ]),
    )
    for (const other of [[], { format: 'heed.flow/7' }, {}]) {
      expect((await bench.call('POST', '/api/flows', { body: other })).status).toBe(422)
    }
    expect((await bench.call<{ flows: unknown[] }>('GET', '/api/flows')).body.flows).toEqual([])
  })

  it('answers 404 for a flow that is not there', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/check'],
      ['POST', '/deploy'],
      ['POST', '/stop'],
      ['GET', '/status'],
      ['GET', '/revisions'],
      ['GET', '/decisions'],
    ] as const) {
      const answer = await bench.call<Refusal>(method, `/api/flows/nope${path}`)
      expect([method, path, answer.status, answer.body.error.code]).toEqual([method, path, 404, 'FLOW_NOT_FOUND'])
    }
  })
})

describe('changing a flow', () => {
  const put = (id: string, ifMatch: string | undefined, name: string) =>
    bench.call<Stored & Refusal>('PUT', `/api/flows/${id}`, {
      body: { ...drawn, name },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    })

  it.each(['"1"', '1', 'W/"1"', ' "1" '])('takes the revision as %s', async (ifMatch) => {
    const answer = await put((await save()).id, ifMatch, 'Second')
    expect([answer.status, answer.body.revision, answer.headers.etag]).toEqual([200, 2, '"2"'])
  })

  it('wants to know the revision', async () => {
    const { id } = await save()
    const missing = await put(id, undefined, 'Blind')
    expect([missing.status, missing.body.error.code]).toEqual([428, 'FLOW_IF_MATCH_MISSING'])
    for (const ifMatch of ['*', '"1", "2"', 'abc', '"-1"']) {
      const wrong = await put(id, ifMatch, 'Blind')
      expect([wrong.status, wrong.body.error.code]).toEqual([400, 'FLOW_IF_MATCH_INVALID'])
    }
  })

  it('loses neither side when two people save', async () => {
    const { id } = await save()
    const told: LiveMessage[] = []
    deps.bus.subscribe((message) => told.push(message))
    expect((await put(id, '"1"', 'Hers')).status).toBe(200)
    expect(told).toEqual([{ type: 'saved', flow: id, revision: 2 }])
    const stale = await put(id, '"1"', 'His')
    expect([stale.status, stale.body.error.code]).toEqual([409, 'FLOW_REVISION_STALE'])
    expect(Object.keys(stale.body.error).sort()).toEqual(['code', 'message', 'problems', 'requestId'])
    expect((await bench.call<Stored>('GET', `/api/flows/${id}`)).body).toMatchObject({
      revision: 2,
      document: { name: 'Hers' },
    })
  })

  it('tells others which window has it open, and keeps nothing of it', async () => {
    const { id } = await save()
    const told: LiveMessage[] = []
    deps.bus.subscribe((message) => told.push(message))
    const path = `/api/flows/${id}/presence`
    expect((await bench.call('POST', path, { body: { window: 'w1', node: 'cam' } })).status).toBe(204)
    expect((await bench.call('POST', path, { body: { node: 'cam' } })).status).toBe(400)
    expect(told).toEqual([{ type: 'presence', flow: id, window: 'w1', node: 'cam', isGone: false }])
  })

  it('lists revisions and brings one back as a new one', async () => {
    const { id } = await save()
    await put(id, '"1"', 'Second')
    expect(
      (await bench.call<{ revisions: unknown[] }>('GET', `/api/flows/${id}/revisions`)).body.revisions,
    ).toMatchObject([{ revision: 2, nodes: 2 }, { revision: 1 }])
    expect((await bench.call<Stored>('GET', `/api/flows/${id}/revisions/1`)).body).toMatchObject({
      revision: 1,
      document: { name: 'Yard' },
    })
    const restored = await bench.call<Stored>('POST', `/api/flows/${id}/revisions/1/restore`)
    expect([restored.status, restored.body.revision, restored.body.document.name, restored.headers.etag]).toEqual([
      200,
      3,
      'Yard',
      '"3"',
    ])
    const name = (revision: string, title: string) =>
      bench.call('PUT', `/api/flows/${id}/revisions/${revision}`, { body: { title } })
    expect((await name('2', '  Before the holidays ')).status).toBe(204)
    const as = await bench.signIn()
    await bench.call('POST', `/api/flows/${id}/revisions/2/restore`, { as, headers: { origin: bench.url } })
    type Listed = { revisions: { title: string | null; savedBy: { by: string } | null }[] }
    const { body } = await bench.call<Listed>('GET', `/api/flows/${id}/revisions`)
    expect(body.revisions.map(({ title, savedBy }) => [title, savedBy?.by])).toEqual([
      [null, 'browser'],
      [null, 'token'],
      ['Before the holidays', 'token'],
      [null, 'token'],
    ])
    expect([(await name('9', 'x')).status, (await name('2', '')).status]).toEqual([404, 204])
    for (const revision of ['9', '0', 'x', '1e99'])
      expect((await bench.call('POST', `/api/flows/${id}/revisions/${revision}/restore`)).status).toBe(404)
  })

  it('stops a running flow before it is deleted', async () => {
    const { id } = await save()
    await bench.call('POST', `/api/flows/${id}/deploy`)
    expect((await bench.call('DELETE', `/api/flows/${id}`)).status).toBe(204)
    expect(deps.told.map(({ order }) => order)).toEqual(['start', 'stop'])
    expect((await bench.call('GET', `/api/flows/${id}`)).status).toBe(404)
  })
})

describe('checking and deploying', () => {
  it('reports every problem on its place and starts nothing', async () => {
    const { id } = await save(broken)
    const check = await bench.call<{ problems: Refusal['error']['problems'] }>('POST', `/api/flows/${id}/check`)
    expect(check.status).toBe(200)
    expect(check.body.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ node: 'cam', field: 'kind', severity: 'error' }),
        expect.objectContaining({ node: 'tell', field: 'title', severity: 'error' }),
      ]),
    )
    const deploy = await bench.call<Refusal>('POST', `/api/flows/${id}/deploy`)
    expect([deploy.status, deploy.body.error.code]).toEqual([422, 'FLOW_NOT_DEPLOYABLE'])
    expect(deploy.body.error.problems).toEqual(check.body.problems)
    expect(deps.told).toEqual([])
  })

  it('says before what a deploy would change, also of a drawing that cannot be deployed yet', async () => {
    const { id } = await save()
    const preview = async (of: string) => {
      const { status, body } = await bench.call<{ changes: unknown; problems: { code: string }[] }>(
        'GET',
        `/api/flows/${of}/deploy/preview`,
      )
      return [status, body.changes, body.problems.length > 0]
    }
    const changes = (of: string) => ({ kept: [], changed: [], restarted: [], started: [`${of}-cam`], stopped: [] })
    expect(await preview(id)).toEqual([200, changes(id), false])
    const unfinished = await save(broken)
    expect(await preview(unfinished.id)).toEqual([200, changes(unfinished.id), true])
    expect(deps.told).toEqual([])
  })

  it('checks a document that is not saved yet', async () => {
    const { id } = await save()
    expect((await bench.call('POST', `/api/flows/${id}/check`)).body).toEqual({ problems: [] })
    expect((await bench.call('POST', `/api/flows/${id}/check`, { body: {} })).body).toEqual({ problems: [] })
    const answer = await bench.call<{ problems: unknown[] }>('POST', `/api/flows/${id}/check`, { body: broken })
    expect(answer.body.problems.length).toBeGreaterThan(1)
    expect((await bench.call<Stored>('GET', `/api/flows/${id}`)).body.revision).toBe(1)
  })

  it('knows the connections there are', async () => {
    const withConnection = {
      ...drawn,
      nodes: [drawn.nodes[0], { ...drawn.nodes[1], config: { title: 'x', connection: 'hook' } }],
    }
    const { id } = await save(withConnection)
    expect((await bench.call<Refusal>('POST', `/api/flows/${id}/deploy`)).body.error.problems).toMatchObject([
      { node: 'tell', field: 'connection', code: 'NODE_CONNECTION_MISSING' },
    ])
    await bench.call('POST', '/api/connections', { body: { name: 'hook', kind: 'webhook' } })
    expect((await bench.call('POST', `/api/flows/${id}/deploy`)).status).toBe(202)
  })

  it('starts the saved revision, stops the one before, and stops on request', async () => {
    const { id } = await save()
    const first = await bench.call<{ deployment: Record<string, unknown> }>('POST', `/api/flows/${id}/deploy`)
    expect([first.status, first.body]).toMatchObject([
      202,
      { deployment: { id: 'd1', revision: 1, state: 'starting' } },
    ])
    await bench.call('POST', `/api/flows/${id}/deploy`)
    expect(deps.told).toEqual([
      { order: 'start', refs: [{ streamId: `${id}-cam`, run: 1 }] },
      { order: 'stop', refs: [{ streamId: `${id}-cam`, run: 1 }] },
      { order: 'start', refs: [{ streamId: `${id}-cam`, run: 2 }] },
    ])
    expect((await bench.call('GET', `/api/flows/${id}/status`)).body).toEqual({
      state: 'starting',
      deployment: { id: 'd2', revision: 1, state: 'starting' },
      streams: [],
      receivers: [],
    })
    const stopped = await bench.call('POST', `/api/flows/${id}/stop`)
    expect([stopped.status, stopped.body]).toEqual([202, { deployment: { id: 'd2', revision: 1, state: 'stopped' } }])
    expect((await bench.call('POST', `/api/flows/${id}/stop`)).body).toEqual({ deployment: null })
  })

  it('is deployed even while the queue is away: the wish is in the store', async () => {
    deps.streams.start = async () => {
      throw new Error('connection refused')
    }
    const { id } = await save()
    expect((await bench.call('POST', `/api/flows/${id}/deploy`)).status).toBe(202)
    expect(deps.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: expect.objectContaining({ flow: id }) as object }),
    )
  })
})
