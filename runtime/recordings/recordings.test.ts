import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CameraSign, MediaPort } from '../../nodes/contract/capabilities.ts'
import { defaultTaps, markOf, type PictureFilter } from '../../nodes/contract/frames.ts'
import { keepLimits } from '../../nodes/contract/recording.ts'
import { testFrame } from '../../test/support/simulated-source.ts'
import { quietLog } from '../../test/support/session-bench.ts'
import { keepingMedia, keepingWanted } from './kept-media.ts'
import type { PictureKeeper, Recordings } from './records.ts'
import { createRecordings } from './recordings.ts'
import { segmentName } from './segment.ts'

const beganMs = Date.UTC(2026, 4, 1, 8)
const mask: PictureFilter = {
  do: 'mask',
  polygons: [
    [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
      { x: 0, y: 1 },
    ],
  ],
}
const owner = { flow: 'f1', camera: 'cam', filters: [mask], perS: 1 }
const hour = { forMs: 3_600_000, mostBytes: 1e9 }

let dataDir: string
let nowMs: number
let free: number
let recordings: Recordings

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'heed-recordings-'))
  nowMs = beganMs
  free = 1e12
  recordings = opened()
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

function opened(): Recordings {
  return createRecordings({ dataDir, clock: { nowMs: () => nowMs }, log: quietLog, freeBytes: async () => free })
}

/** One a second, `bytes` long each; written when this resolves. */
async function show(keeper: PictureKeeper, seconds: number, bytes = 10): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    keeper.add({ atMs: nowMs, jpeg: new Uint8Array(bytes).fill((nowMs / 1000) % 251) })
    nowMs += 1000
    if (second % 30 === 29) await keeper.written()
  }
  await keeper.written()
}

const secondsOf = async (fromMs = 0, toMs = Infinity): Promise<number[]> => {
  const found: number[] = []
  for await (const { atMs } of recordings.pictures(owner, fromMs, toMs)) found.push((atMs - beganMs) / 1000)
  return found
}

describe('what a camera is asked to keep', () => {
  it('is nothing unless somebody says so, and nothing of a clip', () => {
    expect(keepLimits({ kind: 'rtsp' })).toBeNull()
    expect(keepLimits({ kind: 'rtsp', keepHours: 0 })).toBeNull()
    expect(keepLimits({ kind: 'file', keepHours: 2 })).toBeNull()
    expect(keepLimits({ kind: 'rtsp', keepHours: 2, keepMb: 100 })).toEqual({
      forMs: 7_200_000,
      mostBytes: 100 * 1024 * 1024,
    })
  })
})

