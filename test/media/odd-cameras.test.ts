// Cameras and clips from people's bug reports: pictures where there are pictures, else a sentence that says what it is.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { defaultTaps, type Frame } from '../../nodes/contract/frames.ts'
import cameraSource from '../../nodes/video/camera-source.ts'
import { systemClock } from '../../runtime/clock.ts'
import { Source } from '../../runtime/streams/source.ts'
import { makeClip, makeJpegs, publishClip } from '../support/make-clip.ts'
import { createMediaBench, type MediaBench } from '../support/media-bench.ts'
import { startRtspServer } from '../support/rtsp-server.ts'
import { quietLog } from '../support/session-bench.ts'

const run = promisify(execFile)
const ffmpeg = (...words: string[]): Promise<unknown> => run('ffmpeg', ['-nostdin', '-v', 'error', ...words])
const picture = (size: string, seconds: number): string[] => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=25:duration=${seconds}`,
]

let bench: MediaBench
let jpegs: Uint8Array[]
const servers: Server[] = []

beforeAll(async () => {
  bench = await createMediaBench({ silentAfterMs: 4000 })
  jpegs = await makeJpegs(30)
})
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => bench.close())

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/camera`
}

const sizeOf = ({ full }: Frame): [number, number] => [full.width, full.height]
async function firstOf(path: string): Promise<Frame> {
  const watching = bench.watch({ kind: 'file', path })
  const frame = await watching.until(() => true)
  await watching.stop()
  return frame
}
async function report(path: string): Promise<unknown> {
  return bench.media.library.probe({ kind: 'file', path })
}

