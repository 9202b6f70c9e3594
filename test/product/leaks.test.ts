// The whole product with a secret of every spelling in every place that takes one, among servers that say back what they were told. No word
// of any secret may be read anywhere but in what is sealed: not in an answer, the live feed, the log, the database, a file, or a process.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { payloadIn } from '../../nodes/contract/flow-address.ts'
import { unpackFlow } from '../../nodes/contract/flow-link.ts'
import { textIn } from '../../runtime/flows/png-text.ts'
import { canaries, findLeaks, type Canary } from '../support/canaries.ts'
import { withDatabase, type TestDatabase } from '../support/database.ts'
import { makeClip } from '../support/make-clip.ts'
import { watchProcesses, type ProcessWatch } from '../support/process-watch.ts'
import { eventually, makeDataDir, removeFolder, startProduct, testToken, type Product } from '../support/product.ts'
import { eventsOf, uploadClip } from '../support/product-flows.ts'
import { startTelltaleServer, type TelltaleServer } from '../support/telltale-server.ts'

const seed = Number(process.env.HEED_TEST_SEED ?? 20261)
const secrets: Canary[] = []
/** The next secret; each is used in one place. */
function next(inQuery = false): Canary {
  const made = canaries(1, seed + secrets.length * 7919, inQuery)[0]!
  secrets.push(made)
  return made
}

const texts: [string, string][] = []
let product: Product
let database: TestDatabase
let telltale: TelltaleServer
let dataDir: string
let processes: ProcessWatch
let webhooks = 0
const line = new AbortController()

beforeAll(async () => {
  dataDir = makeDataDir()
  database = await withDatabase()
  telltale = await startTelltaleServer()
  product = await startProduct({ dataDir, env: { DATABASE_URL: database.url, HEED_LOG_LEVEL: 'debug' } })
  processes = watchProcesses(product.process.pid ?? 0)
})
afterAll(async () => {
  line.abort()
  processes.stop()
  await product.stop()
  await telltale.close()
  await database.drop()
  removeFolder(dataDir)
})