describe('kept pictures', () => {
  it('are listed as stretches, read by their times, and there again after a restart', async () => {
    const keeper = recordings.open(owner, hour)
    await show(keeper, 70)
    nowMs += 60_000
    await show(keeper, 5)
    expect(keeper.kept()).toMatchObject({ fromAt: '2026-05-01T08:00:00.000Z', forMs: 3_600_000, trouble: null })
    await keeper.close()
    recordings = opened()
    const [recording] = await recordings.list('f1')
    expect(recording).toMatchObject({
      stream: 'f1-cam',
      camera: 'cam',
      from: '2026-05-01T08:00:00.000Z',
      to: '2026-05-01T08:02:14.000Z',
      stretches: [
        { from: '2026-05-01T08:00:00.000Z', to: '2026-05-01T08:01:09.000Z', perS: 1, filters: [mask] },
        { from: '2026-05-01T08:02:10.000Z', to: '2026-05-01T08:02:14.000Z', perS: 1, filters: [mask] },
      ],
    })
    expect(await secondsOf(beganMs + 68_000, beganMs + 131_000)).toEqual([68, 69, 130, 131])
    expect((await recordings.pictureAt(owner, beganMs + 100_500))?.atMs).toBe(beganMs + 69_000)
    expect(await recordings.pictureAt(owner, beganMs + 3_000_000)).toBeUndefined()
    // Nobody else on this machine reads them.
    const folder = join(dataDir, 'recordings', 'f1', 'cam')
    const [file] = await readdir(folder)
    expect((await stat(join(folder, file ?? ''))).mode & 0o077).toBe(0)
  })

  it('are all read, also when the minute that is written becomes whole meanwhile', async () => {
    const keeper = recordings.open(owner, hour)
    await show(keeper, 65)
    const found: number[] = []
    for await (const { atMs } of recordings.pictures(owner, beganMs, beganMs + 65_000)) {
      if (found.push((atMs - beganMs) / 1000) === 1) await keeper.close()
    }
    expect(found).toEqual(Array.from({ length: 65 }, (_unused, second) => second))
    // As often as a file gets its last name, nobody who looks finds nothing.
    const folder = join(dataDir, 'recordings', 'f1', 'cam')
    const [first = '', last = ''] = (await readdir(folder)).sort()
    await rm(join(folder, first))
    const names = [join(folder, last), join(folder, segmentName(beganMs + 60_000))]
    const seen: (number | undefined)[] = []
    for (let look = 0; look < 120; look++, names.reverse()) {
      const looking = recordings.list('f1')
      for (let wait = 0; wait < look % 12; wait++) await new Promise((resolve) => setImmediate(resolve))
      await rename(names[0]!, names[1]!)
      seen.push((await looking)[0]?.stretches.length)
    }
    expect(seen.filter((each) => each !== 1)).toEqual([])
  })

  it('lose at most the last picture in a crash', async () => {
    const keeper = recordings.open(owner, hour)
    await show(keeper, 10)
    await keeper.close()
    const folder = join(dataDir, 'recordings', 'f1', 'cam')
    const [name = ''] = await readdir(folder)
    await truncate(join(folder, name), (await stat(join(folder, name))).size - 3)
    await writeFile(join(folder, 'notes.txt'), 'not ours')
    await writeFile(join(folder, `${beganMs + 20_000}-${beganMs + 21_000}.seg`), '')
    expect(await secondsOf()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    expect((await recordings.list('f1'))[0]?.stretches).toHaveLength(1)
  })

  it('go when they are too old or too many, and none of a flow that is gone', async () => {
    const keeper = recordings.open(owner, { forMs: 180_000, mostBytes: 1e9 })
    await show(keeper, 300)
    await keeper.close()
    expect((await secondsOf())[0]).toBe(60)
    nowMs += 90_000
    await recordings.sweep(() => true)
    expect((await secondsOf())[0]).toBe(180)
    const small = recordings.open({ ...owner, camera: 'door' }, { forMs: 3_600_000, mostBytes: 200_000 })
    await show(small, 300, 1000)
    await small.close()
    const door = (await recordings.list('f1')).find(({ camera }) => camera === 'door')
    expect(door?.bytes).toBeLessThanOrEqual(200_000)
    expect(door?.bytes).toBeGreaterThan(100_000)
    await recordings.sweep((flow) => flow !== 'f1')
    expect(await readdir(join(dataDir, 'recordings'))).toEqual([])
  })

  it('give way to everything else on a full disk, say so, and go on when there is room', async () => {
    free = 100 * 1024 * 1024
    const keeper = recordings.open(owner, hour)
    await show(keeper, 3)
    expect(keeper.kept().trouble).toBe(
      'Nothing is kept for rehearsal now: only 100 MB are left on the disk, and alerts come first. Make room, and it goes on by itself.',
    )
    free = 1e12
    nowMs += 31_000
    await show(keeper, 3)
    expect(keeper.kept().trouble).toBeNull()
    await keeper.close()
    expect(await secondsOf()).toHaveLength(3)
  })

  it('leave nothing behind of a file that the disk had no room for, however often that is tried', async () => {
    const folder = join(dataDir, 'recordings', 'f1', 'cam')
    await mkdir(folder, { recursive: true })
    // What is written there is told that the disk is full, by the machine itself.
    await symlink('/dev/full', join(folder, segmentName(beganMs)))
    const keeper = recordings.open(owner, hour)
    await show(keeper, 3)
    expect(keeper.kept().trouble).toBe(
      'Nothing is kept for rehearsal now: the disk is full. Make room, and it goes on by itself.',
    )
    expect(await readdir(folder)).toEqual([])
    nowMs += 31_000
    await show(keeper, 3)
    expect(keeper.kept().trouble).toBeNull()
    await keeper.close()
    expect(await secondsOf()).toHaveLength(3)
  })

  it('are removed on demand, by camera', async () => {
    for (const camera of ['cam', 'door']) {
      const keeper = recordings.open({ ...owner, camera }, hour)
      await show(keeper, 2)
      await keeper.close()
    }
    await recordings.forget('f1', 'door')
    expect((await recordings.list('f1')).map(({ camera }) => camera)).toEqual(['cam'])
    await recordings.forget('../..')
    expect((await recordings.list('f1')).map(({ camera }) => camera)).toEqual(['cam'])
  })
})

describe('a camera that keeps', () => {
  const limits = { forMs: 7_200_000, mostBytes: 1e9 }
  const watch = async (media: MediaPort, taps = defaultTaps, onFast?: () => void): Promise<CameraSign[]> => {
    const signs: CameraSign[] = []
    const options = { recordings, clock: { nowMs: () => nowMs }, flow: 'f1', camera: 'cam', limits }
    const frames = keepingMedia(media, options).open({ kind: 'rtsp' }, taps, {
      signal: new AbortController().signal,
      onSign: (sign) => signs.push(sign),
      ...(onFast ? { onFast } : {}),
    })
    for await (const _frame of frames) nowMs += 1000
    return signs
  }

  it('keeps each picture that goes by, never one without its mask, and says how much', async () => {
    const media: MediaPort = {
      async *open() {
        for (let seq = 0; seq < 8; seq++) {
          await new Promise((resolve) => setImmediate(resolve))
          yield { ...testFrame(seq, { atMs: nowMs }), ...(seq < 6 ? { burnt: [markOf(mask)] } : {}) }
        }
      },
    }
    const signs = await watch(media, { ...defaultTaps, filters: [mask] })
    expect(await secondsOf()).toEqual([0, 1, 2, 3, 4, 5])
    expect(signs.at(-1)).toMatchObject({ type: 'kept', kept: { forMs: 7_200_000, trouble: null } })
  })

  it('keeps those of each camera apart where a node points to several', async () => {
    const source = { id: 'cam', type: 'camera', version: 1, config: { kind: 'camera', keepHours: 2 } }
    const media: MediaPort = {
      async *open() {
        yield testFrame(0, { atMs: nowMs })
        return 'finished'
      },
    }
    for (const id of ['cam.gate', 'cam.hall']) {
      const given = { recordings, clock: { nowMs: () => nowMs }, flow: 'f1' }
      const signal = new AbortController().signal
      for await (const _frame of keepingWanted(media, { id, source }, given).open({ kind: 'camera' }, defaultTaps, {
        signal,
      }));
    }
    expect((await recordings.list('f1')).map(({ camera, stream }) => [camera, stream])).toEqual([
      ['cam.gate', 'f1-cam.gate'],
      ['cam.hall', 'f1-cam.hall'],
    ])
  })

  it('keeps the quick pictures where a model looks at those', async () => {
    const media: MediaPort = {
      async *open(_spec, _taps, { onFast }) {
        const quick = { width: 1, height: 1, rgb: new Uint8Array(3) }
        for (let seq = 0; seq < 16; seq++) {
          onFast?.({ ...quick, seq, mediaTimeS: seq / 8, jpeg: new Uint8Array([seq]) })
          await new Promise((resolve) => setImmediate(resolve))
          if (seq % 8 === 7) yield testFrame(seq, { atMs: nowMs })
          nowMs += 125
        }
      },
    }
    const seen: number[] = []
    await watch(media, { ...defaultTaps, fast: { width: 1, height: 1, fps: 8 }, keep: true }, () => seen.push(1))
    expect(seen).toHaveLength(16)
    const [recording] = await recordings.list('f1')
    expect(recording?.stretches).toMatchObject([{ perS: 8 }])
    expect(await secondsOf()).toHaveLength(16)
  })
})
