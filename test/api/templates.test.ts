// The gallery over HTTP and on real Postgres: what is offered and runs here, a flow made of it, one's own templates, newer versions.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import { createTemplateShelf } from '../../runtime/templates/shelf.ts'
import type { OrganisationIndex } from '../../runtime/templates/organisation-index.ts'
import { readTemplate, type Template } from '../../runtime/templates/template.ts'
import { closeStore, openStore, quietLog } from '../store/samples.ts'
import type { StoreUnderTest } from '../store/samples.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi } from '../support/memory-api.ts'
import { readTemplates } from '../support/templates.ts'

interface View {
  id: string
  version: number
  title: string
  purpose: string
  capability: string
  origin: string
  runsHere: boolean
  lacks: string[]
  asks: { node: string; field: string; label: string; kind: string; default: unknown }[]
  preview: { url: string }
}
interface Stored {
  id: string
  revision: number
  document: Flow & { template?: { id: string; version: number }; tests?: unknown[] }
  unapprovedHosts: string[]
}
interface Compared {
  template: { id: string; version: number; title: string | null } | null
  newest: number | null
  changes: { what: string; node: string; field: string | null; to: unknown; keptOwn: boolean }[]
}
interface Refusal {
  error: { code: string; message: string; problems: { node: string | null; field: string | null }[] }
}

let under: StoreUnderTest
let bench: ApiBench
let offered: { templates: Template[]; trouble: string | null } = { templates: [], trouble: null }
const index: OrganisationIndex = { read: async () => offered }
beforeAll(async () => {
  under = await openStore()
  const { flows, deployments, connections, approvedHosts, ownTemplates } = under.store
  bench = await startApi(
    memoryApi({
      nodes: await loadCatalogue(),
      nowMs: () => under.clock.ms,
      flows,
      deployments,
      connections,
      approvedHosts,
      templates: createTemplateShelf({ own: ownTemplates, log: quietLog, index }),
    }),
  )
})
afterAll(async () => {
  await bench.stop()
  await closeStore(under)
})
beforeEach(() => {
  offered = { templates: [], trouble: null }
})

const list = async (lang = 'en') =>
  (await bench.call<{ templates: View[]; notes: string[] }>('GET', `/api/templates?lang=${lang}`)).body
const use = (id: string, body?: unknown) =>
  bench.call<Stored & Refusal>('POST', `/api/templates/${id}/use`, body === undefined ? {} : { body })
const check = async (id: string) =>
  (await bench.call<{ problems: { code: string; severity: string }[] }>('POST', `/api/flows/${id}/check`)).body.problems
const configOf = ({ document }: Stored, node: string) => document.nodes.find(({ id }) => id === node)?.config
/** One of Heed's templates under another id, so that its next version can be offered. */
function organisations(version: number, change: (template: Template) => void = () => undefined): Template {
  const original = readTemplates().find(({ template }) => template.id === 'fall-alert')?.template
  const template = structuredClone({ ...original, id: 'house-rules', version }) as Template
  change(template)
  const read = readTemplate(template)
  if ('trouble' in read) throw new Error(read.trouble)
  return read.template
}