describe('a clip', () => {
  it('in HEVC with 10 bits is shown', async () => {
    const extra = ['-c:v', 'libx265', '-pix_fmt', 'yuv420p10le', '-x265-params', 'log-level=none']
    await ffmpeg(...picture('320x240', 2), ...extra, bench.clip('ten.mp4'))
    expect(sizeOf(await firstOf('ten.mp4'))).toEqual([320, 240])
    expect(await report('ten.mp4')).toMatchObject({ ok: true, codec: 'hevc', width: 320, height: 240 })
  })

  it('that a phone turned is upright, in the stream as in the test and on the snapshot that masks are drawn on', async () => {
    await makeClip(bench.clip('flat.mp4'), { seconds: 2 })
    await ffmpeg('-display_rotation', '90', '-i', bench.clip('flat.mp4'), '-c', 'copy', bench.clip('turned.mp4')).catch(
      () => ffmpeg('-i', bench.clip('flat.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', bench.clip('turned.mp4')),
    )
    expect(sizeOf(await firstOf('turned.mp4'))).toEqual([240, 320])
    expect(await report('turned.mp4')).toMatchObject({ ok: true, width: 240, height: 320 })
  })

  it('whose pixels are not square is shown as wide as it is meant', async () => {
    await ffmpeg(...picture('960x1080', 2), '-vf', 'setsar=2/1', '-preset', 'ultrafast', bench.clip('wide.mp4'))
    const { full } = await firstOf('wide.mp4')
    expect(full.width / full.height).toBeCloseTo(16 / 9, 1)
    expect(await report('wide.mp4')).toMatchObject({ ok: true, width: 1920, height: 1080 })
  })

  it('whose shape is said wrong is shown in the shape that a person has chosen', async () => {
    await makeClip(bench.clip('narrow.mp4'), { seconds: 2 })
    const watching = bench.watch({ kind: 'file', path: 'narrow.mp4', aspect: '16:9' })
    const { full } = await watching.until(() => true)
    await watching.stop()
    expect(full.width / full.height).toBeCloseTo(16 / 9, 1)
  })

  it.each([
    ['sound.mp4', /sends no video track/],
    ['empty.mp4', /cannot be read as a video|is empty/],
    ['cut.mp4', /cannot be read as a video/],
  ])('without a picture (%s) is said to be so', async (path, words) => {
    await makeClip(bench.clip('sound.mp4'), { seconds: 1, sound: 'only' })
    await writeFile(bench.clip('empty.mp4'), '')
    await makeClip(bench.clip('cut.mp4'), { seconds: 3 })
    await truncate(bench.clip('cut.mp4'), 9000)
    const { error, frames } = await bench.watch({ kind: 'file', path }).ended
    expect([error?.message, frames.length]).toEqual([expect.stringMatching(words), 0])
  })

  /** Lies for so many seconds, then stands for as many. */
  async function turning(name: string, seconds: number): Promise<void> {
    const part = async (size: string, offset: number): Promise<Buffer> => {
      const path = bench.clip(`${size}-${seconds}.ts`)
      const as = ['-preset', 'ultrafast', '-output_ts_offset', String(offset), '-f', 'mpegts', '-y']
      await ffmpeg(...picture(size, seconds), ...as, path)
      return await readFile(path)
    }
    await writeFile(bench.clip(name), Buffer.concat([await part('320x240', 0), await part('240x320', seconds)]))
  }

  it('that changes its shape in every round of a loop is shown undistorted, in every round', async () => {
    await turning('rounds.ts', 2)
    const watching = bench.watch({ kind: 'file', path: 'rounds.ts', loop: true })
    await watching.until(({ mediaTimeS }) => mediaTimeS >= 7)
    const { frames } = await watching.stop()
    const isTall = (frame: Frame): boolean => sizeOf(frame)[0] === 240
    const shapes = frames.map((frame) => [Math.floor(frame.mediaTimeS + 0.1), isTall(frame)] as const)
    expect(shapes).toEqual(shapes.map(([second]) => [second, second % 4 >= 2]))
    expect(new Set(shapes.map(([second]) => Math.floor(second / 2)))).toEqual(new Set([0, 1, 2, 3]))
  })

  it('that changes its shape on the way is shown undistorted, and none of its seconds is lost', async () => {
    await turning('both.ts', 4)
    const { frames, error } = await bench.watch({ kind: 'file', path: 'both.ts' }).ended
    expect(error).toBeUndefined()
    expect(new Set(frames.map(({ mediaTimeS }) => Math.floor(mediaTimeS + 0.1)))).toEqual(
      new Set([0, 1, 2, 3, 4, 5, 6, 7]),
    )
    for (const frame of frames) expect(sizeOf(frame)).toEqual(frame.mediaTimeS < 3.9 ? [320, 240] : [240, 320])
  })

  it('with a hole is never a lost camera, and each of its seconds has a picture', async () => {
    await ffmpeg(
      ...picture('320x240', 9),
      '-vf',
      "select='lt(t,1.2)+gt(t,8)'",
      '-vsync',
      'vfr',
      '-preset',
      'ultrafast',
      bench.clip('hole.mp4'),
    )
    const source = new Source({
      definition: cameraSource,
      node: { id: 'cam', type: 'camera-source', version: 1, config: { kind: 'file', path: 'hole.mp4', lostAfterS: 2 } },
      taps: defaultTaps,
      media: bench.media.forStream({ flowId: 'flow', nodeId: 'cam', streamId: 'flow-cam' }),
      clock: systemClock,
      log: quietLog,
      random: () => 0,
      resumeAtS: null,
    })
    source.start()
    const times: number[] = []
    const lost: (string | null)[] = []
    for (let view = source.look(); !view.ended && !view.failed; view = source.look()) {
      if (view.camera === 'lost') lost.push(view.reason)
      const frame = source.mailbox.take()
      if (frame) times.push(frame.mediaTimeS)
      await source.mailbox.wait(systemClock, 250, new AbortController().signal)
    }
    await source.stop()
    // Until its first picture it is a camera like any other.
    expect(lost).toEqual([])
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(new Set(times.map(Math.floor))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]))
  })
})

