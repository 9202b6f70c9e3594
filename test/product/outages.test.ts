// The whole product while cameras die, clocks restart and Heed itself is killed: what was seen last is told, every second is
// accounted for, and no login is ever shown. One start for all.
import { execFile } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Aedes } from 'aedes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clipsFolder, hasClips } from '../support/clips.ts'
import { startFakeOrchestrator, type FakeOrchestrator } from '../support/fake-orchestrator.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { makeClip, publishClip } from '../support/make-clip.ts'
import { eventually, makeDataDir, removeFolder, startProduct, type Product } from '../support/product.ts'
import { alertFlow, deployFlow, eventsOf, statusOf } from '../support/product-flows.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

interface Row {
  tick: number
  mediaTimeS: number
  seconds: number
  reason: string
}
const run = promisify(execFile)
const dataDir = makeDataDir()
const closers: (() => unknown)[] = []
let product: Product
let model: FakeOrchestrator
let receiver: WebhookReceiver
let rtsp: RtspServer
/** Watched from the beginning, and still when Heed is killed. */
let room = ''

const inbox = { channel: 'inbox', title: 'Alert' }
const watched = { connection: 'vllm', instruction: 'Watch.' }
const rowsOf = async (flow: string): Promise<Row[]> =>
  (
    await product.request<{ decisions: Row[] }>('GET', `/api/flows/${flow}/decisions?limit=500`)
  ).body.decisions.reverse()

/** Every second is in one row, and the stream's seconds only grow. */
function expectNoHole(rows: Row[]): void {
  let upTo = 0
  for (const { tick, seconds } of rows) {
    expect(tick - seconds).toBe(upTo)
    upTo = tick
  }
  const times = rows.map(({ mediaTimeS }) => mediaTimeS)
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
}

beforeAll(async () => {
  model = await startFakeOrchestrator()
  receiver = await startWebhookReceiver()
  rtsp = await startRtspServer()
  const publisher = publishClip(await makeClip(join(dataDir, 'room.mp4'), { seconds: 5 }), rtsp.url('room'))
  closers.push(() => publisher.stop())
  await rtsp.published('room')
  product = await startProduct({ dataDir })
  await product.request('POST', '/api/connections', { name: 'vllm', kind: 'vllm-omni', config: { url: model.url } })
  room = await deployFlow(
    product,
    alertFlow({ camera: { kind: 'rtsp', url: rtsp.url('room') }, model: watched, notification: inbox }),
  )
})
afterAll(async () => {
  await product.stop()
  for (const close of closers.reverse()) await close()
  await Promise.all([rtsp.close(), model.stop(), receiver.stop()])
  removeFolder(dataDir)
})

