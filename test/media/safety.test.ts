// A flow is untrusted: nothing in it may become an option, a local file, another host, or a leaked password.
import { once } from 'node:events'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { makeClip } from '../support/make-clip.ts'
import { childrenWith, createMediaBench, type MediaBench } from '../support/media-bench.ts'
import { startRtspServer, type RtspServer } from '../support/rtsp-server.ts'

let bench: MediaBench
let outside: MediaBench
let secretClip: string
beforeAll(async () => {
  outside = await createMediaBench()
  secretClip = await makeClip(outside.clip('secret.mp4'), { seconds: 1 })
  bench = await createMediaBench()
  await makeClip(bench.clip('good.mp4'), { seconds: 1 })
})
afterAll(() => Promise.all([bench.close(), outside.close()]))

const errorOf = async (spec: CameraSpec, from = bench) => (await from.watch(spec).ended).error

describe("a clip's path", () => {
  it('leads nowhere but into the media folder', async () => {
    await symlink(secretClip, bench.clip('link.mp4'))
    await symlink('/', bench.clip('root'))
    await mkdir(bench.clip('folder.mp4'))
    const refused = [
      '../config.json',
      '../../etc/passwd',
      '/etc/passwd',
      secretClip,
      `root${secretClip}`,
      'link.mp4',
      'good.mp4/../../x',
      '/proc/self/environ',
      'a\0.mp4',
      '.',
      '',
    ]
    for (const path of refused) {
      expect((await errorOf({ kind: 'file', path }))?.code, path).toMatch(/^CAMERA_(PATH_REFUSED|NOT_SET_UP)$/)
    }
    for (const path of ['missing.mp4', 'folder.mp4'])
      expect(await errorOf({ kind: 'file', path })).toMatchObject({ name: 'FatalError', code: 'CAMERA_NOT_FOUND' })
  })

  it('may lead into a folder the owner of the machine has named', async () => {
    const named = await createMediaBench({ mediaDirs: [join(outside.dataDir, 'media')] })
    expect((await named.watch({ kind: 'file', path: secretClip }).ended).frames).toHaveLength(1)
    expect((await errorOf({ kind: 'file', path: `${outside.dataDir}/media/../other.mp4` }, named))?.code).toBe(
      'CAMERA_PATH_REFUSED',
    )
    await named.close()
  })

  it('is never read as an option, a protocol or a pattern', async () => {
    await Promise.all(
      [
        '-i',
        '-version.mp4',
        'concat:good.mp4|good.mp4',
        'http:%2f%2fx',
        'clip%03d.mp4',
        'pipe:0',
        'a b.mp4',
        '$(id).mp4',
      ].map(async (name) => {
        await copyFile(bench.clip('good.mp4'), bench.clip(name))
        const { frames, error } = await bench.watch({ kind: 'file', path: name }).ended
        expect(error, name).toBeUndefined()
        expect(frames, name).toHaveLength(1)
      }),
    )
  })
})

describe("a clip's content", () => {
  it.each([
    ['a playlist', () => `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://${secretClip}\n#EXT-X-ENDLIST\n`],
    ['a concat script', () => `ffconcat version 1.0\nfile '${secretClip}'\n`],
    [
      'an SDP',
      () =>
        'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n',
    ],
    [
      'a DASH manifest',
      () =>
        `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><BaseURL>file://${secretClip}</BaseURL></Period></MPD>`,
    ],
    ['a text file', () => 'root:x:0:0'.repeat(100)],
  ])('that is %s opens nothing else', async (_what, content) => {
    await writeFile(bench.clip('evil.mp4'), content())
    const error = await errorOf({ kind: 'file', path: 'evil.mp4' })
    expect(error?.name).toBe('FatalError')
    expect(error?.code).toMatch(/^CAMERA_(NO_VIDEO|BROKEN)$/)
  })

  it('that claims to be enormous does not fill the memory', async () => {
    await makeClip(bench.clip('huge.avi'), { seconds: 0.1, fps: 10, size: '7200x7200', codec: 'mjpeg' })
    expect((await bench.watch({ kind: 'file', path: 'huge.avi' }).ended).error?.name).toBe('FatalError')
  })
})

