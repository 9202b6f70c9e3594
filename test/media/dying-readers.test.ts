// A helper that dies is not a broken clip: only what a second look confirms is for good, everything else is worth another try.
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { nextPictureS } from '../../runtime/cameras/look.ts'
import { createToolFinder } from '../../runtime/cameras/tools.ts'
import { systemClock } from '../../runtime/clock.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { makeClip } from '../support/make-clip.ts'
import { childrenWith, createMediaBench, fastTap, type MediaBench } from '../support/media-bench.ts'

let bench: MediaBench
afterEach(() => bench.close())

/** A program that is the real one but for the reading of clips: then it does what the script says. */
async function madeOf(folder: string, real: 'ffmpeg' | 'ffprobe', script: string): Promise<string> {
  const path = join(folder, `odd-${real}`)
  await writeFile(path, `#!/bin/sh\ncase "$*" in *clip.mp4*|*.upload-*) ${script};; esac\nexec ${real} "$@"\n`)
  await chmod(path, 0o755)
  return path
}

interface Odd {
  ffmpeg?: string
  ffprobe?: string
}

async function benchWith({ ffmpeg, ffprobe }: Odd): Promise<MediaBench> {
  const plain = await createMediaBench()
  bench = plain
  const overrides = {
    ...(ffmpeg ? { ffmpegPath: await madeOf(plain.dataDir, 'ffmpeg', ffmpeg) } : {}),
    ...(ffprobe ? { ffprobePath: await madeOf(plain.dataDir, 'ffprobe', ffprobe) } : {}),
  }
  const odd = await createMediaBench(overrides)
  bench = { ...odd, close: async () => void (await Promise.all([plain.close(), odd.close()])) }
  await makeClip(bench.clip('clip.mp4'), { seconds: 3, fps: 10, gop: 10 })
  return bench
}

const kill = 'kill -KILL $$'
const shortOf = (words: string): string => `echo "clip.mp4: ${words}" >&2; exit 232`

describe('a clip that is whole', () => {
  it.each<[string, Odd]>([
    ['ffmpeg is killed', { ffmpeg: kill }],
    ['ffprobe is killed', { ffprobe: kill }],
    ['ffmpeg has no file handle left', { ffmpeg: shortOf('Too many open files') }],
    ['ffprobe has no file handle left', { ffprobe: shortOf('Too many open files') }],
    ['ffmpeg gets no memory', { ffmpeg: shortOf('Cannot allocate memory') }],
    ['ffmpeg may start no thread', { ffmpeg: shortOf('Resource temporarily unavailable') }],
    ['ffmpeg fails with words that name the clip', { ffmpeg: shortOf('Input/output error') }],
    ['ffmpeg takes it for none', { ffmpeg: shortOf('Invalid data found when processing input') }],
  ])('is tried again when %s', async (_name, odd) => {
    const { error } = await (await benchWith(odd)).watch({ kind: 'file', path: 'clip.mp4' }).ended
    expect(error).toBeInstanceOf(RetryableError)
    expect(error?.code).toBe('CAMERA_HELPER_DIED')
    expect(error?.message).toMatch(/^The program that reads the clip "?clip\.mp4"? .*started again\.$/)
  })

  it('is tried again when its ffmpeg ends early and calls that the end', async () => {
    await benchWith({ ffmpeg: 'exec ffmpeg -t 2 "$@"' })
    await makeClip(bench.clip('long-clip.mp4'), { seconds: 7, fps: 10, gop: 10 })
    const { error, frames } = await bench.watch({ kind: 'file', path: 'long-clip.mp4' }).ended
    expect([error?.code, frames.length]).toEqual(['CAMERA_HELPER_DIED', 2])
  })

  it.each([
    ['whose sound goes on', { sound: 'also', extra: ['-filter:a', 'apad=pad_dur=4'] }],
    ['whose clock begins late', { extra: ['-output_ts_offset', '30'] }],
  ] as const)('and ends with its last picture is played to its end: one %s', async (_name, options) => {
    bench = await createMediaBench()
    await makeClip(bench.clip('late.mkv'), { seconds: 2, fps: 10, ...options, extra: [...options.extra] })
    const { error, frames } = await bench.watch({ kind: 'file', path: 'late.mkv' }).ended
    expect([error, frames.length]).toEqual([undefined, 2])
  })

  it('is tried again when its ffmpeg is killed in the middle, with every tap', async () => {
    bench = await createMediaBench()
    await makeClip(bench.clip('long.mp4'), { seconds: 30, fps: 10, gop: 10 })
    const watching = bench.watch({ kind: 'file', path: 'long.mp4' }, { fast: fastTap })
    await watching.until(({ mediaTimeS }) => mediaTimeS >= 1)
    for (const pid of await childrenWith(bench.dataDir)) process.kill(pid, 'SIGKILL')
    const { error } = await watching.ended
    expect(error).toMatchObject({ code: 'CAMERA_HELPER_DIED' })
    expect(error).toBeInstanceOf(RetryableError)
  })

  it('is tried again when its ffmpeg hangs, which a hole in it does not look like', async () => {
    // Eight of its seconds in one of ours: half a minute without a picture is looked into.
    const quick = {
      nowMs: () => systemClock.nowMs() * 8,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 8, signal),
    }
    bench = await createMediaBench({ clock: quick })
    await makeClip(bench.clip('hangs.mp4'), { seconds: 60, fps: 10, gop: 10 })
    const watching = bench.watch({ kind: 'file', path: 'hangs.mp4' })
    await watching.until(({ mediaTimeS }) => mediaTimeS >= 1)
    for (const pid of await childrenWith(bench.dataDir)) process.kill(pid, 'SIGSTOP')
    expect((await watching.ended).error).toMatchObject({ name: 'RetryableError', code: 'CAMERA_SILENT' })
    const holed = ['-vf', "select='lt(t,1.2)+gt(t,6)'", '-vsync', 'vfr']
    await makeClip(bench.clip('hole.mp4'), { seconds: 7, fps: 10, gop: 10, extra: holed })
    const tools = await createToolFinder({})()
    const input = {
      kind: 'file' as const,
      source: bench.clip('hole.mp4'),
      name: 'clip "hole.mp4"',
      live: false,
      loop: false,
      startAtS: 0,
      transport: 'tcp' as const,
      key: 'hole',
    }
    const next = (afterS: number): Promise<number | null> =>
      nextPictureS({ clock: systemClock, tools, egress: createEgress() }, input, afterS, {
        signal: new AbortController().signal,
        timeoutMs: 10_000,
      })
    expect([await next(1.1), await next(0.3), await next(6.9)]).toEqual([
      expect.closeTo(6.1, 0),
      expect.closeTo(0.4, 1),
      null,
    ])
  })

  it('is not called "no video" when the reader of an upload is killed', async () => {
    await benchWith({ ffprobe: kill })
    const saving = bench.media.library.save('mine.mp4', Readable.from(Buffer.from('whatever')))
    await expect(saving).rejects.toMatchObject({ code: 'CAMERA_HELPER_DIED' })
  })
})

describe('a clip that is broken', () => {
  it('stays so, in the words of the first look', async () => {
    bench = await createMediaBench()
    await writeFile(bench.clip('clip.mp4'), 'this is no video')
    const { error } = await bench.watch({ kind: 'file', path: 'clip.mp4' }).ended
    expect(error).toBeInstanceOf(FatalError)
    expect(error?.code).toBe('CAMERA_BROKEN')
  })
})
