// Clips made of pictures that were kept one by one: their true times, what was done to them before, and where they lie. Real ffmpeg.
import { existsSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defaultTaps, type Frame, type PictureFilter } from '../../nodes/contract/frames.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { makeClip, makeJpegs } from '../support/make-clip.ts'
import { createMediaBench, fastTap, type MediaBench } from '../support/media-bench.ts'
import { until } from '../support/queue.ts'

const beganMs = Date.UTC(2026, 4, 1, 8)
const filters: PictureFilter[] = [{ do: 'crop', rectangle: { x: 0, y: 0, width: 0.5, height: 1 } }]

let bench: MediaBench
let jpegs: Uint8Array[]
beforeAll(async () => {
  bench = await createMediaBench()
  jpegs = await makeJpegs(24)
})
afterAll(() => bench.close())

async function* at(times: readonly number[]) {
  for (const [n, ms] of times.entries()) yield { atMs: beganMs + ms, jpeg: jpegs[n % jpegs.length]! }
}

async function inOrder(path: string): Promise<{ frames: Frame[]; quick: number[] }> {
  const owner = { flowId: 'f1', nodeId: 'cam', streamId: 'f1-cam' }
  const [frames, quick]: [Frame[], number[]] = [[], []]
  const open = bench.media
    .inOrder(owner)
    .open(
      { kind: 'file', path },
      { ...defaultTaps, fast: fastTap },
      { signal: new AbortController().signal, onFast: ({ mediaTimeS }) => quick.push(mediaTimeS) },
    )
  for await (const frame of open) frames.push(frame)
  return { frames, quick }
}

