import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { closeStore, node, openStore, runFlow, sampleFlow, startMs, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('flows', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })

  test('come back as they were saved, unknown keys and the order of keys included', async () => {
    const document = { zeta: { deep: [1, null, 'ü'] }, ...sampleFlow(), alpha: true } as Flow
    document.nodes[0] = { ...node('cam', 'from-the-future', { kind: 'rtsp', extra: { kept: true } }), colour: 'red' }
    const made = await under.store.flows.create(document)
    expect(made.id).toMatch(/^f[a-z2-7]{10}$/)
    expect(made.revision).toBe(1)
    const read = await under.store.flows.get(made.id)
    expect(JSON.stringify(read.document)).toBe(JSON.stringify(document))
  })

  test('refuse a save on top of an old revision and say which one is the newest', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    await under.store.flows.update(id, sampleFlow({ name: 'Mine' }), 1)
    const late = await under.store.flows.update(id, sampleFlow({ name: 'Theirs' }), 1).catch((error: unknown) => error)
    expect(late).toBeInstanceOf(ConflictError)
    expect(late).toMatchObject({ code: 'FLOW_REVISION_STALE', details: { revision: 2 } })
    expect((await under.store.flows.get(id)).document.name).toBe('Mine')
  })

  test('let one of several saves at once through', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    const saves = await Promise.allSettled(
      Array.from({ length: 8 }, (_, nth) => under.store.flows.update(id, sampleFlow({ name: `Save ${nth}` }), 1)),
    )
    expect(saves.filter((save) => save.status === 'fulfilled')).toHaveLength(1)
    expect((await under.store.flows.get(id)).revision).toBe(2)
  })

  test('are replaced by what came from elsewhere as their next revision, which trusts nothing, and keep what is sealed', async () => {
    const mine = sampleFlow()
    mine.nodes[0] = node('cam', 'camera-source', { url: 'rtsp://ana:s3cr3t@10.0.0.7/x' })
    const { id } = await under.store.flows.create(mine)
    expect(await under.store.flows.secretsOf(id)).toEqual(['ana:s3cr3t'])
    const unapprovedIn = (document: Flow) => Promise.resolve([`for ${document.name}`])
    await expect(under.store.flows.replace(id, sampleFlow(), unapprovedIn, 7)).rejects.toMatchObject({
      code: 'FLOW_REVISION_STALE',
    })
    const replaced = await under.store.flows.replace(id, sampleFlow({ name: 'Theirs' }), unapprovedIn, 1)
    expect(replaced).toMatchObject({ id, revision: 2, document: { name: 'Theirs' } })
    expect((await under.store.flows.get(id)).unapprovedHosts).toContain('for Theirs')
    expect((await under.store.flows.restore(id, 1)).document).toEqual(
      (await under.store.flows.revision(id, 1)).document,
    )
  })

  test('restore an old document as a new revision', async () => {
    const { id } = await under.store.flows.create(sampleFlow({ name: 'First' }))
    under.clock.ms = startMs + 5_000
    const by = { by: 'browser', name: 'Firefox on Linux' } as const
    await under.store.flows.update(id, sampleFlow({ name: 'Second', nodes: [] }), 1, by)
    await under.store.flows.nameRevision(id, 1, 'As it hung in the hall')
    expect(await under.store.flows.restore(id, 1)).toMatchObject({ revision: 3, document: { name: 'First' } })
    const revisions = await under.store.flows.revisions(id)
    expect(revisions.map(({ revision, nodes, deployed }) => ({ revision, nodes, deployed }))).toEqual([
      { revision: 3, nodes: 3, deployed: false },
      { revision: 2, nodes: 0, deployed: false },
      { revision: 1, nodes: 3, deployed: false },
    ])
    expect(revisions.map(({ title, savedBy }) => [title, savedBy])).toEqual([
      [null, null],
      [null, by],
      ['As it hung in the hall', null],
    ])
    await expect(under.store.flows.nameRevision(id, 9, 'None')).rejects.toMatchObject({
      code: 'FLOW_REVISION_NOT_FOUND',
    })
    expect((await under.store.flows.revision(id, 2)).document.name).toBe('Second')
    await expect(under.store.flows.revision(id, 9)).rejects.toMatchObject({ code: 'FLOW_REVISION_NOT_FOUND' })
  })

  test('are listed with name, tags and state, the one changed last first', async () => {
    under.clock.ms = startMs + 60_000
    const { flowId } = await runFlow(under.store)
    const [first] = await under.store.flows.list()
    expect(first).toMatchObject({
      id: flowId,
      name: 'Fall alert',
      description: '',
      tags: ['care'],
      revision: 1,
      state: 'starting',
      // What runs a stream, by the name a person knows it by; nothing else of the flow.
      cards: [{ node: 'cam', type: 'camera-source', name: null }],
    })
    expect((await under.store.flows.revisions(flowId))[0]?.deployed).toBe(true)
    const named = sampleFlow({ nodes: [{ ...node('cam', 'camera-source'), name: 'Back door' }] })
    await under.store.flows.update(flowId, named, 1)
    expect((await under.store.flows.list())[0]?.cards).toEqual([
      { node: 'cam', type: 'camera-source', name: 'Back door' },
    ])
  })

  test('with text that Postgres chokes on are saved, listed and counted all the same', async () => {
    const { id } = await under.store.flows.create(
      sampleFlow({ name: 'nul \0', description: 'half \ud83d', nodes: [node('a', 'x', { connection: 'odd\0' })] }),
    )
    expect((await under.store.flows.list()).find((each) => each.id === id)).toMatchObject({
      name: 'nul ',
      description: 'half \ufffd',
    })
    expect((await under.store.flows.revisions(id))[0]?.nodes).toBe(1)
    expect((await under.store.connections.list())[0]?.name).toBe('edge')
  })

  test('take everything of theirs along when they are removed', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const commit = tickCommit(key!, flowId, 1)
    await under.store.engine.commitTick({
      ...commit,
      events: commit.events.map((each) => ({ ...each, frame: new Uint8Array([1]) })),
    })
    await under.store.flows.remove(flowId)
    await expect(under.store.flows.get(flowId)).rejects.toBeInstanceOf(NotFoundError)
    await expect(under.store.flows.remove(flowId)).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND' })
    for (const table of ['decisions', 'events', 'actions', 'streams', 'deployments', 'flow_revisions']) {
      expect(await under.database.query(`select 1 from ${table} where flow_id = $1`, [flowId]), table).toEqual([])
    }
    // What the stream remembered, too.
    for (const table of ['node_states', 'inputs'])
      expect(await under.database.query(`select 1 from ${table} where stream_id = $1`, [key!.streamId]), table).toEqual(
        [],
      )
    expect(await under.store.queue.wantedStreams()).not.toContainEqual(
      expect.objectContaining({ streamId: key!.streamId }),
    )
    await expect(under.store.engine.commitTick(tickCommit(key!, flowId, 2))).rejects.toMatchObject({
      code: 'RUN_STOPPED',
    })
  })
})

