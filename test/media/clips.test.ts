// Clips through the real ffmpeg: the video's own clock, nothing lost at its end, all pictures of one second together.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../../nodes/contract/frames.ts'
import type { Input } from '../../runtime/cameras/input-arguments.ts'
import { readPicture } from '../../runtime/cameras/jpeg-stream.ts'
import { afterRounds } from '../../runtime/cameras/rounds.ts'
import { clipsFolder, describeWithClips } from '../support/clips.ts'
import { makeClip } from '../support/make-clip.ts'
import { childrenWith, createMediaBench, fastTap, type MediaBench } from '../support/media-bench.ts'

let bench: MediaBench
beforeAll(async () => {
  bench = await createMediaBench({ mediaDirs: [clipsFolder] })
})
afterAll(() => bench.close())

const times = (frames: Frame[]): number[] => frames.map(({ mediaTimeS }) => Math.round(mediaTimeS * 10) / 10)

/** How late each picture was, in ms, beside the first one. */
const delays = (frames: Frame[]): number[] =>
  frames.map(({ atMs, mediaTimeS }) => atMs - frames[0]!.atMs - mediaTimeS * 1000)

describe('a clip', () => {
  it('gives the picture of every second at its own speed, the last part of a second too, and ends', async () => {
    await makeClip(bench.clip('short.mp4'), { seconds: 2.97, fps: 30, gop: 250, bFrames: 2 })
    const { frames, error } = await bench.watch({ kind: 'file', path: 'short.mp4' }).ended
    expect(error).toBeUndefined()
    expect(times(frames)).toEqual([0, 1, 2])
    // Some 10 ms on an idle machine.
    expect(Math.max(...delays(frames).map(Math.abs))).toBeLessThan(500)
    expect(frames.map(({ seq }) => seq)).toEqual([0, 1, 2])
  })

  it('gives fast frames right up to its end, with the same clock', async () => {
    await makeClip(bench.clip('fast.mp4'), { seconds: 2.97, fps: 30, gop: 250, bFrames: 2 })
    const { frames, fast } = await bench.watch({ kind: 'file', path: 'fast.mp4' }, { fast: fastTap }).ended
    expect(times(frames)).toEqual([0, 1, 2])
    expect(fast).toHaveLength(24)
    expect(fast[0]?.mediaTimeS).toBe(0)
    expect(fast.at(-1)?.mediaTimeS).toBeGreaterThan(2.97 - 2 / 8)
    const steps = fast.slice(1).map(({ mediaTimeS }, index) => mediaTimeS - fast[index]!.mediaTimeS)
    expect(Math.min(...steps)).toBeGreaterThan(0.09)
    expect(Math.max(...steps)).toBeLessThan(0.17)
    expect(
      fast.every(({ rgb, width, height }) => width === 256 && height === 192 && rgb.length === 256 * 192 * 3),
    ).toBe(true)
  })

  it("fills the fast tap's edges with black and never crops", async () => {
    await makeClip(bench.clip('wide.mp4'), { seconds: 1, size: '640x360' })
    const { fast } = await bench.watch({ kind: 'file', path: 'wide.mp4' }, { fast: fastTap }).ended
    const row = (y: number): Uint8Array => fast[0]!.rgb.subarray(y * 256 * 3, (y + 1) * 256 * 3)
    expect(Math.max(...row(0), ...row(23), ...row(168), ...row(191))).toBe(0)
    expect(Math.max(...row(24))).toBeGreaterThan(100)
    expect(Math.max(...row(167))).toBeGreaterThan(100)
  })

  it.concurrent.each([
    { size: '1920x1080', full: [640, 360], floor: [256, 144], luma: [160, 90] },
    { size: '320x240', full: [320, 240], floor: [256, 192], luma: [80, 60] },
    { size: '270x480', full: [270, 480], floor: [108, 192], luma: [67, 120] },
    { size: '1000x2000', full: [320, 640], floor: [96, 192], luma: [80, 160] },
  ])('scales $size once, never up, to even sizes', async ({ size, full, floor, luma }) => {
    await makeClip(bench.clip(`${size}.mp4`), { seconds: 0.5, size })
    const {
      frames: [frame],
    } = await bench.watch({ kind: 'file', path: `${size}.mp4` }).ended
    expect([frame!.full.width, frame!.full.height]).toEqual(full)
    expect([frame!.floor.width, frame!.floor.height]).toEqual(floor)
    expect([frame!.luma.width, frame!.luma.height]).toEqual(luma)
    expect(frame!.luma.data).toHaveLength(luma[0]! * luma[1]!)
    expect(readPicture(frame!.full.jpeg)).toMatchObject({ width: full[0], height: full[1] })
    expect(frame).toMatchObject({ kind: 'I', picture: frame!.full, visualTokens: frame!.fullRateTokens })
  })

  it('shows pictures with oblong pixels as they are meant', async () => {
    await makeClip(bench.clip('oblong.mp4'), { seconds: 0.5, size: '320x240', extra: ['-vf', 'setsar=4/3'] })
    const {
      frames: [frame],
    } = await bench.watch({ kind: 'file', path: 'oblong.mp4' }).ended
    expect([frame!.full.width, frame!.full.height]).toEqual([426, 240])
  })

  it.concurrent.each(['mkv', 'ts', 'avi', 'flv', 'webm'])('reads %s from second 0 on', async (container) => {
    const path = `clip.${container}`
    // AVI keeps no order of display: with B-frames it would begin two frames late.
    await makeClip(bench.clip(path), {
      seconds: 2.5,
      bFrames: container === 'avi' ? 0 : 2,
      ...(container === 'webm' ? { codec: 'libvpx', extra: ['-deadline', 'realtime'] } : {}),
    })
    const { frames, error } = await bench.watch({ kind: 'file', path }).ended
    expect(error).toBeUndefined()
    expect(times(frames)).toEqual([0, 1, 2])
  })

  // Each of these ffmpeg's own loop plays wrong, but for the first: it seeks back to where no picture begins, or to second 0.
  it.concurrent.each([
    ['odd-rate.mp4', { extra: ['-vf', "select='lt(t,0.9)+gt(t,1.01)*not(mod(n,3))'", '-vsync', 'vfr'] }],
    ['one-key.ts', { gop: 250, fps: '30000/1001' }],
    ['long-sound.ts', { bFrames: 2, sound: 'also', extra: ['-filter:a', 'apad=pad_dur=1'] }],
    ['loop.avi', {}],
    ['loop.h264', {}],
  ] as const)('starts again without a gap when it loops, on a clock that goes on: %s', async (path, options) => {
    await makeClip(bench.clip(path), { seconds: 2, ...options, extra: [...('extra' in options ? options.extra : [])] })
    const watching = bench.watch({ kind: 'file', path, loop: true })
    await watching.until((frame) => frame.mediaTimeS >= 4.7)
    const { frames, error } = await watching.stop()
    expect(error?.code).toBe('RUN_STOPPED')
    const seconds = frames.map(({ mediaTimeS }) => Math.floor(mediaTimeS + 0.15))
    expect([seconds, path]).toEqual([[0, 1, 2, 3, 4, 5].slice(0, seconds.length), path])
    expect(Math.max(...delays(frames).map(Math.abs))).toBeLessThan(700)
  })

  it('goes on with the next rounds where one process has played its own', async () => {
    await makeClip(bench.clip('flash.mp4'), { seconds: 0.04 })
    const input = { kind: 'file', source: bench.clip('flash.mp4'), loop: true, startAtS: 0, loopS: 0.04 } as Input
    const next = afterRounds(input, { tellsOptions: true }, 39)
    expect([next.startAtS, next.countFromS]).toEqual([0, 40])
    // Before ffmpeg 5.0 a process plays one round; the first one was entered in its middle.
    expect(afterRounds({ ...input, startAtS: 3, countFromS: 13, loopS: 5 }, { tellsOptions: false }, 14)).toMatchObject(
      {
        startAtS: 0,
        countFromS: 15,
      },
    )
  })

  it("is entered where an earlier worker left off, on the clip's own clock", async () => {
    await makeClip(bench.clip('resume.mp4'), { seconds: 5.5, gop: 250, bFrames: 2 })
    const { frames, fast } = await bench.watch({ kind: 'file', path: 'resume.mp4', startAtS: 3.4 }, { fast: fastTap })
      .ended
    expect(times(frames)).toEqual([3, 4, 5])
    expect(fast.at(-1)?.mediaTimeS).toBeGreaterThan(5.2)
  })

  it('drops the oldest pictures, and says so, when nobody takes them', async () => {
    await makeClip(bench.clip('slow.mp4'), { seconds: 5.5 })
    const port = bench.media.forStream({ flowId: 'f', nodeId: 'c', streamId: 'f-c' })
    const taken: number[] = []
    for await (const frame of port.open(
      { kind: 'file', path: 'slow.mp4' },
      { longSide: 320, floor: fastTap },
      { signal: new AbortController().signal },
    )) {
      taken.push(Math.round(frame.mediaTimeS))
      if (taken.length === 1) await new Promise((resolve) => setTimeout(resolve, 5000))
    }
    expect(taken).toEqual([0, 4, 5])
    expect(bench.logs()).toContain('"dropped":3')
  })

  it('costs no process once the consumer has turned away', async () => {
    await makeClip(bench.clip('break.mp4'), { seconds: 10 })
    const port = bench.media.forStream({ flowId: 'f', nodeId: 'c', streamId: 'f-c' })
    for await (const frame of port.open(
      { kind: 'file', path: 'break.mp4' },
      { longSide: 320, floor: fastTap },
      { signal: new AbortController().signal },
    )) {
      expect(frame.seq).toBe(0)
      break
    }
    expect(await childrenWith('ffmpeg', 'break.mp4')).toEqual([])
  })
})

describeWithClips('labelled clips', () => {
  it.concurrent.each([
    { file: 'fall_off_bed.mp4', frames: 3, fast: 24 },
    { file: 'cooking_mixing_batter.mp4', frames: 4, fast: 29 },
    { file: 'fall_chair_sideways.mp4', frames: 6, fast: 48 },
  ])('plays $file to its end', async ({ file, frames, fast }) => {
    const watched = await bench.watch({ kind: 'file', path: `${clipsFolder}/${file}` }, { fast: fastTap }).ended
    expect(times(watched.frames)).toEqual(Array.from({ length: frames }, (_, second) => second))
    expect(watched.fast).toHaveLength(fast)
  })
})
