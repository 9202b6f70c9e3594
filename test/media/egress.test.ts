// Cameras and the one door out: where a camera leads us, what its name turns into, and who approved it. Everything here is on
// this machine, so what may be reached is only what the test approves.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEgress, type Egress } from '../../runtime/egress/egress.ts'
import { openHttpGuard } from '../../runtime/cameras/http-guard.ts'
import { makeClip, makeJpegs, publishClip } from '../support/make-clip.ts'
import { childrenWith, createMediaBench, fastTap, processesWith, type MediaBench } from '../support/media-bench.ts'
import { startMjpegServer } from '../support/mjpeg-server.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'
import { playlist, startSlyCamera, startSlyRtsp, type Answer, type SlyCamera } from '../support/sly-camera.ts'

const approved = new Set<string>()
/** What names turn into, one answer after the other; the last one stays. */
const names = new Map<string, string[]>()
let egress: Egress
let bench: MediaBench
let camera: SlyCamera
let other: SlyCamera
let clip: Buffer
let answers: Record<string, Answer> = {}

beforeAll(async () => {
  egress = createEgress({
    isApproved: async (host, port) => approved.has(`${host}:${port}`),
    lookup: async (host) => {
      const [first = '', ...later] = names.get(host) ?? []
      if (later.length > 0) names.set(host, later)
      if (first === '') throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' })
      return [{ address: first, family: first.includes(':') ? 6 : 4 }]
    },
  })
  bench = await createMediaBench({ egress, silentAfterMs: 4000 })
  clip = await readFile(await makeClip(bench.clip('one.mp4'), { seconds: 1, extra: ['-movflags', '+faststart'] }))
  camera = await startSlyCamera((path) => (path === '/clip.mp4' ? { body: clip, type: 'video/mp4' } : answers[path]))
  other = await startSlyCamera((path) => (path === '/clip.mp4' ? { body: clip, type: 'video/mp4' } : undefined))
})
beforeEach(() => {
  approved.clear()
  approved.add(`127.0.0.1:${camera.port}`)
  names.clear()
  answers = {}
  camera.asked.length = other.asked.length = 0
})
afterAll(() => Promise.all([bench.close(), camera.close(), other.close()]))

const watch = (url: string, kind: 'url' | 'rtsp' = 'url') => bench.watch({ kind, url } as CameraSpec).ended
const at = (path: string): string => `http://127.0.0.1:${camera.port}${path}`

describe('a camera in the own network', () => {
  it('is opened once its owner has approved it, and not asked before', async () => {
    approved.clear()
    for (const url of [
      at('/clip.mp4'),
      `rtsp://127.0.0.1:${camera.port}/x`,
      `rtmp://127.0.0.1:${camera.port}/a/b`,
      `srt://127.0.0.1:${camera.port}`,
      `rtsps://127.0.0.1:${camera.port}/x`,
    ]) {
      const { error } = await watch(url)
      expect(error, url).toMatchObject({
        name: 'FatalError',
        code: 'CAMERA_HOST_NOT_APPROVED',
        message: expect.stringContaining('nobody has approved it') as string,
      })
    }
    expect(await bench.media.library.probe({ kind: 'url', url: at('/clip.mp4') })).toMatchObject({
      ok: false,
      code: 'CAMERA_HOST_NOT_APPROVED',
    })
    expect(camera.asked).toEqual([])
    approved.add(`127.0.0.1:${camera.port}`)
    expect((await watch(at('/clip.mp4'))).frames).toHaveLength(1)
  })

  it('may be tried by whoever has just typed it', async () => {
    approved.clear()
    const config = { kind: 'url', url: at('/clip.mp4') }
    egress.trust(config)
    expect(await bench.media.library.probe(config)).toMatchObject({ ok: true, width: 320, height: 240 })
  })
})

describe('a camera that is stopped while its host is still being judged', () => {
  it('is not opened any more', async () => {
    const judged = Promise.withResolvers<{ address: string; family: number }[]>()
    const asked = Promise.withResolvers<undefined>()
    const checkAddress: Egress['checkAddress'] = () => {
      asked.resolve(undefined)
      return judged.promise
    }
    const slow = await createMediaBench({ egress: { checkAddress } })
    const watching = slow.watch({ kind: 'rtsp', url: `rtsp://127.0.0.1:${camera.port}/x` })
    await asked.promise
    const stopped = watching.stop()
    judged.resolve([{ address: '127.0.0.1', family: 4 }])
    expect((await stopped).error?.code).toBe('RUN_STOPPED')
    expect(camera.asked).toEqual([])
    await slow.close()
  })
})

