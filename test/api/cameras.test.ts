// Cameras that are things of their own, over the store they run on: added, watched by flows, shared, taken away.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import type { StoredCamera } from '../../runtime/cameras/records.ts'
import { closeStore, openStore, type StoreUnderTest } from '../store/samples.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string; message: string; problems: { node: string | null; field: string | null; code: string }[] }
}
interface Changes {
  kept: string[]
  changed: string[]
  restarted: string[]
  started: string[]
  stopped: string[]
}

const flow = (config: Record<string, unknown>) => ({
  format: 'heed.flow/1',
  name: 'All cameras',
  nodes: [
    { id: 'cam', type: 'camera-source', version: 1, position: { x: 0, y: 0 }, config: { kind: 'camera', ...config } },
    {
      id: 'model',
      type: 'interaction-model',
      version: 1,
      position: { x: 1, y: 0 },
      config: { connection: 'edge', instruction: 'Watch a fall.', watchFor: ['fall'] },
    },
  ],
  wires: [{ from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' } }],
})

describe('cameras that are things of their own', () => {
  let under: StoreUnderTest
  let deps: MemoryApi
  let bench: ApiBench
  beforeAll(async () => {
    under = await openStore()
    const { flows, deployments, connections, cameras, approvedHosts } = under.store
    deps = memoryApi({
      nodes: await loadCatalogue(),
      nowMs: () => under.clock.ms,
      flows,
      deployments,
      connections,
      cameras,
      approvedHosts,
    })
    bench = await startApi(deps)
  })
  afterAll(async () => {
    await bench.stop()
    await closeStore(under)
  })

  const add = (name: string, url: string, tags: string[] = []) =>
    bench.call<StoredCamera & Refusal>('POST', '/api/cameras', { body: { name, tags, config: { kind: 'rtsp', url } } })
  const save = async (config: Record<string, unknown>) =>
    (await bench.call<{ id: string }>('POST', '/api/flows', { body: flow(config) })).body.id
  const put = (id: string, revision: number, config: Record<string, unknown>) =>
    bench.call('PUT', `/api/flows/${id}`, { body: flow(config), headers: { 'if-match': `"${revision}"` } })
  const deploy = async (id: string) =>
    (await bench.call<{ changes: Changes }>('POST', `/api/flows/${id}/deploy`)).body.changes

  it('keep their login sealed, and with the host it was given for', async () => {
    const made = await add('Front door', 'rtsp://admin:tr0ub4dor@10.0.0.7/1', ['Yard', 'yard'])
    expect(made).toMatchObject({
      status: 201,
      body: {
        id: 'front-door',
        name: 'Front door',
        tags: ['yard'],
        config: { kind: 'rtsp', url: 'rtsp://***@10.0.0.7/1' },
        usedBy: [],
        streams: [],
      },
    })
    const rows = JSON.stringify(await under.database.query('select * from cameras, url_credentials'))
    expect(rows).toContain('v1.')
    expect(rows).not.toContain('tr0ub4dor')
    expect((await under.store.cameras.open('Front door')).spec.url).toBe('rtsp://admin:tr0ub4dor@10.0.0.7/1')
    expect(await under.store.approvedHosts.isApproved('10.0.0.7', 554)).toBe(true)

    const move = (url: string) =>
      bench.call<Refusal>('PUT', '/api/cameras/Front%20door', { body: { config: { kind: 'rtsp', url } } })
    const moved = await move('rtsp://***@10.0.0.66/1')
    expect([moved.status, moved.body.error.code]).toEqual([400, 'CAMERA_LOGIN_AGAIN'])
    expect((await move('rtsp://***@10.0.0.7/2')).status).toBe(200)
    expect((await under.store.cameras.open('Front door')).spec.url).toBe('rtsp://admin:tr0ub4dor@10.0.0.7/2')
    expect(deps.bus.messages.at(-1)).toEqual({ type: 'camera', name: 'Front door' })
  })

  it('are refused in words: taken names, half an address, hosts that nothing may reach, kinds that are none', async () => {
    expect(await add('Front door', 'rtsp://10.0.0.9/1')).toMatchObject({
      status: 409,
      body: { error: { code: 'CAMERA_EXISTS' } },
    })
    for (const [name, url] of [
      ['a/b', 'rtsp://10.0.0.9/1'],
      ['Half', '10.0.0.9'],
      ['Cloud', 'rtsp://169.254.169.254/1'],
      ['Mark', 'rtsp://***@10.0.0.9/1'],
    ] as const)
      expect((await add(name, url)).status, name).toBe(400)
    const other = { name: 'Mine', config: { kind: 'browser' } }
    expect((await bench.call('POST', '/api/cameras', { body: other })).status).toBe(400)
    expect((await bench.call('GET', '/api/cameras/Nobody')).status).toBe(404)
  })

  it('are watched by one drawn flow, a stream each; only a camera that joins or goes changes its own', async () => {
    await add('Yard', 'rtsp://10.0.0.8/1', ['yard'])
    const id = await save({ tag: 'yard' })
    const streams = (...ids: string[]) => ids.map((each) => `${id}-cam.${each}`)
    expect(await deploy(id)).toMatchObject({ started: streams('front-door', 'yard') })

    const status = await bench.call<{ streams: { id: string; source: string }[] }>('GET', `/api/flows/${id}/status`)
    expect(status.body.streams.map(({ source }) => source)).toEqual(['cam', 'cam'])
    const listed = await bench.call<{ cameras: StoredCamera[] }>('GET', '/api/cameras')
    expect(listed.body.cameras.find(({ name }) => name === 'Yard')).toMatchObject({
      usedBy: [{ flow: id, name: 'All cameras', node: 'cam' }],
      streams: [{ id: `${id}-cam.yard`, flow: id, state: 'starting' }],
    })

    await add('后院', 'rtsp://10.0.0.9/1', ['yard'])
    const preview = await bench.call<{ changes: Changes }>('GET', `/api/flows/${id}/deploy/preview`)
    expect(preview.body.changes).toMatchObject({ kept: streams('front-door', 'yard'), restarted: [], changed: ['cam'] })
    expect(preview.body.changes.started[0]).toMatch(new RegExp(`^${id}-cam\\.c[a-z2-7]{10}$`))

    await put(id, 1, { cameras: ['Yard'] })
    expect(await deploy(id)).toMatchObject({ kept: streams('yard'), stopped: streams('front-door'), restarted: [] })
  })

  it('are not taken away while a flow draws or watches them, and who does is named', async () => {
    const remove = (name: string) => bench.call<Refusal>('DELETE', `/api/cameras/${encodeURIComponent(name)}`)
    const drawn = await remove('Yard')
    expect([drawn.status, drawn.body.error.message]).toEqual([
      409,
      '“Yard” is used by “All cameras”. Choose another camera there first.',
    ])
    const [{ flow: id } = { flow: '' }] = (await under.store.cameras.get('Yard')).usedBy
    await put(id, 2, { cameras: ['Front door'] })
    expect((await remove('Yard')).body.error.message).toContain('is still being watched')
    await bench.call('POST', `/api/flows/${id}/stop`)
    expect((await remove('Yard')).status).toBe(204)
    expect((await remove('Yard')).status).toBe(404)
  })

  it('say which one is missing, and a tag that nobody has', async () => {
    const problemsOf = async (config: Record<string, unknown>) =>
      (await bench.call<Refusal['error']>('POST', `/api/flows/${await save(config)}/check`)).body.problems
    expect(await problemsOf({ cameras: ['Front door', 'Garage'] })).toMatchObject([
      {
        node: 'cam',
        field: 'cameras',
        code: 'CAMERA_MISSING',
        message: 'There is no camera called “Garage” here. Add it under Cameras, or choose another one.',
      },
    ])
    expect((await problemsOf({ tag: 'roof' })).map(({ code }) => code)).toEqual(['CAMERA_TAG_EMPTY'])
    expect((await problemsOf({})).map(({ code }) => code)).toEqual(['CAMERA_NOT_CHOSEN'])
  })

  it('leave with a flow as names only, and come back as the cameras that somebody chooses', async () => {
    const id = await save({ cameras: ['Front door', 'Garage'] })
    const given = await bench.call<unknown>('GET', `/api/flows/${id}/export`)
    expect(JSON.stringify(given.body)).not.toMatch(/10\.0\.0\.7|admin/)
    const taken = await bench.call<{
      flow: { document: ReturnType<typeof flow> }
      requires: { cameras: unknown[] }
    }>('POST', '/api/flows/import', { body: { document: given.body, cameras: { Garage: '后院' } } })
    expect(taken.body.flow.document.nodes[0]?.config).toEqual({ kind: 'camera', cameras: ['Front door', '后院'] })
    expect(taken.body.requires.cameras).toEqual([{ node: 'cam', name: 'Camera', reason: 'camera' }])
  })

  it('are added from a list, line by line', async () => {
    const csv =
      'name,url,user,password\nGate,rtsp://10.0.1.1/1,u,p\nFront door,rtsp://10.0.1.2/1\nMeta,http://169.254.169.254/'
    const bulk = (onlyCheck: boolean) =>
      bench.call<{ good: number; lines: { line: number; ok: boolean; message?: string }[] }>(
        'POST',
        '/api/cameras/bulk',
        { body: { csv, onlyCheck } },
      )
    const checked = await bulk(true)
    expect(checked.body.lines.map(({ line, ok }) => [line, ok])).toEqual([
      [2, true],
      [3, false],
      [4, false],
    ])
    expect(checked.body.lines[1]?.message).toBe('There is a camera called “Front door” already.')
    expect((await bench.call('GET', '/api/cameras/Gate')).status).toBe(404)
    expect((await bulk(false)).body.good).toBe(1)
    expect((await under.store.cameras.open('Gate')).spec.url).toBe('rtsp://u:p@10.0.1.1/1')
  })

  it('show the picture of their last trial, never one from before a mask was drawn', async () => {
    const picture = () => bench.call('GET', '/api/cameras/Gate/picture?absent=empty')
    expect((await picture()).status).toBe(204)
    const { version } = await under.store.cameras.open('Gate')
    const keep = () =>
      under.store.cameras.keepTrial(
        'Gate',
        version,
        { ok: true, at: 'now', text: 'It answers.' },
        new Uint8Array([1, 2]),
      )
    await keep()
    expect((await picture()).bytes).toEqual(Buffer.from([1, 2]))
    const masks = [
      [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 1, y: 1 },
      ],
    ]
    expect((await bench.call<StoredCamera>('PUT', '/api/cameras/Gate', { body: { masks } })).body.masks).toEqual(masks)
    expect((await picture()).status).toBe(204)
    // A trial that began before the mask, and is over now.
    await keep()
    expect((await picture()).status).toBe(204)
  })
})