describe('the gallery', () => {
  it('says of every template whether it runs here now, and if not, what it lacks', async () => {
    const { templates } = await list()
    expect(templates.length).toBeGreaterThanOrEqual(30)
    const fall = templates.find(({ id }) => id === 'fall-alert')
    expect(fall).toMatchObject({ runsHere: true, lacks: [], capability: 'monitoring', version: 1 })
    const fire = templates.find(({ id }) => id === 'fire-and-smoke')
    expect(fire).toMatchObject({ runsHere: false, lacks: [expect.stringContaining('understands sentences')] })
    await bench.call('POST', '/api/connections', {
      body: { name: 'vllm', kind: 'vllm-omni', config: { url: 'http://127.0.0.1:8070' } },
    })
    const after = (await list()).templates.find(({ id }) => id === 'fire-and-smoke')
    expect(after).toMatchObject({ runsHere: true, lacks: [] })
    expect(after?.asks.find(({ kind }) => kind === 'connection')).toMatchObject({ default: 'vllm' })
    await bench.call('DELETE', '/api/connections/vllm')
  })

  it('speaks Chinese when asked to, and says that the built-in voice does not', async () => {
    const { templates } = await list('zh')
    const fall = templates.find(({ id }) => id === 'fall-alert')
    expect(fall?.title).toBe('跌倒报警')
    expect(templates.find(({ id }) => id === 'arm-raises')?.lacks).toEqual([expect.stringContaining('语音')])
    const flow = await use('fall-alert', { answers: { 'camera.path': 'a.mp4' }, lang: 'zh' })
    expect(configOf(flow.body, 'model')?.instruction).toBe('有人摔倒时立即提醒。坐下、弯腰或锻炼时保持安静。')
  })

  it('lets one hear a template before it is chosen, in both languages', async () => {
    const says = async (id: string, lang: string) =>
      (await bench.call<{ says: string[] }>('GET', `/api/templates/${id}?lang=${lang}`)).body.says
    expect(await says('fall-alert', 'en')).toEqual(['A person has fallen.'])
    expect(await says('fall-alert', 'zh')).toEqual(['有人摔倒了。'])
    // Without the values that are for the next card.
    expect(await says('shelf-out-of-stock', 'en')).toEqual(['Milk has run out in row 3.'])
  })

  it('draws each preview from its own flow, as a picture that can do nothing', async () => {
    const { templates } = await list()
    for (const { preview, id } of templates) {
      const { status, headers, bytes } = await bench.call('GET', preview.url)
      expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml; charset=utf-8'])
      expect(bytes.toString()).toMatch(/^<svg[^]*Camera[^]*<\/svg>$/)
      expect(bytes.toString(), id).not.toMatch(/<script|href|onload/i)
    }
  })
})

describe('using a template', () => {
  it('makes a flow that deploys, and that remembers where it came from', async () => {
    const made = await use('fall-alert', {
      answers: { 'camera.path': 'fall.mp4', 'model.mode': 'balanced' },
      name: 'Hall',
    })
    expect([made.status, made.headers.location, made.body.revision]).toEqual([201, `/api/flows/${made.body.id}`, 1])
    expect(made.body.document).toMatchObject({ name: 'Hall', template: { id: 'fall-alert', version: 1 } })
    expect(made.body.document.tests).toHaveLength(5)
    expect(configOf(made.body, 'camera')).toMatchObject({ kind: 'file', path: 'fall.mp4' })
    expect(configOf(made.body, 'model')).toMatchObject({ mode: 'balanced' })
    expect(await check(made.body.id)).toEqual([])
    expect((await bench.call('POST', `/api/flows/${made.body.id}/deploy`)).status).toBe(202)
    await bench.call('POST', `/api/flows/${made.body.id}/stop`)
  })

  it('leaves open what is not answered, and the check says so', async () => {
    const made = await use('fire-and-smoke')
    expect(made.status).toBe(201)
    const codes = (await check(made.body.id)).map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['MODEL_CONNECTION_EMPTY', 'CAMERA_PATH_MISSING']))
  })

  it.each([
    ['rtsp://10.0.0.7/stream2', { kind: 'rtsp', url: 'rtsp://10.0.0.7/stream2' }],
    ['http://10.0.0.7/video.mjpg', { kind: 'url', url: 'http://10.0.0.7/video.mjpg' }],
    ['browser', { kind: 'browser' }],
    ['/dev/video2', { kind: 'device', device: '/dev/video2' }],
    [
      { kind: 'file', path: 'a.mp4', loop: true },
      { kind: 'file', path: 'a.mp4', loop: true },
    ],
  ])('takes %j for a camera', async (answer, config) => {
    const made = await use('fall-alert', { answers: { 'camera.path': answer } })
    expect(configOf(made.body, 'camera')).toEqual(config)
  })

  it('takes a channel, a web address or both settings for whom to tell', async () => {
    const hook = await use('fall-alert', { answers: { 'tell.channel': 'https://example.org/hook' } })
    expect(configOf(hook.body, 'tell')).toMatchObject({ channel: 'webhook', url: 'https://example.org/hook' })
    const mail = await use('fall-alert', {
      answers: { 'tell.channel': { channel: 'email', connection: 'home', to: 'ana@example.org' } },
    })
    expect(configOf(mail.body, 'tell')).toMatchObject({ channel: 'email', connection: 'home', to: 'ana@example.org' })
  })

  it('takes an area of the picture, and only one that lies inside it', async () => {
    const area = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 }
    const drawn = await use('zone-entered', { answers: { 'area.rectangle': area } })
    expect(configOf(drawn.body, 'area')).toEqual({ rectangle: area })
    for (const wrong of [{ ...area, x: 0.8 }, { ...area, width: 0 }, { x: 0, y: 0 }, { ...area, z: 1 }, 'left', 3]) {
      const { status, body } = await use('zone-entered', { answers: { 'area.rectangle': wrong } })
      expect([status, body.error.code], JSON.stringify(wrong)).toEqual([400, 'GALLERY_ANSWER_WRONG'])
    }
  })

  it('refuses what it did not ask for and what it does not offer, each by its place', async () => {
    const { status, body } = await use('fall-alert', {
      answers: { 'model.connection': 'mine', 'model.mode': 'wild', 'nobody.path': 'x', 'tell.channel': { host: 'x' } },
    })
    expect([status, body.error.code]).toEqual([400, 'GALLERY_ANSWER_WRONG'])
    expect(body.error.problems.map(({ node, field }) => `${node}.${field}`)).toEqual([
      'model.connection',
      'model.mode',
      'null.path',
      'tell.channel',
    ])
    expect((await use('no-such-thing')).body.error.code).toBe('GALLERY_NOT_FOUND')
    expect((await use('fall-alert', { answers: ['x'] })).status).toBe(400)
    expect((await use('fall-alert', { name: 7 })).status).toBe(400)
  })
})