describe('credentials in URLs', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const withCamera = (url: string, id = 'cam') =>
    sampleFlow({ nodes: [node(id, 'camera-source', { kind: 'rtsp', url, backup: { urls: [url] } })] })
  const urlOf = (flow: Flow) => flow.nodes[0]?.config.url

  test('are nowhere in the database, and come back for the same host only', async () => {
    const { id, document } = await under.store.flows.create(withCamera('rtsp://admin:s3cr3t-horse@10.0.0.5/stream?x=1'))
    expect(urlOf(document)).toBe('rtsp://***@10.0.0.5/stream?x=1')
    expect(document.nodes[0]?.config.backup).toEqual({ urls: ['rtsp://***@10.0.0.5/stream?x=1'] })
    const dump = await under.database.query(
      'select (select json_agg(r) from flow_revisions r)::text || (select json_agg(c) from url_credentials c)::text as all',
    )
    expect(JSON.stringify(dump)).not.toContain('s3cr3t')
    const fill = (url: string) => under.store.flows.fillCredentials(id, 'cam', url)
    expect(await fill('rtsp://***@10.0.0.5/stream?x=1')).toBe('rtsp://admin:s3cr3t-horse@10.0.0.5/stream?x=1')
    expect(await fill('rtsp://***@10.0.0.5:554/other')).toBe('rtsp://admin:s3cr3t-horse@10.0.0.5:554/other')
    expect(await fill('rtsp://***@evil.example/stream')).toBe('rtsp://***@evil.example/stream')
    expect(await fill('rtsp://***@10.0.0.5:8554/stream')).toBe('rtsp://***@10.0.0.5:8554/stream')
    expect(await fill('rtsp://10.0.0.5/stream')).toBe('rtsp://10.0.0.5/stream')
  })

  test('stay when the hidden URL is saved again, change with a new password, and work after a restore', async () => {
    const { id } = await under.store.flows.create(withCamera('rtsp://a:one@cam.local/1'))
    await under.store.flows.update(id, withCamera('rtsp://***@cam.local/2'), 1)
    expect(await under.store.flows.fillCredentials(id, 'cam', 'rtsp://***@cam.local/2')).toBe(
      'rtsp://a:one@cam.local/2',
    )
    await under.store.flows.update(id, withCamera('rtsp://a:two@cam.local/2'), 2)
    await under.store.flows.update(id, withCamera('rtsp://b:three@other.local/2'), 3)
    const restored = await under.store.flows.restore(id, 1)
    expect(urlOf(restored.document)).toBe('rtsp://***@cam.local/1')
    expect(await under.store.flows.fillCredentials(id, 'cam', 'rtsp://***@cam.local/1')).toBe(
      'rtsp://a:two@cam.local/1',
    )
  })

  test('of one flow are of no use to another', async () => {
    await under.store.flows.create(withCamera('rtsp://a:one@shared.local/1'))
    const other = await under.store.flows.create(withCamera('rtsp://***@shared.local/1'))
    expect(await under.store.flows.fillCredentials(other.id, 'cam', 'rtsp://***@shared.local/1')).toBe(
      'rtsp://***@shared.local/1',
    )
  })

  test('serve a copied node of the same flow', async () => {
    const { id } = await under.store.flows.create(withCamera('rtsp://a:one@copy.local/1'))
    expect(await under.store.flows.fillCredentials(id, 'cam-2', 'rtsp://***@copy.local/1')).toBe(
      'rtsp://a:one@copy.local/1',
    )
  })
})
