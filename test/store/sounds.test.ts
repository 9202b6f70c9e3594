// Sounds kept with events, and deliveries that a person cancels or a limit counts, on a real database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActionOutcome } from '../../runtime/queue/deps.ts'
import { action, closeStore, event, openStore, runFlow, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

const outcome = (overrides: Partial<ActionOutcome> = {}): ActionOutcome => ({ state: 'delivered', detail: 'Spoken.', events: [], actions: [], inputs: [], ...overrides })
const sound = { bytes: new Uint8Array([1, 2, 3]), contentType: 'audio/wav', durationS: 1.5 }

let under: StoreUnderTest
beforeAll(async () => { under = await openStore() })
afterAll(async () => { await closeStore(under) })

async function commitOne() {
  const { store } = under
  const { flowId, keys: [key] } = await runFlow(store)
  await store.engine.commitTick(tickCommit(key!, flowId, 1))
  const eventId = `${key!.streamId}-event-1`
  return { store, flowId, key: key!, eventId, id: `${eventId}_tell` }
}

describe('sounds', () => {
  test('are kept once with their event, and shown with it and with the record of speaking', async () => {
    const { store, eventId, id, key, flowId } = await commitOne()
    expect(await store.sounds.keep(eventId, sound)).toBe(`/api/events/${eventId}/audio`)
    await store.sounds.keep(eventId, { ...sound, durationS: 9 })
    expect(await store.events.sound(eventId)).toEqual({ ...sound, bytes: Buffer.from(sound.bytes) })
    await store.queue.beginAction(id)
    const played = { ...event(key, flowId, `${eventId}-played`), kind: 'speech.played' as const, fields: { about: eventId }, frame: null }
    await store.queue.endAction(id, outcome({ events: [played] }))
    expect((await store.events.get(eventId)).audio).toEqual({ url: `/api/events/${eventId}/audio` })
    expect((await store.events.get(played.id)).audio).toEqual({ url: `/api/events/${eventId}/audio` })
  })

  test('are not kept for an event that is gone, and are absent where nothing was said', async () => {
    const { store, eventId } = await commitOne()
    await store.sounds.keep('gone', sound)
    expect(await store.events.sound('gone')).toBeUndefined()
    expect((await store.events.get(eventId)).audio).toBeNull()
  })
})

describe('cancelling', () => {
  test('holds through a try that fails meanwhile, and ends with the next one', async () => {
    const { store, eventId, id, flowId } = await commitOne()
    await store.queue.beginAction(id)
    expect(await store.deliveries.cancel(id)).toMatchObject({ id, eventId, flow: flowId, node: 'tell', detail: 'Being cancelled.' })
    await store.queue.endAction(id, outcome({ state: 'retrying', detail: '503' }))
    const next = await store.queue.beginAction(id)
    expect(next?.isCancelled).toBe(true)
    await store.queue.endAction(id, outcome({ state: 'failed', detail: 'Cancelled by a person.' }))
    expect((await store.events.get(eventId)).deliveries[0]).toMatchObject({ state: 'failed', detail: 'Cancelled by a person.' })
    await expect(store.deliveries.cancel(id)).rejects.toMatchObject({ code: 'DELIVERY_DONE' })
    await expect(store.deliveries.cancel('nope')).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
  })

  test('comes too late for what was delivered in the same moment', async () => {
    const { store, eventId, id } = await commitOne()
    expect((await store.queue.beginAction(id))?.isCancelled).toBeUndefined()
    await store.deliveries.cancel(id)
    await store.queue.endAction(id, outcome())
    expect((await store.events.get(eventId)).deliveries[0]).toMatchObject({ state: 'delivered' })
  })
})

test('counts the unfinished actions of the same node and stream that came before', async () => {
  const { store, flowId, keys: [key] } = { store: under.store, ...await runFlow(under.store) }
  const ids: string[] = []
  for (const tick of [1, 2, 3]) {
    await store.engine.commitTick(tickCommit(key!, flowId, tick))
    ids.push(action(key!, flowId, `${key!.streamId}-event-${tick}`).id)
  }
  const counts = async (): Promise<number[]> => await Promise.all(ids.map((id) => store.deliveries.openBefore(id)))
  expect(await counts()).toEqual([0, 1, 2])
  await store.queue.beginAction(ids[0]!)
  expect(await counts()).toEqual([0, 1, 2])
  await store.queue.endAction(ids[0]!, outcome())
  expect(await counts()).toEqual([0, 0, 1])
  expect(await store.deliveries.openBefore('nope')).toBe(0)
})