describe('a camera on the web', () => {
  it('that gives one JPEG a request is asked once a second', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      const jpeg = jpegs[asked++ % jpegs.length]!
      response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': jpeg.length }).end(jpeg)
    })
    const watching = bench.watch({ kind: 'url', url })
    await watching.until((frame) => frame.seq === 3)
    const { frames } = await watching.stop()
    const steps = frames.slice(1).map(({ atMs }, index) => atMs - frames[index]!.atMs)
    expect(Math.max(...steps)).toBeLessThan(2500)
    expect(frames[3]!.mediaTimeS).toBeGreaterThan(2)
    expect(asked).toBeLessThan(12)
    expect(await bench.media.library.probe({ kind: 'url', url })).toMatchObject({
      ok: true,
      codec: 'mjpeg',
      width: 320,
    })
  })

  it('that turns its picture is shown upright from then on', async () => {
    const turned = await makeJpegs(5, '240x320')
    let isTurned = false
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(isTurned ? turned[0] : jpegs[0])
    })
    const watching = bench.watch({ kind: 'url', url })
    expect(sizeOf(await watching.until((frame) => frame.seq === 1))).toEqual([320, 240])
    isTurned = true
    await watching.until((frame) => frame.full.width === 240)
    const { frames, error } = await watching.stop()
    expect(error).toMatchObject({ name: 'StoppedError' })
    for (const frame of frames)
      expect([
        [320, 240],
        [240, 320],
      ]).toContainEqual(sizeOf(frame))
    const times = frames.map(({ mediaTimeS }) => mediaTimeS)
    expect(times).toEqual([...times].sort((a, b) => a - b))
  })

  it('that refuses between two snapshots is lost with its reason', async () => {
    let asked = 0
    const url = await serve((_request, response) => {
      if (asked++ > 5) response.writeHead(503).end()
      else response.writeHead(200, { 'Content-Type': 'image/jpeg' }).end(jpegs[asked])
    })
    expect((await bench.watch({ kind: 'url', url }).ended).error).toMatchObject({ name: 'RetryableError' })
  })

  it('that begins without a boundary is shown', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' })
      let at = 0
      const timer = setInterval(() => {
        response.write('Content-Type: image/jpeg\r\n\r\n')
        response.write(jpegs[at++ % jpegs.length])
        response.write('\r\n--frame\r\n')
      }, 200)
      response.on('close', () => clearInterval(timer))
    })
    const watching = bench.watch({ kind: 'url', url })
    expect(sizeOf(await watching.until((frame) => frame.seq === 2))).toEqual([320, 240])
    await watching.stop()
  })

  it('whose playlist has a cut with clocks that restart lower goes on through it', async () => {
    const folder = join(bench.dataDir, 'hls')
    await mkdir(folder)
    const part = (name: string, offset: number): Promise<unknown> =>
      ffmpeg(
        ...picture('320x240', 3),
        '-preset',
        'ultrafast',
        '-g',
        '25',
        '-output_ts_offset',
        String(offset),
        '-f',
        'mpegts',
        join(folder, name),
      )
    await part('a.ts', 5000)
    await part('b.ts', 10)
    const [a, b] = await Promise.all(['a.ts', 'b.ts'].map((name) => readFile(join(folder, name))))
    const parts: Record<string, Buffer | undefined> = { a, b, c: b }
    const entries = '#EXTINF:3,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:3,\nb.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:3,\nc.ts\n'
    const playlist = `#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:3\n${entries}#EXT-X-ENDLIST\n`
    const url = await serve((request, response) => {
      const name = /(\w)\.ts/.exec(request.url ?? '')?.[1]
      if (name) response.writeHead(200).end(parts[name])
      else response.writeHead(200, { 'Content-Type': 'application/x-mpegurl' }).end(playlist)
    })
    const { frames, error } = await bench.watch({ kind: 'url', url: `${url}.m3u8` }).ended
    expect(error).toBeUndefined()
    const times = frames.map(({ mediaTimeS }) => mediaTimeS)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(frames.length).toBeGreaterThanOrEqual(8)
    expect(times.at(-1)).toBeLessThan(11)
  })
})

describe('an IP camera', () => {
  it('joined between key pictures is waited for, and its decoder lines are counted, not logged', async () => {
    const server = await startRtspServer()
    await makeClip(bench.clip('rare.mp4'), { seconds: 20, gop: 225 })
    const publisher = publishClip(bench.clip('rare.mp4'), server.url('rare'))
    await server.published('rare')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const watching = bench.watch({ kind: 'rtsp', url: server.url('rare') })
    await watching.until(() => true)
    const { signs } = await watching.stop()
    expect(signs).toContainEqual({ type: 'data' })
    expect(bench.logs()).not.toMatch(/h264/)
    await publisher.stop()
    await server.close()
  })
})