describe("one's own templates", () => {
  it('are saved without a secret, offered beside the others, made newer by saving again, and removed', async () => {
    const flow = (
      await use('fall-alert', { answers: { 'camera.path': 'rtsp://admin:hunter2@10.0.0.7/stream' }, name: 'Our hall' })
    ).body
    const save = () =>
      bench.call<View>('POST', '/api/templates', { body: { flow: flow.id, title: 'Our hall', purpose: 'As at home.' } })
    const saved = await save()
    expect(saved.body).toMatchObject({ origin: 'own', version: 1, title: 'Our hall', runsHere: true })
    expect(saved.body.asks.map(({ node, kind }) => `${node} ${kind}`)).toEqual([
      'camera camera',
      'model connection',
      'model text',
      'tell receiver',
    ])
    expect((await save()).body).toMatchObject({ id: saved.body.id, version: 2 })
    expect(JSON.stringify((await bench.call('GET', `/api/templates/${saved.body.id}`)).body)).not.toContain('hunter2')
    const again = await use(saved.body.id, { answers: { 'camera.path': 'a.mp4' } })
    expect(again.body.document).toMatchObject({ name: 'Our hall', template: { id: saved.body.id, version: 2 } })
    expect(await check(again.body.id)).toEqual([])
    expect((await bench.call('DELETE', `/api/templates/${saved.body.id}`)).status).toBe(204)
    expect((await bench.call<Refusal>('DELETE', `/api/templates/${saved.body.id}`)).body.error.code).toBe(
      'GALLERY_NOT_FOUND',
    )
    expect((await bench.call<Refusal>('DELETE', '/api/templates/fall-alert')).body.error.code).toBe('GALLERY_NOT_YOURS')
  })

  it("do not take the place of Heed's own", async () => {
    const flow = (await use('fall-alert')).body
    const { status, body } = await bench.call<Refusal>('POST', '/api/templates', {
      body: { flow: flow.id, title: 'Fall alert', id: 'fall-alert' },
    })
    expect([status, body.error.code]).toEqual([409, 'GALLERY_BUILT_IN'])
  })
})

