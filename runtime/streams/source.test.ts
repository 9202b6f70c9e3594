import { expect, it } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { quietLog } from '../../test/support/session-bench.ts'
import { simulatedCamera, testFrame } from '../../test/support/simulated-source.ts'
import { Source } from './source.ts'

function open(node: Record<string, unknown>, resumeAtS: number | null = null, everyMs = 500, refusals = 0) {
  const clock = fakeClock()
  const camera = simulatedCamera({ clock, everyMs })
  const source = new Source({
    definition: camera.definition,
    node: { id: 'cam', type: 'simulated-camera', version: 1, config: node },
    taps: defaultTaps,
    media: {
      open: () => {
        throw new Error('unused')
      },
    },
    clock,
    log: quietLog,
    random: () => 1,
    resumeAtS,
    refusals,
  })
  source.start()
  return { camera, clock, source }
}

it('counts a camera as lost only after as long as it was told', async () => {
  const { camera, clock, source } = open({ kind: 'rtsp', lostAfterS: 12 })
  await clock.advance(1000)
  camera.down = new RetryableError('MEDIA_UNREACHABLE', 'The camera refused the connection.')
  camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
  await clock.advance(11_900)
  expect(source.look()).toMatchObject({ camera: 'ok', reason: null })
  await clock.advance(200)
  expect(source.look()).toMatchObject({ camera: 'lost', reason: 'The camera refused the connection.' })
  await source.stop()
  expect(clock.waiting()).toBe(0)
})

it('leaves a camera alone for as long as its trouble asks for', async () => {
  const { camera, clock, source } = open({ kind: 'rtsp' })
  await clock.advance(1000)
  camera.down = new RetryableError('CAMERA_UNAUTHORIZED', 'The camera refuses the password.', { retryAfterMs: 30_000 })
  camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
  await clock.advance(600)
  expect(camera.opens).toBe(2)
  await clock.advance(29_800)
  expect(camera.opens).toBe(2)
  camera.down = null
  await clock.advance(400)
  expect([camera.opens, source.look().camera]).toEqual([3, 'ok'])
  await source.stop()
})

it('carries the clock of a camera on over a break and a takeover', async () => {
  const { camera, clock, source } = open({ kind: 'rtsp' }, 100)
  await clock.advance(2000)
  expect(source.mailbox.take()?.mediaTimeS).toBe(104)
  camera.breakWith(new RetryableError('MEDIA_BROKEN', 'The connection broke.'))
  await clock.advance(600)
  expect(source.mailbox.take()?.mediaTimeS).toBeCloseTo(104.5)
  await source.stop()
})

it('does not take a still picture in a file or a shared screen for a frozen camera', async () => {
  for (const kind of ['file', 'browser']) {
    const { camera, clock, source } = open({ kind, frozenAfterS: 10 })
    camera.frozen = 1
    await clock.advance(30_000)
    expect(source.look().camera).toBe('ok')
    await source.stop()
  }
})

const pictureEvery = (everyMs: number, config: Record<string, unknown> = { kind: 'rtsp' }) =>
  open(config, null, everyMs)

it('finds a camera with a picture every ten seconds slow, never lost, and leaves it open', async () => {
  const { camera, clock, source } = pictureEvery(10_000)
  const states = new Set<string>()
  for (let second = 0; second < 120; second++) {
    await clock.advance(1000)
    expect(source.look().camera).toBe('ok')
    states.add(source.status().state)
  }
  expect([camera.opens, source.status().everyS]).toEqual([1, 10])
  expect(states).toEqual(new Set(['watching', 'slow']))
  expect(source.status().text).toBe(
    `The camera is slow: its newest picture is ${Math.round(source.status().newestPictureAgeS ?? 0)} s old; it sends one about every 10 s.`,
  )
  await source.stop()
})

