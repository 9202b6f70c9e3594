import { afterEach, expect, it } from 'vitest'
import type { ModelConversation, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { oneInFlight } from './one-in-flight.ts'

const start = Date.UTC(2026, 0, 1)
const pictureAt = (mediaTimeS: number): ModelTick =>
  ({ mediaTimeS, atMs: start + mediaTimeS * 1000, tick: mediaTimeS + 1 }) as ModelTick
const request = pictureAt(0)
const silence: ModelVerdict = { action: 'silence', text: '', reason: 'model', latencyMs: 1 }
const never = new AbortController().signal

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A server that answers when the test says so, on a machine that is there or not. */
function flight() {
  const clock = fakeClock()
  const seen = {
    sent: 0,
    shown: [] as number[],
    looks: 0,
    isThere: true,
    answer: (): void => undefined,
    fail: (): void => undefined,
  }
  const server: ModelConversation = {
    tick: ({ mediaTimeS }, signal) => {
      seen.sent++
      seen.shown.push(mediaTimeS)
      return new Promise((resolve, reject) => {
        seen.answer = () => resolve({ ...silence, text: `Of ${mediaTimeS}.` })
        seen.fail = () => reject(new RetryableError('MODEL_BACKEND_DOWN', 'Down.'))
        signal.addEventListener('abort', () => reject(new Error('The connection was closed.')), { once: true })
      })
    },
    close: async () => undefined,
  }
  const conversation = oneInFlight(server, {
    clock,
    waitMs: 10,
    isThere: async () => {
      seen.looks++
      return seen.isThere
    },
  })
  closers.push(() => conversation.close())
  return {
    clock,
    seen,
    conversation,
    tick: (picture = request) => conversation.tick(picture, never),
    catchUp: () => conversation.catchUp!(never),
  }
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
  expect(await again).toMatchObject({ text: 'Of 0.' })
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
  expect(await tick()).toMatchObject({ late: request, mediaTimeS: 0 })
  const { looks } = seen
  await clock.advance(10_000)
  expect(seen).toMatchObject({ sent: 1, looks })
})

it('hears a late answer when no pictures come any more, and shows then the newest that it could not show', async () => {
  const { clock, seen, tick, catchUp } = flight()
  expect(await catchUp()).toBeUndefined()
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
  for (const second of [1, 2, 3]) {
    await clock.advance(1000)
    await expect(tick(pictureAt(second))).rejects.toMatchObject({ code: 'MODEL_LATE' })
  }
  expect(await catchUp()).toBeUndefined()
  seen.answer()
  await clock.settle()
  expect(await catchUp()).toMatchObject({ text: 'Of 0.', mediaTimeS: 0, late: request })
  const newest = catchUp()
  seen.answer()
  expect(await newest).toMatchObject({ text: 'Of 3.', mediaTimeS: 3, late: { mediaTimeS: 3 } })
  expect(await catchUp()).toBeUndefined()
  expect(seen.shown).toEqual([0, 3])
})

it('shows the picture on which the server broke again when no other comes, while it is news', async () => {
  const { clock, seen, conversation, tick, catchUp } = flight()
  const first = tick()
  seen.fail()
  await expect(first).rejects.toMatchObject({ code: 'MODEL_BACKEND_DOWN' })
  const again = catchUp()
  seen.fail()
  await expect(again).rejects.toMatchObject({ code: 'MODEL_BACKEND_DOWN' })
  await clock.advance(1000)
  // A camera that is away for now is no end.
  expect(await conversation.finish!({ mayWait: false, signal: never })).toEqual([])
  const third = catchUp()
  seen.answer()
  expect(await third).toMatchObject({ text: 'Of 0.', late: request })
  const broken = tick(pictureAt(1))
  seen.fail()
  await expect(broken).rejects.toMatchObject({ code: 'MODEL_BACKEND_DOWN' })
  await clock.advance(70_000)
  expect(await catchUp()).toBeUndefined()
  expect(seen.shown).toEqual([0, 0, 0, 1])
})

it('waits at the end for the answer on its way and for one to the newest picture, at a pause for neither', async () => {
  const { clock, seen, conversation, tick } = flight()
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
  await expect(tick(pictureAt(1))).rejects.toMatchObject({ code: 'MODEL_LATE' })
  expect(await conversation.finish!({ mayWait: false, signal: never })).toEqual([])
  const last = conversation.finish!({ mayWait: true, signal: never })
  seen.answer()
  await clock.settle()
  seen.answer()
  expect(await last).toMatchObject([
    { text: 'Of 0.', late: request },
    { text: 'Of 1.', late: { mediaTimeS: 1 } },
  ])
  expect(await conversation.finish!({ mayWait: true, signal: never })).toEqual([])
})

it('keeps at the end what was heard when the time is over', async () => {
  const { clock, seen, conversation, tick } = flight()
  await expect(tick()).rejects.toMatchObject({ code: 'MODEL_TIMEOUT' })
  await expect(tick(pictureAt(1))).rejects.toMatchObject({ code: 'MODEL_LATE' })
  const over = new AbortController()
  const last = conversation.finish!({ mayWait: true, signal: over.signal })
  seen.answer()
  await clock.settle()
  over.abort()
  expect(await last).toMatchObject([{ text: 'Of 0.' }])
})