describe("an organisation's templates", () => {
  it('are offered with the rest, and what they name waits for the yes', async () => {
    offered.templates = [
      organisations(1, ({ flow }) => {
        Object.assign(flow.nodes.find(({ id }) => id === 'tell')?.config ?? {}, {
          channel: 'webhook',
          url: 'https://stranger.example/hook',
        })
      }),
    ]
    expect((await list()).templates.find(({ id }) => id === 'house-rules')).toMatchObject({ origin: 'index' })
    const made = await use('house-rules', { answers: { 'camera.path': 'rtsp://camera.example/1' } })
    expect(made.body.unapprovedHosts).toEqual(['stranger.example:443'])
  })

  it('that cannot be read hide nothing else, and the gallery says so', async () => {
    offered.trouble = 'It cannot be read just now.'
    const { templates, notes } = await list()
    expect(notes).toEqual(['It cannot be read just now.'])
    expect(templates.length).toBeGreaterThanOrEqual(30)
  })
})

describe('a newer version', () => {
  const compare = async (id: string) => (await bench.call<Compared>('GET', `/api/flows/${id}/template`)).body
  const take = (flow: Stored) =>
    bench.call<Stored & Refusal>('POST', `/api/flows/${flow.id}/template/take`, {
      headers: { 'if-match': String(flow.revision) },
    })

  it('is shown as a difference and taken over, with own settings kept', async () => {
    offered.templates = [organisations(1)]
    const flow = (await use('house-rules', { answers: { 'camera.path': 'mine.mp4', 'model.mode': 'balanced' } })).body
    expect(await compare(flow.id)).toMatchObject({
      template: { id: 'house-rules', version: 1, title: 'Fall alert' },
      newest: null,
      changes: [],
    })
    expect((await take(flow)).body.error.code).toBe('GALLERY_NOTHING_NEWER')
    offered.templates = [
      organisations(2, ({ flow: drawn }) => {
        const config = (id: string) => drawn.nodes.find((node) => node.id === id)?.config ?? {}
        Object.assign(config('calm'), { quietMs: 90_000 })
        Object.assign(config('model'), { mode: 'sensitive', instruction: 'Warn at once when a person falls.' })
        drawn.nodes.push({ id: 'log', type: 'debug', version: 1, position: { x: 0, y: 200 }, config: {} })
        drawn.wires.push({ from: { node: 'calm', port: 'message' }, to: { node: 'log', port: 'message' } })
      }),
    ]
    const { newest, changes } = await compare(flow.id)
    expect(newest).toBe(2)
    expect(changes.map(({ what, node, field, keptOwn }) => [what, node, field, keptOwn])).toEqual([
      ['setting', 'model', 'instruction', false],
      ['setting', 'calm', 'quietMs', false],
      ['node-added', 'log', null, false],
      ['wire-added', 'calm', null, false],
    ])
    const taken = (await take(flow)).body
    expect(taken).toMatchObject({ revision: 2, document: { template: { version: 2 } } })
    expect(configOf(taken, 'model')).toMatchObject({
      mode: 'balanced',
      instruction: 'Warn at once when a person falls.',
    })
    expect(configOf(taken, 'camera')).toMatchObject({ path: 'mine.mp4' })
    expect(configOf(taken, 'calm')).toMatchObject({ quietMs: 90_000 })
    expect(await check(flow.id)).toEqual([])
    expect((await take(flow)).body.error.code).toBe('GALLERY_NOTHING_NEWER')
  })

  it('never writes over what was saved meanwhile', async () => {
    offered.templates = [organisations(1)]
    const flow = (await use('house-rules', {})).body
    offered.templates = [organisations(2)]
    await bench.call('PUT', `/api/flows/${flow.id}`, {
      body: { ...flow.document, name: 'Other' },
      headers: { 'if-match': '1' },
    })
    expect((await take(flow)).body.error.code).toBe('FLOW_REVISION_STALE')
  })
})
