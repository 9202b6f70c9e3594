// Uploads and camera tests, on a real folder with the real ffprobe.
import { readFile, readdir, utimes, writeFile } from 'node:fs/promises'
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPicture } from '../../runtime/cameras/jpeg-stream.ts'
import { makeClip, makeJpegs } from '../support/make-clip.ts'
import { createMediaBench, type MediaBench } from '../support/media-bench.ts'
import { startMjpegServer } from '../support/mjpeg-server.ts'

let source: MediaBench
let bench: MediaBench
let clip: string
beforeAll(async () => {
  source = await createMediaBench()
  clip = await makeClip(source.clip('clip.mp4'), { seconds: 2, size: '640x360', fps: 12.5 })
  bench = await createMediaBench({ maxUploadBytes: 5_000_000 })
})
afterAll(() => Promise.all([bench.close(), source.close()]))

const files = (): Promise<string[]> => readdir(`${bench.dataDir}/media`).then((names) => names.sort())

describe('the clip library', () => {
  it('keeps an upload under a harmless name and says what it is', async () => {
    const { library } = bench.media
    const bytes = (await readFile(clip)).length
    expect(await library.save('../../Küche, oben (1).MP4', createReadStream(clip))).toEqual({
      path: 'Küche-oben-1.mp4',
      bytes,
      width: 640,
      height: 360,
      durationS: 2,
    })
    expect(await library.list()).toEqual([
      { path: 'Küche-oben-1.mp4', bytes, uploadedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
    ])
    expect((await bench.watch({ kind: 'file', path: 'Küche-oben-1.mp4' }).ended).frames).toHaveLength(2)
    await library.remove('Küche-oben-1.mp4')
    expect(await library.list()).toEqual([])
  })

  it('lends a clip to a player, and nothing outside of its folders', async () => {
    const { library } = bench.media
    const { path } = await library.save('play.mp4', createReadStream(clip))
    expect(await readFile(await library.fileOf(path))).toEqual(await readFile(clip))
    for (const wrong of ['', '..', '/etc/passwd', '../../etc/passwd', 'gone.mp4', 'play.mp4\0'])
      await expect(library.fileOf(wrong), wrong).rejects.toMatchObject({ code: 'MEDIA_NOT_FOUND' })
    await library.remove(path)
  })

  it('draws the example once, for everybody who asks at the same time', async () => {
    const { library } = bench.media
    const made = await Promise.all([library.example(), library.example()])
    expect(made).toEqual([
      { path: 'heed-example.mp4', durationS: 16 },
      { path: 'heed-example.mp4', durationS: 16 },
    ])
    expect(await files()).toEqual(['heed-example.mp4'])
    expect(await library.probe({ kind: 'file', path: 'heed-example.mp4' })).toMatchObject({
      ok: true,
      width: 480,
      height: 360,
      durationS: 16,
    })
    const [before] = await library.list()
    await library.example()
    expect(await library.list()).toEqual([before])
    await library.remove('heed-example.mp4')
  })

  it('gives every upload of one name a name of its own, at the same time too', async () => {
    const { library } = bench.media
    const saved = await Promise.all([1, 2, 3].map(() => library.save('same.mp4', createReadStream(clip))))
    expect(saved.map(({ path }) => path).sort()).toEqual(['same-2.mp4', 'same-3.mp4', 'same.mp4'])
    for (const { path } of saved) await library.remove(path)
  })

  it.each([
    ['text', async () => [Buffer.from('hello')]],
    ['nothing', async () => []],
    ['a playlist', async () => [Buffer.from(`#EXTM3U\n#EXTINF:5,\n${clip}\n`)]],
    ['a picture', () => makeJpegs(1)],
  ])('does not keep %s', async (_what, body) => {
    await expect(bench.media.library.save('clip.mp4', Readable.from(await body()))).rejects.toMatchObject({
      name: 'BadRequestError',
      code: 'MEDIA_NOT_VIDEO',
    })
    expect(await files()).toEqual([])
  })

  it('does not keep sound without a picture', async () => {
    const tone = await makeClip(source.clip('tone.mp4'), { seconds: 1, sound: 'only' })
    await expect(bench.media.library.save('tone.mp4', createReadStream(tone))).rejects.toMatchObject({
      code: 'MEDIA_NOT_VIDEO',
    })
    expect(await files()).toEqual([])
  })

  it('stops an upload that grows too large, or breaks off', async () => {
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(65_536)
    }
    await expect(bench.media.library.save('big.mp4', Readable.from(endless()))).rejects.toMatchObject({
      name: 'BadRequestError',
      code: 'MEDIA_TOO_LARGE',
    })
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(1000)
      throw new Error('aborted')
    }
    await expect(bench.media.library.save('half.mp4', Readable.from(broken()))).rejects.toMatchObject({
      name: 'BadRequestError',
      code: 'MEDIA_INTERRUPTED',
    })
    expect(await files()).toEqual([])
  })

  it('sweeps what a crash left of an upload, but not one in progress', async () => {
    for (const name of ['.upload-1-1-0', '.upload-2-2-0']) await writeFile(bench.clip(name), 'x')
    await utimes(bench.clip('.upload-1-1-0'), 0, 0)
    const { path } = await bench.media.library.save('clip.mp4', createReadStream(clip))
    expect(await files()).toEqual(['.upload-2-2-0', 'clip.mp4'])
    expect((await bench.media.library.list()).map((one) => one.path)).toEqual(['clip.mp4'])
    await bench.media.library.remove(path)
  })

  it.each(['../clip.mp4', '/etc/passwd', 'missing.mp4', '.upload-2-2-0'])('does not remove %s', async (path) => {
    await expect(bench.media.library.remove(path)).rejects.toMatchObject({
      name: 'NotFoundError',
      code: 'MEDIA_NOT_FOUND',
    })
  })
})