describe('a name service that does not answer', () => {
  const hanging: Pick<Egress, 'checkAddress'> = { checkAddress: () => new Promise(() => undefined) }

  it('keeps nobody from stopping a camera, and no camera test from its end', async () => {
    const stuck = await createMediaBench({
      egress: hanging,
      clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
    })
    const cameras = [
      stuck.watch({ kind: 'rtsp', url: 'rtsp://camera.example/x' }),
      stuck.watch({ kind: 'url', url: 'rtmp://camera.example/x/y' }),
    ]
    expect((await Promise.all(cameras.map((watching) => watching.stop()))).map(({ error }) => error?.code)).toEqual([
      'RUN_STOPPED',
      'RUN_STOPPED',
    ])
    expect(await stuck.media.library.probe({ kind: 'url', url: 'http://camera.example/' })).toMatchObject({
      ok: false,
      code: 'CAMERA_TIMEOUT',
    })
    await stuck.close()
  }, 5000)
})

describe('a camera on the web', () => {
  it.each([
    '169.254.169.254',
    '2852039166',
    '0251.0376.0251.0376',
    '0xa9fea9fe',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
    'metadata.google.internal',
  ])("leads nowhere near a cloud's metadata, by redirect to %s", async (host) => {
    answers['/sly.mp4'] = { redirect: `http://${host}/latest/meta-data/` }
    const { error } = await watch(at('/sly.mp4'))
    expect(error).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_HOST_REFUSED',
      message: expect.stringMatching(
        new RegExp(`^The camera at 127\\.0\\.0\\.1:${camera.port} sends us on to .*nothing in a flow may reach it\\.$`),
      ) as string,
    })
  })

  it('leads to no other machine of the own network unless that one is approved too', async () => {
    answers['/moved.mp4'] = { redirect: `http://127.0.0.1:${other.port}/clip.mp4` }
    expect((await watch(at('/moved.mp4'))).error).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_HOST_NOT_APPROVED',
      message: expect.stringContaining(
        `sends us on to 127.0.0.1. "127.0.0.1" (port ${other.port}) lies in your own network`,
      ) as string,
    })
    expect(other.asked).toEqual([])
    approved.add(`127.0.0.1:${other.port}`)
    expect((await watch(at('/moved.mp4'))).frames).toHaveLength(1)
    expect(other.asked.every((line) => line === `GET 127.0.0.1:${other.port}/clip.mp4`)).toBe(true)
  })

  it.each([
    ['http://169.254.169.254/latest.ts', 'CAMERA_HOST_REFUSED'],
    ['file:///etc/passwd', 'CAMERA_LINK_REFUSED'],
    ['concat:http://127.0.0.1/a|file:///etc/passwd', 'CAMERA_LINK_REFUSED'],
    ['httpproxy://169.254.169.254:80/x:1', 'CAMERA_LINK_REFUSED'],
    ['tcp://169.254.169.254:80', 'CAMERA_LINK_REFUSED'],
    ['crypto+http://169.254.169.254/x.ts', 'CAMERA_LINK_REFUSED'],
  ])("is stopped at a playlist's entry %s", async (entry, code) => {
    answers['/list.m3u8'] = { body: playlist(entry) }
    expect((await watch(at('/list.m3u8'))).error).toMatchObject({
      name: 'FatalError',
      code,
      message: expect.stringContaining('sends us on to') as string,
    })
  })

  it('is stopped where only a later playlist leads astray', async () => {
    const segment = await readFile(await makeClip(bench.clip('one.ts'), { seconds: 2 }))
    const live = (...entries: string[]): Answer => ({ body: playlist(...entries).replace('#EXT-X-ENDLIST\n', '') })
    answers['/1.ts'] = answers['/2.ts'] = answers['/3.ts'] = { body: segment, type: 'video/mp2t' }
    answers['/live.m3u8'] = live('1.ts', '2.ts', '3.ts')
    const watching = bench.watch({ kind: 'url', url: at('/live.m3u8') })
    await watching.until(() => true)
    answers['/live.m3u8'] = live('1.ts', '2.ts', '3.ts', 'http://169.254.169.254/4.ts')
    expect((await watching.ended).error).toMatchObject({ name: 'FatalError', code: 'CAMERA_HOST_REFUSED' })
  })

  it.each([
    ['file:///etc/passwd', 'file:'],
    ['rtsp://127.0.0.1/x', 'rtsp:'],
    ['concat:a|b', 'concat:'],
  ])('leads to no %s', async (to, scheme) => {
    answers['/sly.mp4'] = { redirect: to }
    expect((await watch(at('/sly.mp4'))).error).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_LINK_REFUSED',
      message: expect.stringContaining(`begins with "${scheme}"`) as string,
    })
  })

  it('is reached at the very address that was judged, and judged anew with each connection', async () => {
    const url = `http://rebind.example:${camera.port}/clip.mp4`
    approved.add(`rebind.example:${camera.port}`)
    names.set('rebind.example', ['127.0.0.1'])
    expect((await watch(url)).frames).toHaveLength(1)
    expect(camera.asked[0]).toBe(`GET rebind.example:${camera.port}/clip.mp4`)
    names.set('rebind.example', ['127.0.0.1', '169.254.169.254'])
    expect((await watch(url)).error).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_HOST_REFUSED',
      message: expect.stringContaining('leads to 169.254.169.254') as string,
    })
    expect((await watch(`http://nobody.example:${camera.port}/`)).error).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_UNKNOWN_HOST',
    })
  })

  it('says in words what became of a connection that ffmpeg does not see', async () => {
    approved.add('127.0.0.1:9')
    expect((await watch('http://127.0.0.1:9/')).error).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_REFUSED',
      message: 'The camera at 127.0.0.1:9 refused the connection. Is it on, and is the port right?',
    })
    answers['/moved.mp4'] = { redirect: 'http://127.0.0.1:9/' }
    expect((await watch(at('/moved.mp4'))).error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_REFUSED' })
  })

  it('may use TLS, a redirect to TLS and a playlist over TLS', async () => {
    const [key, cert] = [join(bench.dataDir, 'key.pem'), join(bench.dataDir, 'cert.pem')]
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        '/CN=camera',
        '-keyout',
        key,
        '-out',
        cert,
      ],
      { stdio: 'ignore' },
    )
    const secure = await startSlyCamera(
      (path) => (path === '/clip.mp4' ? { body: clip, type: 'video/mp4' } : undefined),
      { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') },
    )
    approved.add(`127.0.0.1:${secure.port}`)
    answers['/moved.mp4'] = { redirect: `https://127.0.0.1:${secure.port}/clip.mp4` }
    answers['/list.m3u8'] = { body: playlist(`https://127.0.0.1:${secure.port}/clip.mp4`) }
    for (const url of [`https://127.0.0.1:${secure.port}/clip.mp4`, at('/moved.mp4'), at('/list.m3u8')]) {
      const { frames, error } = await watch(url)
      expect(error, url).toBeUndefined()
      expect(frames, url).toHaveLength(1)
    }
    await secure.close()
  })

  it("gets its password from us and not by ffmpeg's arguments, and nobody else gets it", async () => {
    const login = { user: 'admin', password: `geheim ${process.pid}%` }
    const server = await startMjpegServer({ pictures: await makeJpegs(10), login })
    approved.add(`127.0.0.1:${server.port}`)
    const watching = bench.watch({ kind: 'url', url: server.url(login) }, { fast: fastTap })
    await watching.until(() => true)
    expect(await childrenWith('ffmpeg', `:${server.port}/video`, 'image2pipe')).toHaveLength(1)
    expect(await processesWith(`geheim%20${process.pid}`)).toEqual([])
    await watching.stop()
    await server.close()
    const seen: unknown[] = []
    const thief = await startSlyCamera((_path, request) => {
      seen.push(request.headers.authorization, request.headers['proxy-authorization'])
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="camera"' } }
    })
    approved.add(`127.0.0.1:${thief.port}`)
    answers['/moved.mp4'] = { redirect: `http://127.0.0.1:${thief.port}/` }
    expect((await watch(at('/moved.mp4').replace('http://', 'http://admin:geheim@'))).error).toMatchObject({
      code: 'CAMERA_UNAUTHORIZED',
    })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every((each) => each === undefined)).toBe(true)
    await thief.close()
  })
})

