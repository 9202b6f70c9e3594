import { expect, it } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { quietLog } from '../../test/support/session-bench.ts'
import { simulatedCamera } from '../../test/support/simulated-source.ts'
import { backoffMs, Source } from './source.ts'

it('waits between half a second and a bound that doubles up to half a minute', () => {
  expect([0, 1, 2, 3, 6, 50].map((attempt) => [backoffMs(attempt, 0), backoffMs(attempt, 1)])).toEqual([
    [500, 1000],
    [500, 2000],
    [500, 4000],
    [500, 8000],
    [500, 30_000],
    [500, 30_000],
  ])
})

function open(node: Record<string, unknown>, resumeAtS: number | null = null) {
  const clock = fakeClock()
  const camera = simulatedCamera({ clock, everyMs: 500 })
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
    random: () => 0,
    resumeAtS,
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
