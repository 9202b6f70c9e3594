// A flow goes out as a document, a picture and a link, comes back the same, and takes no secret along in any byte.
import { inflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import camera from '../../nodes/video/camera-source.ts'
import model from '../../nodes/vision/interaction-model.ts'
import { payloadIn } from '../../nodes/contract/flow-address.ts'
import { unpackFlow } from '../../nodes/contract/flow-link.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'

interface Document {
  name: string
  nodes: { id: string; config: Record<string, unknown> }[]
  wires: unknown[]
  removed: { node: string | null; field: string; what: string; message: string }[]
  summary: string
  samples?: string[]
}
interface Taken {
  flow: { id: string; revision: number; document: Document; unapprovedHosts: string[] }
}
interface Look {
  came: string
  readOnly: string | null
  document: Document | null
  summary: string
  wants: Record<string, unknown[]>
  requires: { connections: { name: string }[] } | null
  unapprovedHosts: string[]
  conflicts: { id: string; revision: number }[]
}
interface Refusal {
  error: { code: string; message: string }
}

const node = (id: string, type: string, config: Record<string, unknown>, x = 0) => ({
  id,
  type,
  version: 1,
  position: { x, y: 0 },
  config,
})
const drawn = (more: Record<string, unknown> = {}) => ({
  format: 'heed.flow/1',
  name: 'Front yard',
  nodes: [
    node('cam', 'camera-source', { kind: 'rtsp', url: 'rtsp://admin:s3cr3t-Lamp@10.0.0.7/stream' }),
    node(
      'model',
      'interaction-model',
      { connection: 'gpu', instruction: 'If asked, the password is s3cr3t-Lamp.' },
      300,
    ),
    node('tell', 'notification', { channel: 'email', connection: 'post', to: 'ana@example.org' }, 600),
    node('new', 'from-the-future', { headers: { Authorization: 'Bearer s3cr3t-Lamp' } }, 900),
  ],
  wires: [
    { from: { node: 'cam', port: 'frames' }, to: { node: 'model', port: 'frames' } },
    { from: { node: 'model', port: 'response' }, to: { node: 'tell', port: 'message' } },
  ],
  tests: [{ clip: 'fall.mp4', expect: [{ within: [1, 2], action: 'response' }], never: [] }],
  ...more,
})

let deps: MemoryApi
let bench: ApiBench
let id: string
beforeAll(async () => {
  deps = memoryApi({ nodes: new Map([notification, camera, model].map((type) => [type.type, type])) })
  bench = await startApi(deps)
  id = (await bench.call<{ id: string }>('POST', '/api/flows', { body: drawn() })).body.id
})
afterAll(() => bench.stop())

const take = (body: unknown, query = '', headers: Record<string, string> = {}) =>
  bench.call<Taken>('POST', `/api/flows/import${query}`, { body, headers })
const look = async (body: unknown, headers = {}) =>
  (await bench.call<Look>('POST', '/api/flows/import/look', { body, headers })).body
const exported = (flow: string, query = '') => bench.call<Document>('GET', `/api/flows/${flow}/export${query}`)
const png = { 'content-type': 'image/png' }
const count = async () => (await bench.call<{ flows: unknown[] }>('GET', '/api/flows')).body.flows.length

/** All that a PNG holds, compressed parts unpacked. */
function unpacked(picture: Buffer): string {
  let all = picture.toString('latin1')
  for (let at = 8; at < picture.length;) {
    const length = picture.readUInt32BE(at)
    const content = picture.subarray(at + 8, at + 8 + length)
    if (picture.toString('latin1', at + 4, at + 8) === 'iTXt') all += inflateSync(content.subarray(14)).toString()
    at += 12 + length
  }
  return all
}

describe('giving a flow away', () => {
  it('counts what is taken out, names it, and says what the flow does', async () => {
    const { headers, body, bytes } = await exported(id)
    expect(headers['x-heed-removed']).toBe('3')
    expect(body.removed).toEqual([
      { node: 'cam', field: 'url', what: 'login', message: 'The user name and password in “url” of “Camera”' },
      {
        node: 'model',
        field: 'instruction',
        what: 'text',
        message: 'A password or key in “instruction” of “Interaction model”',
      },
      {
        node: 'new',
        field: 'headers.Authorization',
        what: 'header',
        message: 'The header “headers.Authorization” of “new”',
      },
    ])
    expect(bytes.toString()).not.toContain('s3cr3t')
    expect(body).toMatchObject({ tests: drawn().tests, nodes: drawn().nodes.map(({ version }) => ({ version })) })
    expect(body.summary.split('\n')).toEqual([
      'Watches: Camera (IP camera rtsp://10.0.0.7/stream).',
      'Decides: Interaction model (If asked, the password is [removed]).',
      'Does: Notification (E-mail).',
      'Not known here: from-the-future.',
      'Comes with one test.',
    ])
  })

  it('as chosen cards with the wires among them', async () => {
    const { body } = await exported(id, '?nodes=cam,model')
    expect(body.nodes.map((each) => each.id)).toEqual(['cam', 'model'])
    expect(body.wires).toHaveLength(1)
    expect((await exported(id, '?nodes=cam,gone')).status).toBe(404)
    expect((await exported(id, '?form=pdf')).status).toBe(400)
  })

  it('with what it said last only when that is asked for', async () => {
    const said = (at: string, text: string) => ({ id: at, kind: 'response.given', flow: id, text, at }) as never
    for (const [at, text] of [
      ['2026-01-01', 'Somebody fell.'],
      ['2026-01-02', 'Somebody fell.'],
      ['2026-01-03', 'The token is a1b2c3d4'],
    ] as const)
      deps.eventRows.set(at, said(at, text))
    expect((await exported(id)).body.samples).toBeUndefined()
    expect((await exported(id, '?answers=true')).body.samples?.toSorted()).toEqual([
      'Somebody fell.',
      'The token is [removed]',
    ])
  })
})

describe('a round trip', () => {
  it('of a document, a picture and a link ends where it began', async () => {
    const before = await exported(id)
    const picture = await exported(id, '?form=png')
    expect(picture.headers['content-type']).toBe('image/png')
    expect(picture.headers['content-disposition']).toContain('front-yard.heed.png')
    const { body: linked, headers } = await bench.call<{ link: string }>('GET', `/api/flows/${id}/export?form=link`)
    expect([headers['x-heed-removed'], linked.link.startsWith(`${deps.publicUrl}/s/#`)]).toEqual(['3', true])
    const ways: [unknown, Record<string, string>][] = [
      [before.bytes.toString(), {}],
      [picture.bytes, png],
      [picture.bytes, { 'content-type': 'application/octet-stream' }],
      [linked, {}],
      [`Have a look: ${linked.link}`, { 'content-type': 'text/plain' }],
      [{ document: before.body }, {}],
    ]
    for (const [body, type] of ways) {
      const taken = await take(body, '', type)
      expect(taken.status).toBe(201)
      expect((await exported(taken.body.flow.id)).bytes.toString()).toBe(before.bytes.toString())
    }
  })

  it('leaves no secret in any byte, and draws the flow', async () => {
    const picture = (await exported(id, '?form=png')).bytes
    expect(unpacked(picture)).toContain('heed.flow/1')
    expect(unpacked(picture)).not.toContain('s3cr3t')
    expect([picture.readUInt32BE(16), picture.readUInt32BE(20)].every((side) => side > 200)).toBe(true)
    const { body } = await bench.call<{ link: string }>('GET', `/api/flows/${id}/export?form=link`)
    expect(await unpackFlow(payloadIn(body.link) ?? '')).not.toContain('s3cr3t')
  })
})

describe('looking before taking', () => {
  it('says what the flow wants and what it would meet here, and stores nothing', async () => {
    const flows = await count()
    const seen = await look((await exported(id, '?form=png')).bytes, png)
    expect(seen).toMatchObject({
      came: 'picture',
      readOnly: null,
      unapprovedHosts: ['10.0.0.7:554', 'to ana@example.org'],
    })
    expect(seen.wants).toMatchObject({
      cameras: [{ node: 'cam', name: 'Camera' }],
      hosts: [{ host: '10.0.0.7:554', cards: ['Camera'] }],
      people: [{ to: 'ana@example.org', cards: ['Notification'] }],
      connections: [{ connection: 'gpu' }, { connection: 'post' }],
      unknown: ['from-the-future'],
    })
    expect(seen.wants.secrets).toHaveLength(3)
    expect(seen.requires?.connections.map(({ name }) => name)).toEqual(['gpu', 'post'])
    expect(seen.conflicts).toContainEqual({ id, name: 'Front yard', revision: 1 })
    expect(await count()).toBe(flows)
  })

  it('shows a flow of a later version, which cannot be taken in', async () => {
    const newer = drawn({ format: 'heed.flow/7' })
    expect(await look(newer)).toMatchObject({
      readOnly: expect.stringContaining('written by a newer version of Heed (heed.flow/7)') as string,
      document: { name: 'Front yard' },
      requires: null,
    })
    expect((await take(newer)).status).toBe(422)
    expect(await look({ format: 'heed.flow/7', shape: 'unheard of' })).toMatchObject({ document: null })
  })

  it.each([
    ['a JPEG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'FLOW_IS_OTHER_FILE'],
    ['a cut picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'FLOW_PICTURE_BROKEN'],
    ['noise', Buffer.from([0x80, 0x81, 0xff, 0x00]), 'FLOW_NOT_TEXT'],
    ['a broken link', { link: 'https://heed.example/s/#1abc' }, 'FLOW_LINK_BROKEN'],
    ['no link', { link: 'https://heed.example/flows' }, 'FLOW_LINK_BROKEN'],
    ['nothing', '', 'FLOW_EMPTY'],
  ])('has a sentence for %s', async (_what, body, code) => {
    const answer = await bench.call<Refusal>('POST', '/api/flows/import/look', {
      body,
      headers: { 'content-type': 'a/b' },
    })
    expect([answer.status, answer.body.error.code]).toEqual([400, code])
  })

  it('has one for a picture without a flow', async () => {
    const picture = (await exported(id, '?form=png')).bytes
    const at = picture.indexOf('iTXt') - 4
    const bare = Buffer.concat([picture.subarray(0, at), picture.subarray(at + 12 + picture.readUInt32BE(at))])
    expect((await take(bare, '', png)).body).toMatchObject({ error: { code: 'FLOW_PICTURE_EMPTY' } })
    picture[at + 40] = (picture[at + 40] ?? 0) ^ 1
    expect((await take(picture, '', png)).body).toMatchObject({ error: { code: 'FLOW_PICTURE_BROKEN' } })
  })
})

describe('a conflict', () => {
  it('is a new flow, or the next revision of the one that is there, which runs on as it was', async () => {
    const own = (await bench.call<{ id: string }>('POST', '/api/flows', { body: drawn({ name: 'Mine' }) })).body.id
    const theirs = drawn({ name: 'Mine', description: 'Theirs' })
    const kept = await take(theirs)
    expect([kept.status, kept.body.flow.id === own]).toEqual([201, false])
    const twice = await bench.call<Refusal>('POST', '/api/flows/import?onConflict=replace', { body: theirs })
    expect([twice.status, twice.body.error.code]).toEqual([409, 'FLOW_NAME_TWICE'])
    const replaced = await take(theirs, `?onConflict=replace&flow=${own}`)
    expect([replaced.status, replaced.body.flow]).toMatchObject([
      200,
      { id: own, revision: 2, document: { description: 'Theirs' } },
    ])
    expect(replaced.body.flow.unapprovedHosts).toEqual(['10.0.0.7:554', 'to ana@example.org'])
    const { body } = await bench.call<{ revisions: unknown[] }>('GET', `/api/flows/${own}/revisions`)
    expect(body.revisions).toHaveLength(2)
    expect((await take(theirs, '?onConflict=replace&flow=gone')).status).toBe(404)
    expect((await take(drawn({ name: 'Never seen' }), '?onConflict=replace')).status).toBe(201)
    expect(deps.told).toEqual([])
  })

  it('takes the own connections for the sender’s, under the own name', async () => {
    const { flow } = (
      await take({ document: drawn(), connections: { gpu: 'mine', post: 'mail' }, name: 'As I call it' })
    ).body
    expect(flow.document.name).toBe('As I call it')
    expect(flow.document.nodes.map(({ config }) => config.connection)).toEqual([undefined, 'mine', 'mail', undefined])
  })
})
