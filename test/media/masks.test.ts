// No pixel under a mask survives, proven by difference: two clips that differ only under the mask must give the very same
// bytes in every output. Real ffmpeg, real sessions.
import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CameraSpec, MediaPort } from '../../nodes/contract/capabilities.ts'
import { defaultTaps, type PictureFilter, type Point, type Taps } from '../../nodes/contract/frames.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import cameraSource from '../../nodes/video/camera-source.ts'
import crop from '../../nodes/video/crop.ts'
import privacyMask from '../../nodes/video/privacy-mask.ts'
import { systemClock } from '../../runtime/clock.ts'
import { Recorder } from '../../runtime/streams/recorder.ts'
import { runSession, type SessionDeps, type SessionEnd } from '../../runtime/streams/session.ts'
import { fakeModel } from '../support/fake-model.ts'
import { makeClip, makeJpegs } from '../support/make-clip.ts'
import { createMediaBench, fastTap, type MediaBench, type Watched } from '../support/media-bench.ts'
import { memoryPictureRelay } from '../support/memory-bus.ts'
import { memoryStore, type MemoryStore } from '../support/memory-store.ts'
import { quietLog, sessionBench, testPlan } from '../support/session-bench.ts'

const triangle: Point[] = [
  { x: 0.15, y: 0.2 },
  { x: 0.8, y: 0.3 },
  { x: 0.3, y: 0.9 },
]
const mask: PictureFilter = { do: 'mask', polygons: [triangle] }

/** ffmpeg's condition for a pixel whose middle lies inside a triangle that runs clockwise on the screen. */
function insideOf(corners: readonly Point[]): string {
  const side = (a: Point, b: Point): string =>
    `gte((${b.x}-(${a.x}))*((Y+0.5)/H-(${a.y}))-(${b.y}-(${a.y}))*((X+0.5)/W-(${a.x})),0)`
  return corners.map((corner, index) => side(corner, corners[(index + 1) % corners.length] ?? corner)).join('*')
}

let bench: MediaBench
beforeAll(async () => {
  bench = await createMediaBench()
})
afterAll(() => bench.close())

interface Pair {
  open: string
  changed: string
}

const pairs = new Map<string, Promise<Pair>>()

/** Made once: reckoning a pair takes longer than playing it. */
function pairNamed(name: string, size: string, corners: readonly Point[], isTurned = false): Promise<Pair> {
  const pair = pairs.get(name) ?? makePair(name, size, corners, isTurned)
  pairs.set(name, pair)
  return pair
}

/** Two clips without loss; the second shows something else inside the triangle and the same outside (both go through geq, which changes edges). */
async function makePair(name: string, size: string, corners: readonly Point[], isTurned: boolean): Promise<Pair> {
  const shared = ['-qp', '0', '-threads', '1']
  const inside = insideOf(corners)
  const invert = (plane: string, get: string): string =>
    `${plane}='if(${inside},mod(${get}(X,Y)+90+40*mod(X+Y,3),256),${get}(X,Y))'`
  const pair = { open: `${name}-a.mp4`, changed: `${name}-b.mp4` }
  await Promise.all([
    makeClip(bench.clip(pair.open), {
      seconds: 2,
      size,
      fps: 10,
      gop: 10,
      extra: ['-vf', "format=yuv420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)'", ...shared],
    }),
    makeClip(bench.clip(pair.changed), {
      seconds: 2,
      size,
      fps: 10,
      gop: 10,
      extra: [
        '-vf',
        `format=yuv420p,geq=${invert('lum', 'lum')}:${invert('cb', 'cb')}:${invert('cr', 'cr')}`,
        ...shared,
      ],
    }),
  ])
  if (isTurned) await Promise.all([pair.open, pair.changed].map(turn))
  return pair
}

/** Says in the file that it is to be shown turned by 90 degrees, as phones do. */
async function turn(name: string): Promise<void> {
  await promisify(execFile)('ffmpeg', [
    '-nostdin',
    '-loglevel',
    'error',
    '-i',
    bench.clip(name),
    '-c',
    'copy',
    '-metadata:s:v:0',
    'rotate=90',
    '-y',
    bench.clip(`turned-${name}`),
  ])
  await rename(bench.clip(`turned-${name}`), bench.clip(name))
}

const watch = (path: string, taps: Partial<Taps>): Promise<Watched> =>
  bench.watch({ kind: 'file', path }, { fast: fastTap, keep: true, ...taps }).ended

function bytesOf({ frames, fast }: Watched): Record<string, string> {
  const join = (all: Uint8Array[]): string => Buffer.concat(all).toString('base64')
  return {
    full: join(frames.map((frame) => frame.full.jpeg)),
    floor: join(frames.map((frame) => frame.floor.jpeg)),
    luma: join(frames.map((frame) => frame.luma.data)),
    fast: join(fast.map((frame) => frame.rgb)),
    kept: join(fast.map((frame) => frame.jpeg ?? new Uint8Array())),
  }
}

