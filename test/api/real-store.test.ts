// The routes over the store they will run on: real Postgres, real migrations, nothing else replaced.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventView } from '../../runtime/history/records.ts'
import { closeStore, event, openStore, startMs, tickCommit } from '../store/samples.ts'
import type { StoreUnderTest } from '../store/samples.ts'
import { ownerPassword, startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'
import { ofKind } from '../support/connection-kinds.ts'

interface Stored {
  id: string
  revision: number
  document: Record<string, unknown>
}
interface Refusal {
  error: { code: string; message: string; problems: { node: string | null; field: string | null }[] }
}

const at = { x: 0, y: 0 }
const drawn = {
  'x-mine': { kept: [1, null, 'ü'] },
  format: 'heed.flow/1',
  name: 'Yard',
  nodes: [
    {
      id: 'cam',
      type: 'camera-source',
      version: 1,
      position: at,
      config: { kind: 'url', url: 'http://10.0.0.7/video' },
      colour: 'red',
    },
    { id: 'tell', type: 'teller', version: 1, position: at, config: { title: 'Hello' } },
  ],
  wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'tell', port: 'frames' } }],
}

describe('the API on Postgres', () => {
  let under: StoreUnderTest
  let deps: MemoryApi
  let bench: ApiBench
  beforeAll(async () => {
    under = await openStore()
    const { flows, deployments, connections, events, accounts, ping } = under.store
    deps = memoryApi({
      nowMs: () => under.clock.ms,
      flows,
      deployments,
      connections,
      events,
      accounts,
      pingDatabase: ping,
    })
    bench = await startApi(deps)
  })
  afterAll(async () => {
    await bench.stop()
    await closeStore(under)
  })

  const save = async (document: unknown = drawn): Promise<Stored> => {
    const answer = await bench.call<Stored>('POST', '/api/flows', { body: document })
    expect([answer.status, answer.headers.etag]).toEqual([201, '"1"'])
    return answer.body
  }
  const deploy = async (): Promise<{ flow: string; stream: string; run: number }> => {
    const { id } = await save()
    expect((await bench.call('POST', `/api/flows/${id}/deploy`)).status).toBe(202)
    const { streamId, run } = deps.told.at(-1)?.refs[0] ?? { streamId: '', run: 0 }
    return { flow: id, stream: streamId, run }
  }

  it('deploys an earlier version where one is named: what ran until Stop runs again, not what was drawn since', async () => {
    const { flow } = await deploy()
    const changed = { ...drawn, name: 'Drawn since' }
    await bench.call('PUT', `/api/flows/${flow}`, { body: changed, headers: { 'if-match': '"1"' } })
    expect((await bench.call('POST', `/api/flows/${flow}/stop`)).status).toBe(202)
    const again = await bench.call<{ deployment: { revision: number } }>('POST', `/api/flows/${flow}/deploy`, {
      body: { revision: 1 },
    })
    expect([again.status, again.body.deployment.revision]).toEqual([202, 1])
    const none = await bench.call<Refusal>('POST', `/api/flows/${flow}/deploy`, { body: { revision: 9 } })
    expect([none.status, none.body.error.code]).toEqual([404, 'FLOW_REVISION_NOT_FOUND'])
    const odd = await bench.call('POST', `/api/flows/${flow}/deploy`, { body: { revision: 'newest' } })
    expect(odd.status).toBe(400)
  })

  it('asks for a login again when its address is moved, at check and deploy, and never opens it without', async () => {
    const at = (host: string, login: string) => ({
      ...drawn,
      nodes: [
        { ...drawn.nodes[0], config: { kind: 'url', url: `http://${login}@${host}/video?token=***` } },
        drawn.nodes[1],
      ],
    })
    const { id } = await save(at('10.0.0.7', 'admin:12#34'))
    const put = async (document: unknown, revision: number) =>
      (await bench.call('PUT', `/api/flows/${id}`, { body: document, headers: { 'if-match': `${revision}` } })).status
    const problemsOf = async (document?: unknown) =>
      (await bench.call<Refusal['error']>('POST', `/api/flows/${id}/check`, { body: document })).body.problems
    const words = (lost: string) => [
      { node: 'cam', field: 'url', code: 'NODE_SECRET_AGAIN', message: `${lost} Enter it again in place of ***.` },
    ]
    expect(await problemsOf()).toMatchObject(words('No secret is kept here for 10.0.0.7:80.'))
    const moved = 'The login of this address was given for 10.0.0.7:80 and does not go to 10.0.0.8:80.'
    expect(await problemsOf(at('10.0.0.8', '***'))).toMatchObject(words(moved))
    expect(await put(at('10.0.0.8', '***'), 1)).toBe(200)
    const refused = await bench.call<Refusal>('POST', `/api/flows/${id}/deploy`)
    expect([refused.status, refused.body.error.problems]).toMatchObject([422, words(moved)])
    const { fillCredentials } = under.store.flows
    expect(await fillCredentials(id, 'cam', 'http://***@10.0.0.8/')).toBe('http://***@10.0.0.8/')
    expect(await put(drawn, 2)).toBe(200)
    expect((await bench.call('POST', `/api/flows/${id}/deploy`)).status).toBe(202)
    await bench.call('DELETE', `/api/flows/${id}`)
  })

  it('signs the owner in, slides the session and ends it', async () => {
    expect((await bench.call('GET', '/api/me', { as: 'none' })).body).toEqual({ signedIn: false, hasOwner: false })
    const session = await bench.signIn()
    expect((await bench.call('GET', '/api/me', { as: session })).body).toEqual({ signedIn: true, hasOwner: true })
    const link = new URL(bench.api.createSignInLink()).searchParams.get('token')
    const second = await bench.call<Refusal>('POST', '/api/sign-in/claim', {
      as: 'none',
      body: { token: link, password: 'another person here' },
    })
    expect([second.status, second.body.error.code]).toEqual([409, 'AUTH_OWNER_EXISTS'])
    expect((await bench.call('POST', '/api/sign-in', { as: 'none', body: { password: ownerPassword } })).status).toBe(
      200,
    )
    const dayMs = 24 * 3600_000
    for (const [days, status] of [
      [29, 200],
      [58, 200],
      [89, 401],
    ] as const) {
      under.clock.ms = startMs + days * dayMs
      expect([days, (await bench.call('GET', '/api/flows', { as: session })).status]).toEqual([days, status])
    }
    under.clock.ms = startMs
  })

  it('saves, changes, lists, restores and deletes flows', async () => {
    const { id } = await save()
    const read = await bench.call<Stored>('GET', `/api/flows/${id}`)
    expect(JSON.stringify(read.body.document)).toBe(JSON.stringify(drawn))
    const put = (ifMatch: string, name: string) =>
      bench.call<Stored & Refusal>('PUT', `/api/flows/${id}`, {
        body: { ...drawn, name },
        headers: { 'if-match': ifMatch },
      })
    expect((await put('"1"', 'Hers')).body.revision).toBe(2)
    const stale = await put('"1"', 'His')
    expect([stale.status, stale.body.error.code]).toEqual([409, 'FLOW_REVISION_STALE'])
    const together = await Promise.all(Array.from({ length: 5 }, (_, n) => put('"2"', `Tab ${n}`)))
    expect(together.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409])
    expect((await bench.call<Stored>('POST', `/api/flows/${id}/revisions/1/restore`)).body).toMatchObject({
      revision: 4,
      document: { name: 'Yard' },
    })
    expect(
      (await bench.call<{ revisions: unknown[] }>('GET', `/api/flows/${id}/revisions`)).body.revisions,
    ).toMatchObject([{ revision: 4, nodes: 2, deployed: false }, { revision: 3 }, { revision: 2 }, { revision: 1 }])
    expect((await bench.call('DELETE', `/api/flows/${id}`)).status).toBe(204)
    expect((await bench.call<Refusal>('GET', `/api/flows/${id}`)).body.error.code).toBe('FLOW_NOT_FOUND')
  })

  it("never gives back a camera's password", async () => {
    const withPassword = {
      ...drawn,
      nodes: [
        { ...drawn.nodes[0], config: { kind: 'url', url: 'http://admin:hunter2@10.0.0.7/video' } },
        drawn.nodes[1],
      ],
    }
    const { id } = await save(withPassword)
    for (const path of ['', '/revisions/1', '/revisions'])
      expect((await bench.call('GET', `/api/flows/${id}${path}`)).bytes.toString()).not.toContain('hunter2')
    expect((await bench.call('POST', `/api/flows/${id}/check`)).body).toEqual({ problems: [] })
    expect(JSON.stringify(deps.lines)).not.toContain('hunter2')
  })

  it('deploys, shows the state and stops', async () => {
    const { flow, stream, run } = await deploy()
    expect([stream, run]).toEqual([`${flow}-cam`, 1])
    expect((await bench.call('GET', `/api/flows/${flow}/status`)).body).toMatchObject({
      state: 'starting',
      deployment: { revision: 1 },
      streams: [{ id: stream, source: 'cam' }],
    })
    expect(
      (await bench.call<{ flows: { id: string; state: string }[] }>('GET', '/api/flows')).body.flows.find(
        ({ id }) => id === flow,
      )?.state,
    ).toBe('starting')
    expect((await bench.call('POST', `/api/flows/${flow}/stop`)).body).toMatchObject({
      deployment: { revision: 1, state: 'stopped' },
    })
    expect(deps.told.at(-1)).toEqual({ order: 'stop', refs: [{ streamId: stream, run: 1 }] })
    expect((await bench.call('GET', `/api/flows/${flow}/status`)).body).toMatchObject({ state: 'stopped' })
  })

  it('shows events page by page with their pictures, and the timeline', async () => {
    const { flow, stream, run } = await deploy()
    const order = await under.store.queue.claimStream({ streamId: stream, run })
    const key = { streamId: stream, run, generation: order?.generation ?? 0 }
    const frame = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3])
    for (let tick = 1; tick <= 3; tick++) {
      const id = `${stream}-${tick}`
      const row = event(key, flow, id, {
        tick,
        at: new Date(startMs + tick * 1000).toISOString(),
        text: `A person fell, number ${tick}.`,
        frame: tick === 3 ? frame : null,
      })
      await under.store.engine.commitTick(tickCommit(key, flow, tick, { events: [row], actions: [] }))
    }
    const page = (query: string) =>
      bench.call<{ events: EventView[]; next: string | null }>(
        'GET',
        `/api/events?flow=${flow}&kind=response.given&${query}`,
      )
    const first = await page('limit=2&q=person%20fell')
    expect(first.body.events.map(({ mediaTimeS, text, flow: of }) => [mediaTimeS, text, of])).toEqual([
      [1, 'A person fell, number 3.', flow],
      [1, 'A person fell, number 2.', flow],
    ])
    const second = await page(`limit=2&q=person%20fell&cursor=${first.body.next ?? ''}`)
    expect([second.body.events.length, second.body.next]).toEqual([1, null])
    expect((await page('q=elephant')).body.events).toEqual([])
    expect((await page('cursor=nonsense')).status).toBe(400)

    const newest = first.body.events[0]
    const picture = await bench.call('GET', newest?.frame?.url ?? '')
    expect([picture.headers['content-type'], [...picture.bytes]]).toEqual(['image/jpeg', [...frame]])
    expect((await bench.call('GET', `/api/events/${second.body.events[0]?.id ?? ''}/frame`)).status).toBe(404)
    expect((await bench.call('POST', `/api/events/${newest?.id ?? ''}/acknowledge`)).body).toMatchObject({
      acknowledgedBy: 'token',
      acknowledgedAt: new Date(startMs).toISOString(),
    })

    const timeline = await bench.call<{ decisions: Record<string, unknown>[]; next: string | null }>(
      'GET',
      `/api/flows/${flow}/decisions?stream=${stream}&limit=2`,
    )
    expect(timeline.body.decisions).toHaveLength(2)
    expect(timeline.body.decisions[0]).toMatchObject({
      stream,
      action: 'silence',
      reason: 'model',
      latencyMs: 40,
      frameKind: 'P',
      visualTokens: 72,
    })
    expect(timeline.body.next).not.toBeNull()
  })

  it('keeps secrets of connections to itself and says which flows use one', async () => {
    const body = { name: 'hook', kind: 'webhook', secret: { signingSecret: 'whsec-very-secret' } }
    const created = await bench.call('POST', '/api/connections', { body })
    expect([created.status, created.body]).toEqual([
      201,
      { name: 'hook', ...ofKind('webhook'), config: {}, hasSecret: ['signingSecret'], usedBy: [] },
    ])
    const used = await save({
      ...drawn,
      name: 'Night watch',
      nodes: [drawn.nodes[0], { ...drawn.nodes[1], config: { title: 'x', connection: 'hook' } }],
    })
    const refused = await bench.call<Refusal>('DELETE', '/api/connections/hook')
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      'The connection “hook” is used by “Night watch”. Choose another one there first.',
    ])
    await bench.call('DELETE', `/api/flows/${used.id}`)
    const list = await bench.call<{ connections: { name: string }[] }>('GET', '/api/connections')
    expect(list.body.connections.map(({ name }) => name)).toEqual(['edge', 'flite', 'hook'])
    expect(list.bytes.toString()).not.toContain('whsec-very-secret')
    expect((await bench.call('DELETE', '/api/connections/hook')).status).toBe(204)
  })

  it('answers odd ids and zero bytes with what is wrong, never with a mistake of its own', async () => {
    for (const path of [
      '/api/flows/a%00b',
      '/api/events/%00',
      '/api/events?flow=%00',
      `/api/flows/${'x'.repeat(5000)}`,
      '/api/events/%F0%9F%99%82',
      '/api/streams/1%27--/frame',
      '/api/events?q=%27%22%28%26%7C%21',
    ]) {
      expect([path, [200, 400, 404].includes((await bench.call('GET', path)).status)]).toEqual([path, true])
    }
    for (const document of [
      { ...drawn, name: 'a\0b' },
      { ...drawn, nodes: [{ ...drawn.nodes[0], config: { connection: '\0' } }] },
      { ...drawn, 'a\0b': 1 },
    ]) {
      const answer = await bench.call<Refusal>('POST', '/api/flows', { body: document })
      expect([answer.status, answer.body.error.code]).toEqual([400, 'HTTP_ZERO_BYTE'])
    }
    // The six characters themselves are harmless.
    expect((await save({ ...drawn, name: 'a\\u0000b' })).document.name).toBe('a\\u0000b')
  })

  it('keeps the login of a camera when its flow is replaced, for the same address alone', async () => {
    const camera = (url: string) => ({
      ...drawn,
      nodes: [{ ...drawn.nodes[0], config: { kind: 'url', url } }],
      wires: [],
    })
    const { id } = await save(camera('http://admin:hunter2@10.0.0.7/video'))
    const given = (await bench.call<Record<string, unknown>>('GET', `/api/flows/${id}/export`)).body
    expect(JSON.stringify(given)).toContain('http://10.0.0.7/video')
    const replace = async (document: unknown): Promise<string> => {
      const path = `/api/flows/import?onConflict=replace&flow=${id}`
      const { body } = await bench.call<{ flow: Stored }>('POST', path, { body: document })
      return JSON.stringify(body.flow.document.nodes)
    }
    expect(await replace({ ...given, description: 'From a friend' })).toContain('http://***@10.0.0.7/video')
    const url = await under.store.flows.fillCredentials(id, 'cam', 'http://***@10.0.0.7/video')
    expect(url).toBe('http://admin:hunter2@10.0.0.7/video')
    expect(await replace(camera('http://10.0.0.7/other'))).toContain('"http://10.0.0.7/other"')
  })

  it('is healthy, and says 503 once the database is away', async () => {
    expect((await bench.call('GET', '/api/health')).body).toMatchObject({
      status: expect.stringMatching(/ok|degraded/) as string,
      checks: { database: { ok: true } },
    })
    await under.store.close()
    const answer = await bench.call<Refusal>('GET', '/api/flows')
    expect([answer.status, answer.body.error.code]).toEqual([503, 'DB_UNREACHABLE'])
    expect((await bench.call('GET', '/api/health', { as: 'none' })).status).toBe(503)
    under.store.close = async () => undefined
  })
})