describe('a clip made of kept pictures', () => {
  it('has each at its second, holes too, and knows when it was and what was done to it', async () => {
    const { library } = bench.media
    // A camera is never quite on time.
    const order = { name: 'f1-cam-20260501', pictures: at([0, 1040, 1960, 3010, 9020, 10_000]), perS: 1, filters }
    const made = await library.make(order)
    expect(made).toEqual({
      path: 'f1-cam-20260501.mp4',
      seconds: 10,
      startAt: '2026-05-01T08:00:00.000Z',
      filters,
    })
    expect(await library.madeOf(made.path)).toEqual({ startAt: made.startAt, filters })
    const { frames } = await inOrder(made.path)
    expect(frames.map(({ mediaTimeS }) => Math.round(mediaTimeS * 100) / 100)).toEqual([0, 1, 2, 3, 9, 10])
    expect(frames[0]?.full).toMatchObject({ width: 320, height: 240 })
    expect((await library.list()).map(({ path }) => path)).toEqual([made.path])
    await library.remove(made.path)
    expect(await readdir(`${bench.dataDir}/media`)).toEqual([])
  })

  it('has quick ones for a model that wants those', async () => {
    const times = Array.from({ length: 24 }, (_, n) => n * 125 + (n % 3) * 9)
    const { path } = await bench.media.library.make({ name: 'quick', pictures: at(times), perS: 8, filters: [] })
    const { frames, quick } = await inOrder(path)
    expect(frames).toHaveLength(3)
    expect(quick).toEqual(times.map((_, n) => n / 8))
  })

  it('is in no list when it is for one rehearsal, and is the very same pictures where it is long', async () => {
    const { library } = bench.media
    const long = Array.from({ length: 1600 }, (_, n) => n * 1000)
    const made = await library.make({ name: 'cam-1', pictures: at(long), perS: 1, filters: [], isPassing: true })
    expect(made).toMatchObject({ path: '.stretches/cam-1.mkv', seconds: 1599 })
    expect((await library.list()).map(({ path }) => path)).not.toContain(made.path)
    expect(await library.whyMissing(made.path)).toBeNull()
    expect(await library.madeOf(made.path)).toMatchObject({ filters: [] })
    expect(await library.probe({ kind: 'file', path: made.path })).toMatchObject({ ok: true, codec: 'mjpeg' })
  })

  it('is not made of nothing, leaves nothing behind then, and nobody outside is asked about', async () => {
    const { library } = bench.media
    const before = await readdir(`${bench.dataDir}/media`)
    await expect(library.make({ name: 'none', pictures: at([]), perS: 1, filters: [] })).rejects.toMatchObject({
      code: 'MEDIA_NO_PICTURES',
    })
    expect(await readdir(`${bench.dataDir}/media`)).toEqual(before)
    expect(await library.madeOf('../../etc/passwd')).toBeUndefined()
    expect(await library.madeOf('gone.mp4')).toBeUndefined()
  })

  it('plays by itself, slower than it was, and leaves no file', async () => {
    const before = (await readdir(`${bench.dataDir}/media/.stretches`)).length
    const pictures = jpegs.slice(0, 4).map((jpeg, mediaTimeS) => ({ mediaTimeS, jpeg }))
    const video = await bench.media.library.moving({ pictures, form: 'mp4', slower: 2 })
    expect(video).toMatchObject({ contentType: 'video/mp4', durationS: 8 })
    expect(Buffer.from(video.bytes).toString('latin1', 4, 8)).toBe('ftyp')
    const gif = await bench.media.library.moving({ pictures, form: 'gif', slower: 0.5 })
    expect(gif).toMatchObject({ contentType: 'image/gif', durationS: 2 })
    expect(Buffer.from(gif.bytes).toString('latin1', 0, 6)).toBe('GIF89a')
    expect(await readdir(`${bench.dataDir}/media/.stretches`)).toHaveLength(before)
  })

  it('can be cut out of a longer one, masked and without sound', async () => {
    const { library } = bench.media
    await makeClip(bench.clip('day.mp4'), { seconds: 6, sound: 'also' })
    const half: PictureFilter = {
      do: 'mask',
      polygons: [
        [
          { x: 0, y: 0 },
          { x: 0.5, y: 0 },
          { x: 0.5, y: 1 },
          { x: 0, y: 1 },
        ],
      ],
    }
    const startAt = '2026-05-01T08:00:02.000Z'
    const cut = await library.cut({ name: 'part', path: 'day.mp4', fromS: 2, toS: 5, filters: [half], startAt })
    expect(cut).toEqual({ path: '.stretches/part.mp4', startAt, filters: [half] })
    const { frames } = await inOrder(cut.path)
    expect(frames).toHaveLength(3)
    const { data, height, width } = frames[0]!.luma
    const left = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, y * width + width / 2 - 1)])
    expect(Math.max(...left.flat())).toBeLessThan(24)
    const bytes = await buffer(await library.readClip(cut.path))
    expect([bytes.includes('mp4a'), bytes.length > 1000]).toEqual([false, true])
    await expect(library.readClip('../../../etc/passwd')).rejects.toMatchObject({ code: 'CAMERA_PATH_REFUSED' })
  })
})

it('a rehearsal waits for its first picture on a machine that is busy with what is live', async () => {
  const clock = fakeClock()
  const slow = await createMediaBench({ clock, ffmpegPath: join(bench.dataDir, 'slow-ffmpeg') })
  const [began, goOn] = [join(slow.dataDir, 'began'), join(slow.dataDir, 'go-on')]
  // Says at once what it can do, and begins to work once it is let go.
  const script = `case "$*" in *-version*|*" -h "*|*-encoders*) ;; *) touch ${began}; until [ -e ${goOn} ]; do sleep 0.05; done ;; esac`
  await writeFile(join(bench.dataDir, 'slow-ffmpeg'), `#!/bin/sh\n${script}\nexec ffmpeg "$@"\n`, { mode: 0o755 })
  await makeClip(slow.clip('short.mp4'), { seconds: 2 })
  const owner = { flowId: 'f1', nodeId: 'cam', streamId: 'f1-cam' }
  const frames = slow.media
    .inOrder(owner)
    .open({ kind: 'file', path: 'short.mp4' }, defaultTaps, { signal: new AbortController().signal })
    [Symbol.asyncIterator]()
  const first = frames.next()
  await until('ffmpeg begins', () => existsSync(began))
  await clock.advance(60_000)
  await writeFile(goOn, '')
  expect((await first).value).toMatchObject({ mediaTimeS: 0 })
  await frames.return?.('finished')
  await slow.close()
})
