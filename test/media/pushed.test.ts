// Cameras over RTMP and SRT, whose passwords stand in their addresses: read, lost, found again, and in no list of processes.
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultTaps, type Frame } from '../../nodes/contract/frames.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import type { Input } from '../../runtime/cameras/input-arguments.ts'
import { chooseReading, look, type Look } from '../../runtime/cameras/look.ts'
import { createToolFinder } from '../../runtime/cameras/tools.ts'
import { freePort } from '../support/free-port.ts'
import { makeClip, publishClip } from '../support/make-clip.ts'
import { childLines, createMediaBench, fastTap, type MediaBench, type Watching } from '../support/media-bench.ts'

let bench: MediaBench
beforeAll(async () => {
  bench = await createMediaBench({ silentAfterMs: 3000 })
  await makeClip(bench.clip('pushed.mp4'), { seconds: 5 })
})
afterAll(() => bench.close())

// ffmpeg itself plays the server here: it serves one viewer, from when that one comes.
const kinds = [
  {
    name: 'RTMP',
    url: (port: number) => `rtmp://waechter:geheim-login@127.0.0.1:${port}/live/geheim-key`,
    serve: (port: number) => `rtmp://127.0.0.1:${port}/live/geheim-key`,
    output: ['-f', 'flv', '-listen', '1'],
  },
  {
    name: 'SRT',
    url: (port: number) => `srt://127.0.0.1:${port}?passphrase=geheim-phrase`,
    serve: (port: number) => `srt://127.0.0.1:${port}?mode=listener&passphrase=geheim-phrase`,
    output: ['-f', 'mpegts'],
  },
]

describe.each(kinds)('a stream that is pushed over $name', ({ url, serve, output }) => {
  const publish = (port: number) => publishClip(bench.clip('pushed.mp4'), serve(port), output)

  it('is read at its own seconds, by programs whose arguments do not say its password', async () => {
    const port = await freePort()
    const publisher = publish(port)
    const lines = listening()
    // What was held back for the first look comes at once.
    const isSettled = (frame: Frame): boolean => frame.seq === (output.includes('flv') ? 13 : 3)
    const frames = await untilServed(
      () => bench.watch({ kind: 'url', url: url(port) }, { fast: fastTap }),
      async (watching) => void (await watching.until(isSettled)),
    )
    expect(frames.map(({ full }) => [full.width, full.height])).toEqual(Array(frames.length).fill([320, 240]))
    const [before, last] = frames.slice(-2).map(({ mediaTimeS }) => mediaTimeS)
    expect(last! - before!).toBeCloseTo(1, 1)
    await publisher.stop()
    const ours = await lines.stop()
    expect(ours.some((line) => line.includes('filter_complex'))).toBe(true)
    expect(ours.filter((line) => /geheim|waechter/.test(line))).toEqual([])
  })

  it('is told apart by its first look, and by a camera test, which do not say it either', async () => {
    const lines = listening()
    const lookAt = async (): Promise<Look> => {
      const port = await freePort()
      const publisher = publish(port)
      try {
        return await tryUntilServed(async () => await lookOnce(url(port)))
      } finally {
        await publisher.stop()
      }
    }
    const seen = await lookAt()
    expect(seen).toMatchObject({ codec: 'h264', width: 320, height: 240, hasBFrames: false, durationS: null })
    expect(seen.keyframeGapS).toBeCloseTo(1, 1)
    expect(chooseReading({ kind: 'url', source: url(1) }, seen, defaultTaps)).toEqual({
      decode: 'keyframes',
      stampOnArrival: false,
      pace: false,
    })
    const port = await freePort()
    const report = await bench.media.library.probe({ kind: 'url', url: url(port) })
    expect(report).toMatchObject({ ok: false, code: 'CAMERA_REFUSED' })
    expect(JSON.stringify(report)).not.toMatch(/geheim|waechter/)
    const ours = await lines.stop()
    expect(ours.some((line) => line.includes('ffprobe'))).toBe(true)
    expect(ours.filter((line) => /geheim|waechter/.test(line))).toEqual([])
  })

  it('is lost when its server goes, and read again when that is back on its port', async () => {
    const port = await freePort()
    const first = publish(port)
    await untilServed(
      () => {
        const watching = bench.watch({ kind: 'url', url: url(port) }, { fast: fastTap })
        void watching
          .until((frame) => frame.seq === 3)
          .then(
            () => first.stop(),
            () => undefined,
          )
        return watching
      },
      async (watching) => {
        const { error } = await watching.ended
        expect(error?.code).toMatch(/^CAMERA_(?:CLOSED|SILENT|BROKEN)$/)
        expect(error?.message).toContain(`127.0.0.1:${port}`)
      },
    )
    const second = publish(port)
    const again = await untilServed(() => bench.watch({ kind: 'url', url: url(port) }, { fast: fastTap }))
    expect(again.length).toBeGreaterThan(2)
    await second.stop()
  })
})

describe('an RTMP server that takes the call and says nothing', () => {
  it('is given up after its time', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await expect(lookOnce(`rtmp://127.0.0.1:${port}/live/key`, 1500)).rejects.toMatchObject({ code: 'CAMERA_TIMEOUT' })
    server.close()
  })
})

async function lookOnce(source: string, timeoutMs = 20_000): Promise<Look> {
  const input: Input = {
    kind: 'url',
    source,
    name: 'camera',
    live: true,
    loop: false,
    startAtS: 0,
    transport: 'tcp',
    key: 'x',
  }
  const deps = { clock: systemClock, tools: await createToolFinder({})(), egress: createEgress() }
  return await look(deps, input, { signal: new AbortController().signal, timeoutMs, keyframesForS: 3.5 })
}

/** What this file's own readers were told; the servers, which are no part of Heed, left out. */
function listening(): { stop(): Promise<string[]> } {
  const seen = new Set<string>()
  let isOver = false
  const run = async (): Promise<void> => {
    while (!isOver) {
      for (const line of await childLines()) if (!/-listen|mode=listener/.test(line)) seen.add(line)
      await systemClock.sleep(20)
    }
  }
  const running = run()
  return {
    stop: async () => {
      isOver = true
      await running
      return [...seen]
    },
  }
}

const notYet = /^CAMERA_REFUSED$/

async function tryUntilServed<Result>(act: () => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (tries > 20 || !(error instanceof Error && 'code' in error && notYet.test(String(error.code)))) throw error
      await systemClock.sleep(200)
    }
  }
}

/** Its frames, three at least, once the server is up; `then` sees the camera before it is closed. */
async function untilServed(watch: () => Watching, then?: (watching: Watching) => Promise<void>): Promise<Frame[]> {
  return await tryUntilServed(async () => {
    const watching = watch()
    try {
      await watching.until((frame) => frame.seq === 2)
      await then?.(watching)
      return (await watching.stop()).frames
    } finally {
      await watching.stop()
    }
  })
}
