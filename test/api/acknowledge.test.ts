// The link of a message, for somebody without an account: what it shows, what it refuses, and that it works once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAcknowledgeLinks } from '../../runtime/history/acknowledge-links.ts'
import type { EventView } from '../../runtime/history/records.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, smallNodes, type MemoryApi } from '../support/memory-api.ts'
import notification from '../../nodes/action/notification.ts'

interface Refusal {
  error: { code: string; message: string }
}
interface Shown {
  text: string
  at: string
  flow: string
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  hasFrame: boolean
  call: string[]
}

const at = '2026-01-01T00:00:00.000Z'
const dayMs = 86_400_000
const event: EventView = {
  id: 'e1',
  kind: 'response.given',
  flow: 'f1',
  revision: 1,
  stream: 'f1-cam',
  node: 'model',
  at,
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

let nowMs = Date.parse(at)
let deps: MemoryApi
let bench: ApiBench
let token: string
beforeEach(async () => {
  nowMs = Date.parse(at)
  deps = memoryApi({ nowMs: () => nowMs, nodes: new Map([...smallNodes, [notification.type, notification]]) })
  deps.eventRows.set('e1', event)
  deps.eventRows.set('e2', { ...event, id: 'e2', text: 'Another one.' })
  deps.eventRows.set('told', { ...event, id: 'told', fields: { about: 'e1' } })
  deps.frames.set('e1', jpeg)
  await deps.flows.create({
    format: 'heed.flow/1',
    name: 'Night watch',
    wires: [],
    nodes: [
      {
        id: 'tell',
        type: 'notification',
        version: 1,
        position: { x: 0, y: 0 },
        config: { call: ['Ana +34 600 000 000', 'javascript:alert(1)'] },
      },
    ],
  })
  bench = await startApi(deps)
  token = tokenFor('e1')
})
afterEach(() => bench.stop())

const tokenFor = (id: string, key = deps.linkKey): string =>
  createAcknowledgeLinks({ linkKey: key, publicUrl: 'http://x' })
    .urlFor(id, Date.parse(at), Date.parse(at))
    .split('/')
    .at(-1) ?? ''
const call = <T = Refusal>(method: string, path = '', use = token, body?: unknown) =>
  bench.call<T>(method, `/api/acknowledge/${use}${path}`, { as: 'none', ...(body === undefined ? {} : { body }) })

describe('the link of a message', () => {
  it('shows one event with its flow, its picture and the numbers to call, to somebody without an account', async () => {
    const shown = await call<Shown>('GET')
    expect([shown.status, shown.body]).toEqual([
      200,
      {
        text: event.text,
        at,
        flow: 'Night watch',
        acknowledgedAt: null,
        acknowledgedBy: null,
        hasFrame: true,
        secondLook: null,
        call: ['Ana +34 600 000 000'],
        expiresAt: '2026-01-08T00:00:00.000Z',
      },
    ])
    const frame = await call('GET', '/frame')
    expect([frame.status, frame.headers['content-type'], frame.bytes]).toEqual([200, 'image/jpeg', Buffer.from(jpeg)])
    expect(frame.headers['cross-origin-resource-policy']).toBe('cross-origin')
    expect((await call('GET', '/frame', tokenFor('told'))).bytes).toEqual(Buffer.from(jpeg))
  })

  it('shows the numbers of its own receiver only', async () => {
    const sender = (id: string, number: string) => ({
      id,
      type: 'notification',
      version: 1,
      position: { x: 0, y: 0 },
      config: { call: [number] },
    })
    const { id } = await deps.flows.create({
      format: 'heed.flow/1',
      name: 'Two receivers',
      wires: [],
      nodes: [sender('family', 'Ana +34 600 000 000'), sender('neighbour', 'Ben +34 611 111 111')],
    })
    deps.eventRows.set('e3', { ...event, id: 'e3', flow: id })
    const links = createAcknowledgeLinks({ linkKey: deps.linkKey, publicUrl: 'http://x' })
    const of = async (node?: string) => {
      const use = links.urlFor('e3', nowMs, nowMs, node).split('/').at(-1) ?? ''
      return (await call<Shown>('GET', '', use)).body.call
    }
    expect(await of('family')).toEqual(['Ana +34 600 000 000'])
    expect(await of('neighbour')).toEqual(['Ben +34 611 111 111'])
    expect(await of('gone')).toEqual([])
    // Of an older message: nobody knows whose it is.
    expect(await of()).toEqual([])
    const inside = Buffer.from(
      links.urlFor('e3', nowMs, nowMs, 'family').split('/').at(-1) ?? '',
      'base64url',
    ).toString()
    for (const changed of [inside.replace('family', 'neighbour'), inside.replace('family:', '')])
      expect((await call('GET', '', Buffer.from(changed).toString('base64url'))).status).toBe(403)
  })

  it('acknowledges once, with a name, and says who it was to whoever comes later', async () => {
    const done = await call<Shown>('POST', '', token, { name: 'Ana' })
    expect([done.status, done.body.acknowledgedBy]).toEqual([200, 'Ana (link)'])
    expect(deps.eventRows.get('e1')?.acknowledgedBy).toBe('Ana (link)')
    const again = await call('POST', '', token, { name: 'Ben' })
    expect([again.status, again.body.error.code]).toEqual([409, 'ACKNOWLEDGE_LINK_USED'])
    expect(again.body.error.message).toBe('Ana has acknowledged this already, at 2026-01-01 00:00 UTC. Thank you.')
    expect((await call<Shown>('GET')).body.acknowledgedBy).toBe('Ana (link)')
  })

  it('is acknowledged by the button alone: what only looks, as mail scanners and previews do, changes nothing', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      for (const path of [`/acknowledge/${token}`, `/api/acknowledge/${token}`, `/api/acknowledge/${token}/frame`])
        await bench.call(method, path, { as: 'none' })
    }
    expect(deps.eventRows.get('e1')?.acknowledgedAt).toBeNull()
  })

  it('says so when its alert is not kept any more', async () => {
    deps.eventRows.delete('e1')
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/frame'],
      ['POST', ''],
    ] as const) {
      expect(await call(method, path)).toMatchObject({
        status: 404,
        body: {
          error: { code: 'ACKNOWLEDGE_EVENT_GONE', message: expect.stringContaining('not kept any more') as string },
        },
      })
    }
  })

  it('needs no body, and takes no name that is more than a line', async () => {
    expect((await call('POST', '', tokenFor('e2'))).status).toBe(200)
    expect((await call('POST', '', token, { name: 'Ana\nBen' })).status).toBe(400)
  })

  it('is over after seven days', async () => {
    nowMs += 7 * dayMs - 1000
    expect((await call('GET')).status).toBe(200)
    nowMs += 1000
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/frame'],
      ['POST', ''],
    ] as const) {
      expect(await call(method, path)).toMatchObject({
        status: 403,
        body: { error: { code: 'ACKNOWLEDGE_LINK_EXPIRED' } },
      })
    }
  })

  it('opens nothing when any part of it was changed', async () => {
    const inside = Buffer.from(token, 'base64url').toString()
    const forged = (text: string) => Buffer.from(text).toString('base64url')
    const tries = [
      forged(inside.replace('e1.', 'e2.')),
      forged(inside.replace(/\.(\d+)\./, (_, s: string) => `.${Number(s) + 1}.`)),
      forged(inside.slice(0, -1) + (inside.endsWith('A') ? 'B' : 'A')),
      forged('e1.9999999999.'),
      tokenFor('e1', new Uint8Array(32).fill(1)),
      token.slice(0, -4),
      'x',
      'A'.repeat(400),
    ]
    for (const each of tries) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/frame'],
        ['POST', ''],
      ] as const) {
        expect(await call(method, path, each)).toMatchObject({
          status: 403,
          body: { error: { code: 'ACKNOWLEDGE_LINK_WRONG' } },
        })
      }
    }
    expect(deps.eventRows.get('e1')?.acknowledgedAt).toBeNull()
  })

  it('opens nothing but its own event', async () => {
    for (const path of [
      '/api/events/e1',
      '/api/events',
      `/api/acknowledge/${token}/../../events`,
      `/api/acknowledge/${token}/deliveries`,
    ]) {
      expect((await bench.call('GET', path, { as: 'none' })).status).toBe(401)
    }
  })

  it('is refused from a page elsewhere, and after too many requests in a minute', async () => {
    expect(
      (
        await bench.call('POST', `/api/acknowledge/${token}`, {
          as: 'none',
          headers: { origin: 'https://evil.example' },
        })
      ).status,
    ).toBe(403)
    const answers = await Promise.all(Array.from({ length: 70 }, () => call('GET', '', 'wrong')))
    expect(answers.map(({ status }) => status)).toContain(429)
  })

  it('is not in the log, where others could read and press it', async () => {
    await call('GET')
    expect(deps.lines.filter(({ text }) => text === 'request').map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ path: '/api/acknowledge/…' }),
    ])
    expect(JSON.stringify(deps.lines)).not.toContain(token)
  })

  it('gives its picture an address of its own where the server is reached by https, good as long as the link', async () => {
    const sinceMs = Date.parse(at)
    const links = (publicUrl: string) => createAcknowledgeLinks({ linkKey: deps.linkKey, publicUrl })
    const url = links('https://heed.example/').pictureUrlFor('e1', sinceMs, sinceMs)
    expect(url).toMatch(/^https:\/\/heed\.example\/api\/acknowledge\/[\w-]+\/frame$/)
    const fetched = await bench.call<Refusal>('GET', new URL(url!).pathname, { as: 'none' })
    expect([fetched.status, fetched.bytes]).toEqual([200, Buffer.from(jpeg)])
    for (const method of ['GET', 'POST'])
      expect((await call(method, '', url!.split('/').at(-2))).body.error.code).toBe('ACKNOWLEDGE_LINK_WRONG')
    nowMs += 7 * dayMs
    expect(await bench.call('GET', new URL(url!).pathname, { as: 'none' })).toMatchObject({ status: 403 })
    expect(links('http://192.168.1.20:1890').pictureUrlFor('e1', sinceMs, sinceMs)).toBeUndefined()
  })

  it('stays the same on the day of its event, and a late reminder gets one that is good for a while', () => {
    const links = createAcknowledgeLinks({ linkKey: deps.linkKey, publicUrl: 'http://x/' })
    const sinceMs = Date.parse(at)
    expect(links.urlFor('e1', sinceMs, sinceMs + 3_600_000)).toBe(links.urlFor('e1', sinceMs, sinceMs))
    const late =
      links
        .urlFor('e1', sinceMs, sinceMs + 8 * dayMs)
        .split('/')
        .at(-1) ?? ''
    expect(links.read(late, sinceMs + 9 * dayMs, 'acknowledge').eventId).toBe('e1')
  })
})
