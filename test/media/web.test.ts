// Cameras on the web: MJPEG has no clock and may come without lengths, HLS comes in lumps, a clip on a server ends.
import { once } from 'node:events'
import { createReadStream, mkdirSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/capabilities/clock.ts'
import { makeClip, makeJpegs, publishClip } from '../support/make-clip.ts'
import { createMediaBench, fastTap, type MediaBench, type Watching } from '../support/media-bench.ts'
import { startMjpegServer } from '../support/mjpeg-server.ts'

let bench: MediaBench
let pictures: Uint8Array[]
let web: Server
const asked: string[] = []

beforeAll(async () => {
  bench = await createMediaBench({ silentAfterMs: 4000 })
  pictures = await makeJpegs(40)
  web = createServer((request, response) => {
    asked.push(request.url ?? '')
    const path = bench.clip(new URL(request.url ?? '', 'http://x').pathname)
    stat(path).then(({ size }) => {
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      const range = { 'Accept-Ranges': 'bytes', 'Content-Range': `bytes ${start}-${size - 1}/${size}`, 'Content-Length': size - start }
      response.writeHead(request.headers.range ? 206 : 200, range)
      createReadStream(path, { start }).pipe(response)
    }, () => response.writeHead(404).end())
  })
  web.listen(0, '127.0.0.1')
  await once(web, 'listening')
})
afterAll(async () => {
  await bench.close()
  web.closeAllConnections()
  web.close()
})

const webUrl = (path: string): string => `http://127.0.0.1:${(web.address() as AddressInfo).port}/${path}`

describe('an MJPEG camera', () => {
  it.each([{ withoutLength: false }, { withoutLength: true }])('gives a picture a second of what it shows right now ($withoutLength)', async ({ withoutLength }) => {
    const server = await startMjpegServer({ pictures, fps: 10, withoutLength })
    const watching = bench.watch({ kind: 'url', url: server.url() }, { fast: fastTap })
    await watching.until((frame) => frame.mediaTimeS > 4)
    const { frames, fast } = await watching.stop()
    const steps = frames.slice(2).map(({ atMs }, index) => atMs - frames[index + 1]!.atMs)
    expect(Math.max(...steps)).toBeLessThan(1500)
    expect(frames.length).toBeGreaterThanOrEqual(5)
    expect(frames.length).toBeLessThanOrEqual(7)
    expect(fast.length).toBeGreaterThan(25)
    await server.close()
  })

  it('at 2 pictures a second is shown as it comes', async () => {
    const server = await startMjpegServer({ pictures, fps: 2 })
    const watching = bench.watch({ kind: 'url', url: server.url() })
    await watching.until((frame) => frame.mediaTimeS > 3)
    const { frames } = await watching.stop()
    expect(frames.length).toBeGreaterThanOrEqual(4)
    await server.close()
  })

  it('shows a frozen picture as the same picture, for the engine to see', async () => {
    const server = await startMjpegServer({ pictures })
    const watching = bench.watch({ kind: 'url', url: server.url() })
    await watching.until((frame) => frame.seq === 1)
    server.freeze()
    await watching.until((frame) => frame.seq === 5)
    const { frames } = await watching.stop()
    expect(Buffer.from(frames[5]!.luma.data).equals(frames[4]!.luma.data)).toBe(true)
    expect(Buffer.from(frames[1]!.luma.data).equals(frames[0]!.luma.data)).toBe(false)
    await server.close()
  })

  it('is lost when it stalls or drops us, refuses a wrong password, and comes back', async () => {
    const server = await startMjpegServer({ pictures, login: { user: 'a', password: 'b c' } })
    const wrong = await bench.watch({ kind: 'url', url: server.url({ user: 'a', password: 'x' }) }).ended
    expect(wrong.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_UNAUTHORIZED' })
    const url = server.url({ user: 'a', password: 'b c' })
    const stalled = bench.watch({ kind: 'url', url })
    await stalled.until((frame) => frame.seq === 1)
    server.stall()
    expect((await stalled.ended).error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_SILENT', message: `The camera at 127.0.0.1:${server.port} has sent no picture for 4 s.` })
    server.resume()
    const dropped = bench.watch({ kind: 'url', url })
    await dropped.until((frame) => frame.seq === 1)
    server.drop()
    expect((await dropped.ended).error).toMatchObject({ name: 'RetryableError' })
    await server.close()
    await server.restart()
    const again = bench.watch({ kind: 'url', url })
    await again.until((frame) => frame.seq === 1)
    await again.stop()
    await server.close()
  }, 40_000)
})

describe('a stream that is pushed', () => {
  // ffmpeg itself plays the server here: it serves one viewer, from when that one comes.
  it.each([
    { name: 'RTMP', url: (port: number) => `rtmp://127.0.0.1:${port}/live/key`, serve: (port: number) => `rtmp://127.0.0.1:${port}/live/key`, output: ['-f', 'flv', '-listen', '1'] },
    { name: 'SRT', url: (port: number) => `srt://127.0.0.1:${port}`, serve: (port: number) => `srt://127.0.0.1:${port}?mode=listener`, output: ['-f', 'mpegts'] },
  ])('is read over $name', async ({ url, serve, output }) => {
    await makeClip(bench.clip('pushed.mp4'), { seconds: 5 })
    const port = await freePort()
    const publisher = publishClip(bench.clip('pushed.mp4'), serve(port), output)
    const frames = await untilServed(() => bench.watch({ kind: 'url', url: url(port) }, { fast: fastTap }))
    expect(frames.map(({ full }) => [full.width, full.height])).toEqual([[320, 240], [320, 240], [320, 240]])
    await publisher.stop()
  }, 30_000)

  async function freePort(): Promise<number> {
    const probe = createServer().listen(0, '127.0.0.1')
    await once(probe, 'listening')
    const { port } = probe.address() as AddressInfo
    probe.close()
    return port
  }

  /** Three frames, once the server is up. */
  async function untilServed(watch: () => Watching): Promise<Frame[]> {
    for (let tries = 0; tries < 20; tries++) {
      const watching = watch()
      const isUp = await watching.until((frame) => frame.seq === 2).then(() => true, () => false)
      const { frames, error } = await watching.stop()
      if (isUp) return frames.slice(0, 3)
      expect(error?.code).toBe('CAMERA_REFUSED')
      await systemClock.sleep(200)
    }
    throw new Error('Nobody served the stream.')
  }
})

describe('video on a web server', () => {
  it('plays HLS at its own speed although it comes in lumps', async () => {
    mkdirSync(join(bench.dataDir, 'media', 'hls'))
    await makeClip(bench.clip('hls/live.m3u8'), { seconds: 6, extra: ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0'] })
    const { frames, error } = await bench.watch({ kind: 'url', url: webUrl('hls/live.m3u8') }).ended
    expect(error).toBeUndefined()
    expect(frames.map(({ mediaTimeS }) => Math.floor(mediaTimeS + 0.02))).toEqual([0, 1, 2, 3, 4, 5])
    expect(frames[5]!.atMs - frames[0]!.atMs).toBeGreaterThan(4700)
  })

  it('plays a clip to its end', async () => {
    await makeClip(bench.clip('web.mp4'), { seconds: 2.5 })
    const { frames, error } = await bench.watch({ kind: 'url', url: webUrl('web.mp4') }).ended
    expect(error).toBeUndefined()
    expect(frames).toHaveLength(3)
  })

  it('says when an address has nothing, or something that is no video', async () => {
    const missing = await bench.watch({ kind: 'url', url: webUrl('nothing.mp4') }).ended
    expect(missing.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_NOT_FOUND' })
    await makeClip(bench.clip('tone.mp4'), { seconds: 1, sound: 'only' })
    const tone = await bench.watch({ kind: 'url', url: webUrl('tone.mp4') }).ended
    expect(tone.error).toMatchObject({ name: 'FatalError', code: 'CAMERA_NO_VIDEO' })
  })
})