it('tries a wrong password three times, then waits for a person and says so, for the next worker too', async () => {
  const { camera, clock, source } = open({ kind: 'rtsp' })
  camera.down = new RetryableError('CAMERA_UNAUTHORIZED', 'The camera refused the password.', { retryAfterMs: 30_000 })
  await clock.advance(3_600_000)
  expect(camera.opens).toBe(3)
  expect(source.look()).toMatchObject({
    camera: 'lost',
    reason: expect.stringMatching(/refused the password\. It was tried 3 times; .*deploy again\.$/),
  })
  expect(source.status().state).toBe('refused')
  await source.stop()
  const next = open({ kind: 'rtsp' }, 100, 500, source.refusals)
  await next.clock.advance(60_000)
  expect([next.camera.opens, next.source.status().state]).toEqual([0, 'refused'])
  await next.source.stop()
  expect(next.clock.waiting()).toBe(0)
})

it('comes back within seconds after a short loss, with its newest reason meanwhile', async () => {
  const { camera, clock, source } = open({ kind: 'rtsp' })
  await clock.advance(1000)
  camera.down = new RetryableError('CAMERA_REFUSED', 'The camera refused the connection.')
  camera.breakWith(new RetryableError('CAMERA_CLOSED', 'The camera closed the stream.'))
  await clock.advance(10_000)
  expect(camera.opens).toBeGreaterThanOrEqual(5)
  expect(source.look().reason).toBe('The camera refused the connection.')
  camera.down = new RetryableError('CAMERA_UNREACHABLE', 'The camera cannot be reached.')
  await clock.advance(8000)
  expect(source.look().reason).toBe('The camera cannot be reached.')
  await source.stop()
})

it('shows a picture of a clip through a hole, one for every second, and loses nothing', async () => {
  const { camera, clock, source } = pictureEvery(12_000, { kind: 'file' })
  const times: number[] = []
  for (let step = 0; step < 4 * 30; step++) {
    await clock.advance(250)
    expect(source.look().camera).toBe('ok')
    const frame = source.mailbox.take()
    if (frame) times.push(frame.mediaTimeS)
  }
  expect(camera.opens).toBe(1)
  expect(times.length).toBeGreaterThanOrEqual(24)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  await source.stop()
})

it('goes on behind a place at which the reader of a clip always dies, having tried it six times', async () => {
  const clock = fakeClock()
  const entered: number[] = []
  const { definition } = simulatedCamera({ clock })
  const source = new Source({
    definition: {
      ...definition,
      open: async function* ({ startAtS = 0 }) {
        entered.push(startAtS)
        for (let second = Math.floor(startAtS); second < 9; second++) {
          if (second === 4) throw new RetryableError('CAMERA_HELPER_DIED', 'The program that reads the clip was ended.')
          yield testFrame(second)
          await clock.sleep(1000)
        }
        return 'finished'
      },
    },
    node: { id: 'cam', type: 'simulated-camera', version: 1, config: { kind: 'file' } },
    taps: defaultTaps,
    media: {
      open: () => {
        throw new Error('unused')
      },
    },
    clock,
    log: quietLog,
    random: () => 0,
    resumeAtS: null,
  })
  source.start()
  const seen = new Set<number>()
  const words = new Set<string>()
  for (let step = 0; step < 600 && !source.look().ended; step++) {
    await clock.advance(250)
    const frame = source.mailbox.take()
    if (frame) seen.add(frame.mediaTimeS)
    words.add(source.status().text)
  }
  expect(entered).toEqual([0, 3, 3, 3, 3, 3, 4, 5])
  expect([...seen].filter((each) => each > 3)).toEqual(expect.arrayContaining([5, 6, 7, 8]))
  expect([...words].filter((each) => each.includes('cannot be read'))).toEqual([
    'The clip cannot be read at 3 s, tried 6 times; it goes on 1 s behind that.',
    'The clip cannot be read at 3 s, tried 7 times; it goes on 2 s behind that.',
  ])
  expect(source.look()).toMatchObject({ ended: true, failed: false })
  await source.stop()
})
