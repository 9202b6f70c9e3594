import { afterEach, expect, it } from 'vitest'
import type { ModelSession, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { oneInFlight } from './one-in-flight.ts'

const request = { mediaTimeS: 7, atMs: 7000, tick: 8 } as ModelTick
const silence: ModelVerdict = { action: 'silence', text: '', reason: 'model', latencyMs: 1 }
const never = new AbortController().signal

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server that answers when the test says so, on a machine that is there or not. */
function flight() {
  const clock = fakeClock()
  const seen = { sent: 0, looks: 0, isThere: true, answer: (): void => undefined }
  const server: ModelSession = {
    tick: (_request, signal) => {
      seen.sent++
      return new Promise((resolve, reject) => {
        seen.answer = () => resolve(silence)
        signal.addEventListener('abort', () => reject(new Error('The connection was closed.')), { once: true })
      })
    },
    close: async () => undefined,
  }
  const session = oneInFlight(server, {
    clock,
    waitMs: 10,
    isThere: async () => {
      seen.looks++
      return seen.isThere
    },
  })
  closers.push(() => session.close())
  return { clock, seen, tick: () => session.tick(request, never) }
}

it('gives up an answer whose machine has vanished, says so, and asks again', async () => {
  const { clock, seen, tick } = flight()
  seen.isThere = false
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_LATE' })
  await clock.advance(2000)
  await expect(tick()).rejects.toMatchObject({
    code: 'MODEL_UNREACHABLE',
    message: expect.stringContaining('switched off or cut from the network') as string,
  })
  expect(seen).toMatchObject({ sent: 1, looks: 2 })
  seen.isThere = true
  await clock.advance(1000)
  const again = tick()
  seen.answer()
  expect(await again).toEqual(silence)
  expect(seen.sent).toBe(2)
})

it('waits on for a slow server whose machine is there, and forgives it one lost packet', async () => {
  const { clock, seen, tick } = flight()
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
  for (let second = 0; second < 290; second++) {
    seen.isThere = second % 6 !== 3
    await clock.advance(1000)
    await expect(tick()).rejects.toMatchObject({ code: 'MODEL_LATE' })
  }
  seen.answer()
  await clock.settle()
  expect(await tick()).toMatchObject({ late: request, mediaTimeS: 7 })
  const { looks } = seen
  await clock.advance(10_000)
  expect(seen).toMatchObject({ sent: 1, looks })
})
