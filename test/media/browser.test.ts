// A browser's camera: pushed JPEGs take the same road as every other camera's pictures.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../runtime/clock.ts'
import { makeJpegs } from '../support/make-clip.ts'
import { childrenWith, createMediaBench, fastTap, type MediaBench } from '../support/media-bench.ts'

let bench: MediaBench
let pictures: Uint8Array[]
let pushing: NodeJS.Timeout | undefined

beforeAll(async () => {
  bench = await createMediaBench({ silentAfterMs: 2000 })
  pictures = await makeJpegs(40, '640x480')
})
afterAll(async () => {
  clearInterval(pushing)
  await bench.close()
})

function push(fps: number): { stop(): void } {
  let next = 0
  const one = (): void => bench.relay.publish('push:flow-cam', pictures[next++ % pictures.length]!)
  const timer = (pushing = setInterval(one, 1000 / fps))
  return { stop: () => clearInterval(timer) }
}

describe('a browser camera', () => {
  it('gives all taps of what is pushed', async () => {
    const pushed = push(8)
    const watching = bench.watch({ kind: 'browser' }, { fast: fastTap })
    await watching.until((frame) => frame.mediaTimeS > 3)
    pushed.stop()
    const { frames, fast } = await watching.stop()
    expect(frames[0]).toMatchObject({
      full: { width: 640, height: 480 },
      floor: { width: 256, height: 192 },
      luma: { width: 160, height: 120 },
    })
    expect(frames.length).toBeGreaterThanOrEqual(4)
    expect(fast.length).toBeGreaterThan(15)
  })

  it('shows a picture at its push and not at the next, one a second', async () => {
    const pushed = push(1)
    const watching = bench.watch({ kind: 'browser' })
    await watching.until((frame) => frame.seq === 2)
    pushed.stop()
    // A parser that waits for the start of the next picture would never show this one.
    await systemClock.sleep(900)
    const pushedMs = Date.now()
    bench.relay.publish('push:flow-cam', pictures[0]!)
    const last = await watching.until((frame) => frame.seq === 3)
    expect(last.atMs - pushedMs).toBeLessThan(5000)
    await watching.stop()
  })

  it('is silent when nobody pushes, from the start or later', async () => {
    const never = await bench.watch({ kind: 'browser' }).ended
    expect(never.error).toMatchObject({
      name: 'RetryableError',
      code: 'CAMERA_SILENT',
      message: 'The browser camera has sent no picture for 2 s.',
    })
    const pushed = push(5)
    const watching = bench.watch({ kind: 'browser' })
    await watching.until((frame) => frame.seq === 1)
    pushed.stop()
    expect((await watching.ended).error?.code).toBe('CAMERA_SILENT')
    expect(await childrenWith('ffmpeg', 'mpjpeg', 'pipe:0')).toEqual([])
  })

  it('takes nothing that is not a JPEG', async () => {
    const watching = bench.watch({ kind: 'browser' })
    const timer = setInterval(
      () => bench.relay.publish('push:flow-cam', Buffer.from('#EXTM3U\nfile:///etc/passwd')),
      100,
    )
    expect((await watching.ended).error?.code).toBe('CAMERA_SILENT')
    clearInterval(timer)
  })
})
