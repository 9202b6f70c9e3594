// Cameras on the web: MJPEG has no clock and may come without lengths, HLS comes in lumps, a clip on a server ends.
import { once } from 'node:events'
import { createReadStream, mkdirSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import cameraSource from '../../nodes/video/camera-source.ts'
import { systemClock } from '../../runtime/clock.ts'
import { Source } from '../../runtime/streams/source.ts'
import { makeClip, makeJpegs } from '../support/make-clip.ts'
import { createMediaBench, fastTap, type MediaBench } from '../support/media-bench.ts'
import { startMjpegServer } from '../support/mjpeg-server.ts'
import { quietLog } from '../support/session-bench.ts'

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
    stat(path).then(
      ({ size }) => {
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
        const range = {
          'Accept-Ranges': 'bytes',
          'Content-Range': `bytes ${start}-${size - 1}/${size}`,
          'Content-Length': size - start,
        }
        response.writeHead(request.headers.range ? 206 : 200, range)
        createReadStream(path, { start }).pipe(response)
      },
      () => response.writeHead(404).end(),
    )
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
  it.each([{ withoutLength: false }, { withoutLength: true }])(
    'gives a picture a second of what it shows right now ($withoutLength)',
    async ({ withoutLength }) => {
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
    },
  )

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
    expect((await stalled.ended).error).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_SILENT',
      message: `The camera at 127.0.0.1:${server.port} has sent no picture for 4 s.`,
    })
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
  })
})

describe('video on a web server', () => {
  it('plays HLS at its own speed although it comes in lumps', async () => {
    mkdirSync(join(bench.dataDir, 'media', 'hls'))
    await makeClip(bench.clip('hls/live.m3u8'), {
      seconds: 6,
      extra: ['-f', 'hls', '-hls_time', '2', '-hls_list_size', '0'],
    })
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

  /** As a stream sees it: whether it has ended, or why it is to be opened again. */
  async function playInStream(url: string): Promise<{ ended: boolean; reopened: unknown }> {
    const media = bench.media.forStream({ flowId: 'f', nodeId: 'c', streamId: 'f-c' })
    let reopened: unknown = null
    const log = {
      ...quietLog,
      warn: ({ reason }: Record<string, unknown>) => {
        reopened = reason
      },
    }
    const node = { id: 'c', type: 'camera-source', version: 1, config: { kind: 'url', url } }
    const source = new Source({
      definition: cameraSource,
      node,
      taps: defaultTaps,
      media,
      clock: systemClock,
      log,
      random: () => 0,
      resumeAtS: null,
    })
    source.start()
    while (!source.look().ended && reopened === null) await systemClock.sleep(20)
    const { ended } = source.look()
    await source.stop()
    return { ended, reopened }
  }

  it('is finished at the end of a clip, and of a playlist that has an end', async () => {
    await makeClip(bench.clip('end.mp4'), { seconds: 1.5 })
    mkdirSync(bench.clip('end'))
    await makeClip(bench.clip('end/all.m3u8'), {
      seconds: 1.5,
      extra: ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0'],
    })
    const ends = await Promise.all(['end.mp4', 'end/all.m3u8'].map((path) => playInStream(webUrl(path))))
    expect(ends).toEqual([1, 2].map(() => ({ ended: true, reopened: null })))
  })

  it.concurrent.each(['with a length', 'in chunks'])(
    'is lost, not finished, when a clip sent %s is cut off',
    async (how) => {
      const path = bench.clip(`cut ${how}.mp4`)
      const clip = await readFile(await makeClip(path, { seconds: 4, extra: ['-movflags', '+faststart'] }))
      const server = createServer((_request, response) => {
        if (how === 'with a length') response.setHeader('Content-Length', clip.length)
        response.write(clip.subarray(0, clip.length / 2))
        setTimeout(() => response.destroy(), 300)
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      expect(await playInStream(`http://127.0.0.1:${port}/cut.mp4`)).toEqual({
        ended: false,
        reopened: `The camera at 127.0.0.1:${port} closed the stream.`,
      })
      server.close()
    },
  )

  it('is lost when a live playlist stops growing', async () => {
    mkdirSync(bench.clip('live'))
    await makeClip(bench.clip('live/now.m3u8'), {
      seconds: 3,
      extra: ['-f', 'hls', '-hls_time', '1', '-hls_list_size', '0', '-hls_flags', 'omit_endlist'],
    })
    expect((await bench.watch({ kind: 'url', url: webUrl('live/now.m3u8') }).ended).error).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_SILENT',
    })
  })

  it('says when an address has nothing, or something that is no video', async () => {
    const missing = await bench.watch({ kind: 'url', url: webUrl('nothing.mp4') }).ended
    expect(missing.error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_NOT_FOUND' })
    await makeClip(bench.clip('tone.mp4'), { seconds: 1, sound: 'only' })
    const tone = await bench.watch({ kind: 'url', url: webUrl('tone.mp4') }).ended
    expect(tone.error).toMatchObject({ name: 'FatalError', code: 'CAMERA_NO_VIDEO' })
  })
})
