import { expect, test } from 'vitest'
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'
import { defaultTaps, type Frame, type Taps } from '../../nodes/contract/frames.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { memoryBus } from '../../test/support/memory-bus.ts'
import { openNamed } from './named-camera.ts'

const masks = [
  [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
  ],
]
const stored = { spec: { kind: 'file', path: 'yard.mp4' } as CameraSpec, masks, version: '1' }
const log = { info: () => {}, warn: () => {}, error: () => {} }

function opening() {
  const clock = fakeClock()
  const bus = memoryBus()
  const asked: { spec: CameraSpec; taps: Taps }[] = []
  let version: string | null = '1'
  async function* pictures(spec: CameraSpec, taps: Taps, signal: AbortSignal) {
    asked.push({ spec, taps })
    yield { seq: 0 } as Frame
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    throw new StoppedError()
  }
  const stop = new AbortController()
  const named = { open: async () => stored, version: async () => version }
  const crop = { do: 'crop' as const, rectangle: { x: 0, y: 0, width: 1, height: 1 } }
  const frames = openNamed(
    { clock, log, bus, named },
    { kind: 'camera', camera: 'Yard', startAtS: 7 },
    { ...defaultTaps, filters: [crop] },
    stop.signal,
    pictures,
  )
  return { clock, bus, asked, stop, frames, crop, change: () => (version = '2') }
}

test('a camera by its name is opened as it is stored, its masks before all else; a clip plays again and again', async () => {
  const { asked, frames, stop, crop } = opening()
  await frames.next()
  expect(asked[0]?.spec).toEqual({ kind: 'file', path: 'yard.mp4', loop: true, startAtS: 7 })
  expect(asked[0]?.taps.filters).toEqual([{ do: 'mask', polygons: masks }, crop])
  stop.abort()
  await expect(frames.next()).rejects.toMatchObject({ code: 'RUN_STOPPED' })
})

test('one that is changed is opened again at once, by the word of the bus or, where that was lost, within half a minute', async () => {
  const told = opening()
  await told.frames.next()
  told.bus.publish({ type: 'camera', name: 'Gate' })
  told.bus.publish({ type: 'camera', name: 'Yard' })
  await expect(told.frames.next()).rejects.toMatchObject({ code: 'CAMERA_CHANGED', retryAfterMs: 0 })

  const alone = opening()
  await alone.frames.next()
  const next = alone.frames.next()
  next.catch(() => {})
  await alone.clock.advance(30_000)
  alone.change()
  await alone.clock.advance(30_000)
  await expect(next).rejects.toMatchObject({ code: 'CAMERA_CHANGED' })
})