describe('the guard for cameras on the web', () => {
  it('serves nobody but the ffmpeg that holds its secret', async () => {
    const guard = await openHttpGuard({
      camera: new URL(at('/clip.mp4')),
      approveHost: (host, port) => egress.checkAddress(host, port),
      onRefused: () => undefined,
      onConnection: () => undefined,
    })
    const { port, username, password } = new URL(guard.proxy)
    const say = async (text: string): Promise<string> => {
      const socket = connect(Number(port), '127.0.0.1').setEncoding('latin1')
      socket.write(text)
      let said = ''
      socket.on('data', (chunk: string) => {
        said += chunk
      })
      await once(socket, 'close')
      return said.split('\r\n', 1)[0] ?? ''
    }
    const get = (line: string, secret?: string): Promise<string> =>
      say(
        `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${secret === undefined ? '' : `Proxy-Authorization: Basic ${Buffer.from(secret).toString('base64')}\r\n`}\r\n`,
      )
    const own = `${username}:${password}`
    for (const secret of [undefined, '', username, `${username}:`, `${username}:${'0'.repeat(password.length)}`])
      expect(await get(`GET ${at('/clip.mp4')}`, secret)).toBe('HTTP/1.1 407 Proxy Authentication Required')
    expect(camera.asked).toEqual([])
    expect(await get(`CONNECT 127.0.0.1:${camera.port}`, own)).toBe('')
    expect(await get(`POST ${at('/clip.mp4')}`, own)).toBe('HTTP/1.1 400 Bad Request')
    expect(await get('GET /clip.mp4', own)).toBe('HTTP/1.1 400 Bad Request')
    expect(await get('GET file:///etc/passwd', own)).toBe('HTTP/1.1 400 Bad Request')
    expect(camera.asked).toEqual([])
    expect(await get(`GET ${at('/clip.mp4')}`, own)).toBe('HTTP/1.1 200 OK')
    await guard.close()
  })
})