describe('a camera test', () => {
  it('says what a clip is, with a picture', async () => {
    const { path } = await bench.media.library.save('probe.mp4', createReadStream(clip))
    const report = await bench.media.library.probe({ kind: 'file', path })
    expect(report).toMatchObject({ ok: true, width: 640, height: 360, fps: 12.5, codec: 'h264', durationS: 2 })
    const snapshot = report.ok ? report.snapshot : ''
    expect(snapshot).toMatch(/^data:image\/jpeg;base64,/)
    expect(readPicture(Buffer.from(snapshot.split(',')[1]!, 'base64'))).toMatchObject({ width: 640, height: 360 })
  })

  it('says what a camera in the network sends', async () => {
    const server = await startMjpegServer({ pictures: await makeJpegs(5) })
    expect(await bench.media.library.probe({ kind: 'url', url: server.url() })).toMatchObject({
      ok: true,
      width: 320,
      height: 240,
      codec: 'mjpeg',
      durationS: null,
    })
    await server.close()
  })

  it('shows what a browser pushes', async () => {
    const [jpeg] = await makeJpegs(1)
    bench.relay.publish('push:flow-cam', jpeg!)
    expect(await bench.media.library.probe({ kind: 'browser' }, { flowId: 'flow', nodeId: 'cam' })).toMatchObject({
      ok: true,
      width: 320,
      height: 240,
      codec: 'mjpeg',
    })
    expect(await bench.media.library.probe({ kind: 'browser' })).toMatchObject({ ok: false, code: 'CAMERA_SILENT' })
  })

  it('says what is wrong in words, within ten seconds', async () => {
    const { library } = bench.media
    expect(await library.probe({})).toMatchObject({ ok: false, code: 'CAMERA_NOT_SET_UP' })
    expect(await library.probe({ kind: 'file', path: 'missing.mp4' })).toEqual({
      ok: false,
      code: 'CAMERA_NOT_FOUND',
      message: 'There is no clip "missing.mp4". Upload it, or choose another one.',
    })
    expect(await library.probe({ kind: 'rtsp', url: 'rtsp://127.0.0.1:9/' })).toEqual({
      ok: false,
      code: 'CAMERA_REFUSED',
      message: 'The camera at 127.0.0.1:9 refused the connection. Is it on, and is the port right?',
    })
    const server = await startMjpegServer({ pictures: await makeJpegs(1) })
    server.stall()
    const startMs = Date.now()
    expect(await library.probe({ kind: 'url', url: server.url() })).toMatchObject({ ok: false, code: 'CAMERA_TIMEOUT' })
    expect(Date.now() - startMs).toBeLessThan(11_500)
    await server.close()
  })

  it('says how to get ffmpeg where it is missing', async () => {
    const without = await createMediaBench({ ffmpegPath: '/nonexistent/ffmpeg' })
    const report = await without.media.library.probe({ kind: 'device' })
    expect(report).toMatchObject({
      ok: false,
      code: 'MEDIA_FFMPEG_MISSING',
      message: expect.stringContaining('apt-get install ffmpeg'),
    })
    await without.close()
  })
})