const different = (a: Watched, b: Watched): string[] => {
  const one = bytesOf(a),
    other = bytesOf(b)
  return Object.keys(one).filter((output) => one[output] !== other[output])
}

describe('a mask burned in', () => {
  it.each([
    ['an even picture', 'even', '320x240', triangle, triangle, false],
    ['odd sizes', 'odd', '322x182', triangle, triangle, false],
    ['a large picture that is made smaller', 'large', '900x506', triangle, triangle, false],
    // Turned by 90 degrees on the screen: what is drawn at (x, y) there lies at (1-y, x) in the file.
    ['a turned picture', 'turned', '320x240', triangle.map(({ x, y }) => ({ x: 1 - y, y: x })), triangle, true],
  ] as [string, string, string, Point[], Point[], boolean][])(
    'leaves nothing of what is under it in any output of %s',
    async (_what, name, size, inFile, drawn, isTurned) => {
      const pair = await pairNamed(name, size, inFile, isTurned)
      const filters: PictureFilter[] = [{ do: 'mask', polygons: [drawn] }]
      const [open, changed, bare, bareChanged] = await Promise.all([
        watch(pair.open, { filters }),
        watch(pair.changed, { filters }),
        watch(pair.open, {}),
        watch(pair.changed, {}),
      ])
      expect(open.frames.length).toBeGreaterThanOrEqual(2)
      if (isTurned) expect(open.frames[0]!.full.height).toBeGreaterThan(open.frames[0]!.full.width)
      expect(open.fast.length).toBeGreaterThan(10)
      expect(different(bare, bareChanged), 'the clips themselves differ').toEqual([
        'full',
        'floor',
        'luma',
        'fast',
        'kept',
      ])
      expect(different(open, changed)).toEqual([])
      expect(open.frames[0]?.burnt).toHaveLength(1)
      // And no more than the area and its rim is black: a triangle with these corners covers a fifth of the picture.
      const { data } = open.frames[0]!.luma
      const black = data.filter((value) => value <= 20).length / data.length
      const blackBefore = bare.frames[0]!.luma.data.filter((value) => value <= 20).length / data.length
      expect(black - blackBefore).toBeGreaterThan(0.1)
      expect(black).toBeLessThan(0.21 + blackBefore + 0.06)
    },
  )

  it('holds together with a crop, in either order', async () => {
    const pair = await pairNamed('even', '320x240', triangle)
    const cut: PictureFilter = { do: 'crop', rectangle: { x: 0.1, y: 0.13, width: 0.57, height: 0.61 } }
    const [first, firstChanged] = await Promise.all([
      watch(pair.open, { filters: [mask, cut] }),
      watch(pair.changed, { filters: [mask, cut] }),
    ])
    expect(different(first, firstChanged)).toEqual([])
    expect(first.frames[0]?.full).toMatchObject({ width: 182, height: 144 })
    // Outside of a crop that leaves the triangle's part of the picture away nothing of it is left either.
    const away: PictureFilter = { do: 'crop', rectangle: { x: 0.81, y: 0, width: 0.19, height: 1 } }
    const black: PictureFilter = {
      do: 'mask',
      polygons: [
        [
          { x: 0, y: 0 },
          { x: 1, y: 0 },
          { x: 1, y: 1 },
          { x: 0, y: 1 },
        ],
      ],
    }
    const [apart, apartChanged, all] = await Promise.all([
      watch(pair.open, { filters: [away] }),
      watch(pair.changed, { filters: [away] }),
      watch(pair.open, { filters: [cut, black] }),
    ])
    expect(different(apart, apartChanged)).toEqual([])
    expect(Math.max(...all.frames[0]!.luma.data)).toBeLessThanOrEqual(18)
  })

  it('holds for a snapshot', async () => {
    const pair = await pairNamed('even', '320x240', triangle)
    const take = async (path: string, filters?: PictureFilter[]) => {
      const report = await bench.media.library.probe({ kind: 'file', path }, undefined, filters)
      return report.ok ? report.snapshot : report.message
    }
    const [open, changed, bare, bareChanged] = [
      await take(pair.open, [mask]),
      await take(pair.changed, [mask]),
      await take(pair.open),
      await take(pair.changed),
    ]
    expect(open).toMatch(/^data:image\/jpeg/)
    expect([open === changed, bare === bareChanged, open === bare]).toEqual([true, false, false])
  })

  it('holds for a snapshot of a browser camera, in its own shape', async () => {
    const [pushed] = await makeJpegs(1, '320x240')
    bench.relay.publish('push:flow-cam', pushed!)
    const take = async (filters?: PictureFilter[]) => {
      const report = await bench.media.library.probe({ kind: 'browser' }, { flowId: 'flow', nodeId: 'cam' }, filters)
      if (!report.ok) throw new Error(report.message)
      return { ...report, jpeg: Buffer.from(report.snapshot.split(',')[1] ?? '', 'base64') }
    }
    const black: PictureFilter = {
      do: 'mask',
      polygons: [
        [
          { x: 0, y: 0 },
          { x: 1, y: 0 },
          { x: 1, y: 1 },
          { x: 0, y: 1 },
        ],
      ],
    }
    const [bare, part, all] = [
      await take(),
      await take([mask, { do: 'crop', rectangle: { x: 0.5, y: 0, width: 0.5, height: 1 } }]),
      await take([black]),
    ]
    expect(bare.jpeg.equals(pushed!)).toBe(true)
    expect(part).toMatchObject({ width: 160, height: 240 })
    // Nothing is left in a picture that is hidden wholly: it says less than one with a part of it.
    expect(all.jpeg.length).toBeLessThan(part.jpeg.length / 2)
  })
})