/** Asks, keeps the answer, and gives it on. */
async function ask<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const answer = await fetch(product.url + path, {
    method,
    headers: { authorization: `Bearer ${testToken}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const text = bytes.toString('utf8')
  texts.push([`${method} ${path}`, `${text} ${JSON.stringify([...answer.headers])}`])
  if (answer.status >= 500) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`)
  if ((answer.headers.get('content-type') ?? '').startsWith('image/png')) return bytes as T
  return (text.startsWith('{') ? JSON.parse(text) : {}) as T
}

async function listen(): Promise<void> {
  const answer = await fetch(`${product.url}/api/live`, {
    headers: { authorization: `Bearer ${testToken}` },
    signal: line.signal,
  })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    texts.push(['the live feed', piece.value])
}

const at = { x: 0, y: 0 }
const part = (id: string, type: string, config: Record<string, unknown>, more = {}) => ({
  id,
  type,
  version: 1,
  position: at,
  config,
  ...more,
})
const wire = (from: string, fromPort: string, to: string, toPort: string) => ({
  from: { node: from, port: fromPort },
  to: { node: to, port: toPort },
})

function cameraUrls(): [kind: string, url: string][] {
  const here = `127.0.0.1:${telltale.port}`
  const login = (): string => next().login
  const inQuery = (): string => next(true).password
  return [
    ...Array.from({ length: 3 }, (): [string, string] => ['rtsp', `rtsp://${login()}@${here}/stream`]),
    ['rtsp', `rtsp://${here}/user=admin&password=${next().key}&channel=1`],
    ['rtsp', `rtsp://${here}/0/admin:${next().key}/main`],
    ...Array.from({ length: 2 }, (): [string, string] => ['url', `http://${login()}@${here}/video`]),
    ['url', `http://${here}/video.cgi?user=admin&pwd=${inQuery()}`],
    ['url', `http://${here}/video?token=${next().key}`],
    ['url', `http://${here}/later/snapshot.jpg?usr=admin&password=${inQuery()}`],
    ['url', `rtmp://${here}/live/${next().key}`],
    ['url', `rtmp://${login()}@${here}/live/${next().key}`],
    ['url', `srt://${here}?passphrase=${next().key}&mode=caller`],
    ['url', `srt://${here}?streamid=read:yard:ana:${next().key}`],
  ]
}

function webhookUrls(): string[] {
  const here = `127.0.0.1:${telltale.port}`
  return [
    ...Array.from({ length: 4 }, () => `http://${next().login}@${here}/hook`),
    `http://${here}/hook?token=${next(true).password}`,
    `http://${here}/services/T0AB12CD3/B0AB12CD3/${next().key}`,
    `http://${here}/api/webhooks/1234567890123456/${next().key}`,
    `http://${here}/bot123456789:${next().key}/sendMessage`,
    `http://${here}/moved/hooks/${next().key}`,
    `http://${here}/later?key=${next().key}`,
    `http://${here}/gone/hook/${next().key}`,
  ]
}

async function connect(): Promise<void> {
  const here = `127.0.0.1:${telltale.port}`
  const add = async (name: string, kind: string, config: Record<string, unknown>, secret = {}): Promise<void> => {
    await ask('POST', '/api/connections', { name, kind, config, secret })
    await ask('POST', `/api/connections/${name}/test`, { to: 'ana@example.org' })
    // What is typed into a form is tested before it is kept.
    await ask('POST', `/api/connections/${name}/test`, { kind, config, secret })
  }
  // A login in an address is refused here, in words that do not repeat it.
  await add('refused', 'openai', { url: `http://${next().login}@${here}/v1`, model: 'm' }, { apiKey: next().key })
  await add('sight', 'openai', { url: `http://${here}/v1`, model: 'm' }, { apiKey: next().key })
  await add(
    'sight2',
    'openai',
    { url: `http://${here}/v1?token=${next().key}`, model: 'm' },
    { apiKey: next(true).password },
  )
  await add('thinker', 'background-agent', { url: `http://${here}?key=${next().key}` }, { apiKey: next(true).password })
  await add('voice', 'speech', { url: `http://${here}/push/${next().key}` }, { apiKey: next(true).password })
  await add('slack', 'slack', {}, { url: `http://${here}/services/T0AB12CD3/B0AB12CD3/${next().key}` })
  await add('bot', 'slack', { url: `http://${here}`, channel: 'C012' }, { token: next().password })
  await add('phone', 'ntfy', { url: `http://${here}`, topic: 'x' }, { token: next().key })
  await add('broker', 'mqtt', { url: `mqtt://${here}` }, { user: 'ana', password: next().password })
  await add(
    'post',
    'smtp',
    { host: '127.0.0.1', port: telltale.mailPort, secure: false, from: 'a@b.org' },
    {
      user: 'ana',
      password: next().password,
    },
  )
  await add('hook', 'webhook', {}, { signingSecret: next().password })
  await ask('PUT', '/api/connections/phone', { config: { url: `http://${next().login}@${here}`, topic: 'y' } })
  await ask('GET', '/api/connections')
}

async function everyAnswerOf(flow: string): Promise<void> {
  for (const path of ['', '/status', '/revisions', '/revisions/1', '/requires', '/wires', '/decisions', '/precision'])
    await ask('GET', `/api/flows/${flow}${path}`)
  for (const path of ['/deploy/preview', '/template', '/rehearsals', '/export', '/export?form=node-red&answers=true'])
    await ask('GET', `/api/flows/${flow}${path}`)
  const { link } = await ask<{ link: string }>('GET', `/api/flows/${flow}/export?form=link&answers=true`)
  texts.push(['the link', await unpackFlow(payloadIn(link)!)])
  const png = await ask<Buffer>('GET', `/api/flows/${flow}/export?form=png&answers=true`)
  texts.push(['the picture', textIn(png) ?? ''])
  for (const { id } of await eventsOf(product, flow)) {
    await ask('GET', `/api/events/${id}`)
    await ask('GET', `/api/events/${id}/trace`)
  }
  await ask('GET', `/api/events?flow=${flow}&limit=100`)
}

async function draw(clip: string): Promise<{ yard: unknown; house: unknown }> {
  const cameras = cameraUrls().map(([kind, url], index) => ({ id: `cam${index}`, kind, url }))
  const urls = webhookUrls()
  webhooks = urls.length
  const hooks = urls.map((url, index) => ({ id: `tell${index}`, url }))
  const yard = {
    format: 'heed.flow/1',
    name: 'Yard',
    description: `The gate is rtsp://${next().login}@10.0.0.7:554/x and http://${next().login}@10.0.0.8/y`,
    nodes: cameras.flatMap(({ id, kind, url }) => [
      part(id, 'camera-source', { kind, url }, { name: id, note: { url } }),
      part(`see-${id}`, 'interaction-model', { connection: 'sight2', instruction: 'Say what you see.' }),
    ]),
    wires: cameras.map(({ id }) => wire(id, 'frames', `see-${id}`, 'frames')),
    'x-cameras': cameras.map(({ url }) => ({ url })),
  }
  const house = {
    format: 'heed.flow/1',
    name: 'House',
    nodes: [
      part('cam', 'camera-source', { kind: 'file', path: clip, loop: true }),
      part('model', 'interaction-model', { connection: 'sight', instruction: 'Say what you see.' }),
      part('ask', 'delegate-to-agent', { connection: 'sight2' }),
      ...hooks.map(({ id, url }) => part(id, 'notification', { channel: 'webhook', url, connection: 'hook' })),
      ...['slack', 'bot', 'phone', 'broker', 'post'].map((connection) =>
        part(`by-${connection}`, 'notification', {
          channel: { bot: 'slack', phone: 'ntfy', broker: 'mqtt', post: 'email' }[connection] ?? connection,
          connection,
          to: { broker: 'heed/x', post: 'ana@example.org', bot: 'C0123456789' }[connection] ?? '',
        }),
      ),
    ],
    wires: [
      wire('cam', 'frames', 'model', 'frames'),
      wire('model', 'delegation', 'ask', 'delegation'),
      ...[...hooks.map(({ id }) => id), ...['slack', 'bot', 'phone', 'broker', 'post'].map((each) => `by-${each}`)].map(
        (id) => wire('model', 'response', id, 'message'),
      ),
    ],
  }
  return { yard, house }
}

async function everyRow(): Promise<void> {
  const tables = await database.query<{ name: string }>(
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  )
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`)
    for (const { row } of rows) texts.push([`table ${name}`, row])
  }
}

function everyFile(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) everyFile(path)
    else texts.push([`file ${name}`, readFileSync(path, 'latin1')])
  }
}

it('shows no secret to anybody, whatever its spelling and whoever says it back', async () => {
  void listen().catch(() => undefined)
  const clip = await uploadClip(product, await makeClip(join(dataDir, 'see.mp4'), { seconds: 4, size: '160x120' }))
  await connect()
  const { yard, house } = await draw(clip)
  const flows: string[] = []
  for (const document of [yard, house]) {
    await ask('POST', '/api/flows/import/look', document)
    const {
      id,
      revision,
      document: saved,
    } = await ask<{ id: string; revision: number; document: object }>('POST', '/api/flows', document)
    flows.push(id)
    await ask('POST', `/api/flows/${id}/check`)
    await ask('POST', `/api/flows/${id}/check`, document)
    await ask('PUT', `/api/flows/${id}`, saved, { 'if-match': `"${revision}"` })
    const deployed = await ask<{ error?: unknown }>('POST', `/api/flows/${id}/deploy`)
    expect(deployed.error, JSON.stringify(deployed.error)).toBeUndefined()
    await ask('POST', `/api/flows/${id}/duplicate`, { name: 'Copy' })
    await ask('POST', '/api/templates', { flow: id, title: `Mine ${id}` })
    await ask('POST', '/api/flows/import', document)
  }
  const [yardId = '', houseId = ''] = flows
  const partsOf = (document: unknown, type: string): { id: string; config: object }[] =>
    (document as { nodes: { id: string; type: string; config: object }[] }).nodes.filter((each) => each.type === type)
  await Promise.all([
    ...partsOf(yard, 'camera-source').map(({ config }) => ask('POST', '/api/cameras/test', { config })),
    ...partsOf(house, 'notification').flatMap(({ id, config }) => [
      ask('POST', `/api/flows/${houseId}/nodes/${id}/test`, { config }),
      ask('POST', `/api/flows/${houseId}/nodes/${id}/test`),
    ]),
  ])
  // Its cameras have been called and are called no more: what follows needs the machine.
  await ask('POST', `/api/flows/${yardId}/stop`)
  await eventually('everybody was told and has answered', async () => {
    const events = await eventsOf(product, houseId)
    const ended = new Set(events.filter(({ kind }) => kind === 'notification.failed').map(({ text }) => text))
    return ended.size >= 8
  })
  await ask('POST', `/api/flows/${houseId}/rehearsals`, { clips: [clip], askAgents: true })
  const [rehearsal] = (await ask<{ rehearsals: { id: string }[] }>('GET', `/api/flows/${houseId}/rehearsals`))
    .rehearsals
  await eventually('the rehearsal is over', async () => {
    const { state } = await ask<{ state: string }>('GET', `/api/rehearsals/${rehearsal?.id ?? ''}`)
    return state !== 'running'
  })
  for (const flow of flows) await everyAnswerOf(flow)
  for (const path of [
    '/api/flows',
    '/api/templates',
    '/api/health',
    '/api/approved-hosts',
    '/api/packages',
    '/api/events',
  ])
    await ask('GET', path)
  const { templates } = await ask<{ templates: { id: string }[] }>('GET', '/api/templates')
  for (const { id } of templates.filter((each) => each.id.startsWith('own-'))) await ask('GET', `/api/templates/${id}`)
  await ask('GET', '/metrics')

  // Said once, however many alerts there were, and shown where people look.
  const goneId = `tell${webhooks - 1}`
  const { receivers } = await ask<{ receivers: object[] }>('GET', `/api/flows/${houseId}/status`)
  expect(receivers).toContainEqual(
    expect.objectContaining({
      node: goneId,
      state: 'gone',
      text: expect.stringContaining('is gone for good (410)') as string,
    }),
  )
  const health = await ask<{ checks: { receivers: object } }>('GET', '/api/health')
  expect(health.checks.receivers).toMatchObject({ ok: false })
  // Two by hand, and one of the flow: or two, when the second was under way when the first was refused.
  expect([3, 4]).toContain(telltale.asked.filter((line) => line.includes('/gone')).length)
  await ask('POST', `/api/flows/${houseId}/stop`)
  await everyRow()
  everyFile(dataDir)
  texts.push(['the log', product.output()], ...processes.seen())
  expect(telltale.asked.length).toBeGreaterThan(40)
  expect(processes.seen().some(([where]) => where.includes('ffmpeg'))).toBe(true)
  // What Heed itself was started with stays with it.
  for (const own of [testToken, database.url])
    expect(processes.seen().filter(([, text]) => text.includes(own))).toEqual([])
  expect(findLeaks(texts, secrets)).toEqual([])
}, 300_000)