describe("a camera's address", () => {
  it.each([
    'file:///etc/passwd',
    'concat:a|b',
    'data:video/mp4;base64,AAAA',
    'pipe:0',
    'subfile,,start,0,end,0,,:/etc/passwd',
    'unix:/tmp/x',
    'ftp://host/x',
    'gopher://host/x',
    'crypto:file:///etc/passwd',
    'async:file:///etc/passwd',
    'tcp://127.0.0.1:22',
    'udp://@:5000',
    '-f lavfi -i testsrc',
    '/etc/passwd',
    'srt://host:9000?mode=listener',
  ])('is refused as %s', async (url) => {
    expect(await errorOf({ kind: 'url', url })).toMatchObject({ name: 'FatalError', code: 'CAMERA_URL_INVALID' })
  })

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'rtsp://169.254.169.254/x',
    'http://2852039166/',
    'rtsp://2852039166/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'rtsp://0xa9fea9fe/x',
    'http://100.100.100.200/',
    'http://[fd00:ec2::254]/',
    'rtsp://0.0.0.0/',
  ])("may not be %s, a service of the machine's own network", async (url) => {
    expect((await errorOf({ kind: 'url', url }))?.code).toBe('CAMERA_HOST_REFUSED')
  })

  it('is judged by what its name resolves to', async () => {
    const fooled = await createMediaBench({
      egress: createEgress({
        lookup: async () => [
          { address: '10.0.0.7', family: 4 },
          { address: '169.254.169.254', family: 4 },
        ],
      }),
    })
    expect((await errorOf({ kind: 'rtsp', url: 'rtsp://camera.example/1' }, fooled))?.code).toBe('CAMERA_HOST_REFUSED')
    await fooled.close()
  })

  it('gets no password that was saved for another host', async () => {
    const other = await createMediaBench({ fillCredentials: async () => 'rtsp://admin:geheim@10.0.0.8/1' })
    const error = await errorOf({ kind: 'rtsp', url: 'rtsp://***@127.0.0.1/1' }, other)
    expect(error?.code).toBe('CAMERA_NOT_SET_UP')
    expect(inspect(error)).not.toContain('geheim')
    await other.close()
    expect((await errorOf({ kind: 'rtsp', url: 'rtsp://***@127.0.0.1/1' }))?.code).toBe('CAMERA_CREDENTIALS_MISSING')
  })

  it.each(['/etc/passwd', '/dev/sda', '/dev/video0 -i x', '-list_formats', '/dev/video0/../sda', 'video0'])(
    'may not be the device %s',
    async (device) => {
      expect((await errorOf({ kind: 'device', device }))?.code).toBe('CAMERA_NOT_SET_UP')
    },
  )

  it('says that a USB camera is not there', async () => {
    expect(await errorOf({ kind: 'device', device: '/dev/video77' })).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_NOT_FOUND',
    })
  })
})

describe('a playlist on the web', () => {
  let web: Server
  beforeAll(async () => {
    web = createServer((request, response) => {
      if (request.url === '/redirect.mp4') response.writeHead(302, { Location: `file://${secretClip}` }).end()
      else
        response.end(
          `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:5,\n${request.url === '/list.m3u8' ? `file://${secretClip}` : `concat:${secretClip}`}\n#EXT-X-ENDLIST\n`,
        )
    })
    web.listen(0, '127.0.0.1')
    await once(web, 'listening')
  })
  afterAll(() => {
    web.close()
  })

  it.each(['list.m3u8', 'concat.m3u8', 'redirect.mp4'])('reads no local file (%s)', async (path) => {
    const { frames, error } = await bench.watch({
      kind: 'url',
      url: `http://127.0.0.1:${(web.address() as AddressInfo).port}/${path}`,
    }).ended
    expect(frames).toEqual([])
    expect(error?.code).toMatch(/^CAMERA_/)
  })
})

describe("a camera's password", () => {
  let locked: RtspServer
  beforeAll(async () => {
    locked = await startRtspServer({ login: { user: 'admin', password: 'other', scheme: 'basic' } })
  })
  afterAll(() => locked.close())

  it('is in no log, error or report, however the camera fails', async () => {
    const urls = [
      `rtsp://wirt:geheim@127.0.0.1:${locked.port}/live?token=geheim`,
      `http://wirt:geheim@127.0.0.1:${locked.port}/live?token=geheim`,
      'rtsp://wirt:geheim@127.0.0.1:9/geheim',
      'rtsp://wirt:geheim@no-such-camera.invalid/geheim',
      'rtmp://wirt:geheim@127.0.0.1:9/geheim',
      'rtsp://wirt:geh/eim@127.0.0.1:9/',
      'ftp://wirt:geheim@127.0.0.1/',
    ]
    for (const url of urls) {
      const error = await errorOf({ kind: 'url', url })
      const report = await bench.media.library.probe({ kind: 'url', url })
      expect(report).toMatchObject({ ok: false })
      expect(error, url).toBeDefined()
      for (const text of [inspect(error, { depth: 9 }), JSON.stringify(report), bench.logs()])
        expect(text, url).not.toMatch(/geheim|wirt|geh\b|eim@/)
    }
  })

  it('is said to be refused at once, also by a camera that keeps the connection open then', async () => {
    expect((await errorOf({ kind: 'url', url: `http://wirt:geheim@127.0.0.1:${locked.port}/live` }))?.code).toBe(
      'CAMERA_UNAUTHORIZED',
    )
  })

  it('leaves no process behind', async () => {
    expect(await childrenWith('geheim')).toEqual([])
  })
})