describe('a session behind a mask', () => {
  const maskConfig = { polygons: [triangle] }
  const planFor = (path: string, filters: PictureFilter[] | undefined): PlanStream =>
    testPlan(
      {},
      {
        source: {
          id: 'cam',
          type: 'camera-source',
          version: 1,
          config: cameraSource.config.parse({ kind: 'file', path }),
        },
        taps: { ...defaultTaps, ...(filters ? { filters } : {}) },
        ticks: [{ id: 'mask', type: 'privacy-mask', version: 1, config: maskConfig }, ...testPlan().ticks],
        routes: {
          'cam.frames': [{ to: 'tick', node: 'mask', port: 'frames' }],
          'mask.frames': [{ to: 'tick', node: 'model', port: 'frames' }],
          'model.response': [{ to: 'action', node: 'tell', port: 'message' }],
        },
      },
    )

  async function play(
    path: string,
    options: { filters?: PictureFilter[]; forget?: boolean },
  ): Promise<{ end: SessionEnd; store: MemoryStore; shown: Uint8Array[]; asked: Uint8Array[] }> {
    const store = memoryStore()
    const relay = memoryPictureRelay()
    const shown: Uint8Array[] = [],
      asked: Uint8Array[] = []
    relay.subscribe('stream:flow1-cam', (jpeg) => shown.push(jpeg))
    const real = bench.media.forStream({ flowId: 'flow1', nodeId: 'cam', streamId: 'flow1-cam' })
    const forgetful: MediaPort = {
      open: (spec: CameraSpec, { filters: _forgotten, ...taps }: Taps, more) => real.open(spec, taps, more),
    }
    const { order, deps } = sessionBench({ nodes: [cameraSource, privacyMask, crop] })
    const ownDeps: SessionDeps = {
      ...deps,
      clock: systemClock,
      store,
      relay,
      media: () => (options.forget ? forgetful : real),
      models: fakeModel({
        clock: systemClock,
        verdict: (request) => {
          asked.push(request.picture.jpeg)
          return { action: 'response', text: 'Something is there.' }
        },
      }),
      recorder: new Recorder({ store, clock: systemClock, log: quietLog }),
    }
    const end = await runSession(
      { ...order, plan: planFor(path, options.filters) },
      ownDeps,
      new AbortController().signal,
    )
    return { end, store, shown, asked }
  }

  it('shows, asks about and stores nothing of what is under it', async () => {
    const pair = await pairNamed('even', '320x240', triangle)
    const [open, changed] = await Promise.all([
      play(pair.open, { filters: [mask] }),
      play(pair.changed, { filters: [mask] }),
    ])
    expect(open.end).toEqual({ state: 'finished', reason: null })
    const framesOf = ({ store }: typeof open) =>
      store.events.flatMap(({ frame }) => (frame ? [Buffer.from(frame).toString('base64')] : []))
    expect(framesOf(open).length).toBeGreaterThan(0)
    const firstOf = (all: Uint8Array[]) => Buffer.from(all[0] ?? []).toString('base64')
    expect(framesOf(changed)[0] === framesOf(open)[0]).toBe(true)
    expect(firstOf(changed.shown) === firstOf(open.shown)).toBe(true)
    expect(firstOf(changed.asked) === firstOf(open.asked)).toBe(true)
    expect(framesOf(open)[0] === firstOf(open.asked)).toBe(true)
  })

  it('ends before anything saw a picture that came without it', async () => {
    await makeClip(bench.clip('bare.mp4'), { seconds: 2 })
    const { end, store, shown, asked } = await play('bare.mp4', { filters: [mask], forget: true })
    expect(end).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('without its privacy mask') as string,
    })
    expect([shown, asked]).toEqual([[], []])
    expect(store.events.filter(({ frame }) => frame !== null)).toEqual([])
  })
})