describe.concurrent('the product', () => {
  it.skipIf(!hasClips)('tells of a fall whose camera dies a second later (needs the media clips)', async () => {
    const camera = await startRtspServer()
    const path = join(dataDir, 'fall.mp4')
    const still = 10
    const quiet = `tpad=start_duration=${still}:start_mode=clone`
    const clip = join(clipsFolder, 'fall_chair_sideways.mp4')
    await run('ffmpeg', [
      '-nostdin',
      '-v',
      'error',
      '-i',
      clip,
      '-vf',
      quiet,
      '-an',
      '-preset',
      'ultrafast',
      '-g',
      '25',
      path,
    ])
    const fall = { fromS: still + 1.8, downS: still + 3 }
    const publisher = publishClip(path, camera.url('fall'))
    await camera.published('fall')
    const beganMs = Date.now()
    const flow = await deployFlow(
      product,
      alertFlow({
        name: 'Falling',
        camera: { kind: 'rtsp', url: camera.url('fall') },
        model: {
          connection: 'edge',
          instruction: 'Warn the moment a person falls.',
          watchFor: ['fall'],
          mode: 'sensitive',
        },
        notification: { channel: 'webhook', url: receiver.url, title: 'Fall' },
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, beganMs + (fall.downS + 1) * 1000 - Date.now()))
    await camera.close()
    await publisher.stop()
    const hook = await eventually('the alert comes', async () =>
      receiver.received.find(({ body }) => (body.flow as { id: string }).id === flow),
    )
    expect(hook.atMs).toBeGreaterThan(beganMs + fall.fromS * 1000 - 1000)
    await eventually('the loss is told', async () => (await eventsOf(product, flow, 'stream.lost')).length === 1)
    expect(await eventsOf(product, flow, 'response.given')).toHaveLength(1)
    await product.request('POST', `/api/flows/${flow}/stop`)
  })

  it('goes on through a playlist whose clocks restart lower', async () => {
    const folder = join(dataDir, 'hls')
    await mkdir(folder)
    const clip = await makeClip(join(dataDir, 'part.mp4'), { seconds: 3, gop: 25 })
    for (const [name, offset] of [
      ['a.ts', '5000'],
      ['b.ts', '10'],
    ] as const)
      await run('ffmpeg', [
        '-nostdin',
        '-v',
        'error',
        '-i',
        clip,
        '-c',
        'copy',
        '-output_ts_offset',
        offset,
        '-f',
        'mpegts',
        join(folder, name),
      ])
    const parts = '#EXTINF:3,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:3,\nb.ts\n'
    const list = `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n${parts}#EXT-X-ENDLIST\n`
    const web = createHttpServer((request, response) => {
      const name = /[ab]\.ts/.exec(request.url ?? '')?.[0]
      if (name) void readFile(join(folder, name)).then((bytes) => response.end(bytes))
      else response.writeHead(200, { 'content-type': 'application/x-mpegurl' }).end(list)
    })
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
    closers.push(() => web.close())
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/live.m3u8`
    const flow = await deployFlow(
      product,
      alertFlow({ name: 'Playlist', camera: { kind: 'url', url }, model: watched, notification: inbox }),
    )
    await eventually('it is through', async () => (await statusOf(product, flow)).state === 'finished')
    const rows = await rowsOf(flow)
    const times = rows.map(({ mediaTimeS }) => mediaTimeS)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times.at(-1)).toBeGreaterThan(4)
    expect(times.at(-1)).toBeLessThan(12)
    expect((await eventsOf(product, flow)).map(({ kind }) => kind)).not.toContain('stream.lost')
  })

  it('says that a mail server or a broker refuses the login, and shows that login nowhere', async () => {
    const mail: MailServer = await startMailServer({ login: { user: 'heed', password: 'right' } })
    const broker = await Aedes.createBroker()
    broker.authenticate = (_client, _user, password, done) => done(null, String(password) === 'right')
    const mqtt: Server = createServer((socket) => broker.handle(socket))
    await new Promise<void>((resolve) => mqtt.listen(0, '127.0.0.1', resolve))
    closers.push(
      () => mail.stop(),
      () => mqtt.close(),
      () => new Promise<void>((resolve) => broker.close(() => resolve())),
    )
    const wrong = 'wr0ng-p4ssword'
    const made = [
      {
        name: 'post',
        kind: 'smtp',
        config: { host: '127.0.0.1', port: mail.port, secure: false, from: 'heed@example.org' },
      },
      { name: 'home', kind: 'mqtt', config: { url: `mqtt://127.0.0.1:${(mqtt.address() as AddressInfo).port}` } },
    ]
    const seen: unknown[] = []
    for (const connection of made) {
      const secret = { user: 'heed', password: wrong }
      const saved = await product.request('POST', '/api/connections', { ...connection, secret })
      expect(saved.status).toBe(201)
      const test = await product.request<{ ok: boolean; message: string }>(
        'POST',
        `/api/connections/${connection.name}/test`,
        {},
      )
      expect(test.body).toMatchObject({ ok: false, message: expect.stringMatching(/password|login/i) as string })
      const { status } = await product.request('PUT', `/api/connections/${connection.name}`, {
        ...connection,
        secret: { user: 'heed', password: 'right' },
      })
      expect(status).toBe(200)
      const again = await product.request<{ ok: boolean; message: string }>(
        'POST',
        `/api/connections/${connection.name}/test`,
        {},
      )
      expect(again.body).toMatchObject({ ok: true })
      seen.push(saved.body, test.body, again.body)
    }
    seen.push((await product.request('GET', '/api/connections')).body, product.output())
    expect(JSON.stringify(seen)).not.toContain(wrong)
  })
})

it('accounts for every second when Heed is killed: a row, an event, and a clock that goes on', async () => {
  await eventually('it watches', async () => (await rowsOf(room)).length >= 4)
  const before = (await rowsOf(room)).at(-1)
  await product.kill()
  await new Promise((resolve) => setTimeout(resolve, 3000))
  product = await startProduct({ dataDir, port: Number(new URL(product.url).port) })
  await eventually(
    'it watches again',
    async () => (await rowsOf(room)).filter(({ tick }) => tick > (before?.tick ?? 0)).length > 3,
  )
  const rows = await rowsOf(room)
  expectNoHole(rows)
  const [away] = rows.filter(({ reason }) => reason === 'heed-away')
  expect(away?.seconds).toBeGreaterThanOrEqual(3)
  const [gap] = (await eventsOf(product, room, 'stream.gap')) as unknown as { fields: Record<string, unknown> }[]
  expect(gap?.fields).toMatchObject({ reason: 'heed-away', seconds: away?.seconds })
  const last = rows.at(-1)
  // Ticks are counted from one, seconds from nought.
  expect(Math.abs((last?.tick ?? 0) - 1 - (last?.mediaTimeS ?? 0))).toBeLessThan(2)
})