describe('an RTSP camera', () => {
  let live: RtspServer
  let publisher: { stop(): Promise<void> }
  beforeAll(async () => {
    live = await startRtspServer()
    publisher = publishClip(await makeClip(bench.clip('live.mp4'), { seconds: 5 }), live.url('live'))
    await live.published('live')
  })
  afterAll(async () => {
    await publisher.stop()
    await live.close()
  })

  it.each([
    'RTSP/1.0 302 Moved\r\nCSeq: {cseq}\r\nLocation: {to}\r\n\r\n',
    'RTSP/1.0 301 Moved\nCSeq: {cseq}\nlocation: {to}\n\n',
  ])('leads nowhere else: %j', async (answer) => {
    approved.add(`127.0.0.1:${other.port}`)
    const sly = await startSlyRtsp(answer.replace('{to}', `rtsp://127.0.0.1:${other.port}/live`))
    approved.add(`127.0.0.1:${sly.port}`)
    const { error } = await watch(`rtsp://127.0.0.1:${sly.port}/live`, 'rtsp')
    expect(error).toMatchObject({
      name: 'FatalError',
      code: 'CAMERA_LINK_REFUSED',
      message: expect.stringContaining(
        `The camera at 127.0.0.1:${sly.port} sends us on to 127.0.0.1:${other.port}.`,
      ) as string,
    })
    expect(other.asked).toEqual([])
    expect(sly.asked).toHaveLength(1)
    await sly.close()
  })

  it('is reached at the very address that was judged, over TCP and UDP', async () => {
    approved.add(`rebind.example:${live.port}`)
    for (const transport of ['tcp', 'udp'] as const) {
      names.set('rebind.example', ['127.0.0.1', '169.254.169.254'])
      const watching = bench.watch(
        { kind: 'rtsp', url: `rtsp://rebind.example:${live.port}/live`, transport },
        { fast: fastTap },
      )
      await watching.until(() => true)
      await watching.stop()
      expect((await watch(`rtsp://rebind.example:${live.port}/live`, 'rtsp')).error?.code).toBe('CAMERA_HOST_REFUSED')
    }
  })
})
