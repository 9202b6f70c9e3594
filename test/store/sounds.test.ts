// Sounds kept with events, and deliveries that a person cancels or a limit counts, on a real database.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActionOutcome } from '../../runtime/actions/records.ts'
import { action, closeStore, event, openStore, runFlow, startMs, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

const outcome = (overrides: Partial<ActionOutcome> = {}): ActionOutcome => ({
  state: 'delivered',
  detail: 'Spoken.',
  events: [],
  actions: [],
  inputs: [],
  ...overrides,
})
const sound = { bytes: new Uint8Array([1, 2, 3]), contentType: 'audio/wav', durationS: 1.5 }

let under: StoreUnderTest
beforeAll(async () => {
  under = await openStore()
})
afterAll(async () => {
  await closeStore(under)
})

async function commitOne() {
  const { store } = under
  const {
    flowId,
    keys: [key],
  } = await runFlow(store)
  await store.engine.commitTick(tickCommit(key!, flowId, 1))
  const eventId = `${key!.streamId}-event-1`
  return { store, flowId, key: key!, eventId, id: `${eventId}_tell` }
}

describe('sounds', () => {
  const at = (eventId: string, node = 'say') => ({ eventId, node })
  const url = (eventId: string, node = 'say') => `/api/events/${eventId}/audio?node=${node}`

  test('are kept once with their event, and shown with it and with the record of speaking', async () => {
    const { store, eventId, id, key, flowId } = await commitOne()
    await store.sounds.finish(at(eventId), sound)
    await store.sounds.finish(at(eventId), { ...sound, durationS: 9 })
    expect(store.sounds.url(at(eventId))).toBe(url(eventId))
    expect(await store.sounds.finished(at(eventId))).toEqual({ durationS: 1.5 })
    expect(await store.events.sound(eventId)).toEqual({
      ...sound,
      bytes: Buffer.from(sound.bytes),
      node: 'say',
      isFinished: true,
    })
    await store.queue.beginAction(id)
    const played = {
      ...event(key, flowId, `${eventId}-played`),
      kind: 'speech.played' as const,
      node: 'say',
      fields: { about: eventId },
      frame: null,
    }
    await store.queue.endAction(id, outcome({ events: [played] }))
    expect((await store.events.get(eventId)).audio).toEqual({ url: url(eventId) })
    expect((await store.events.get(played.id)).audio).toEqual({ url: url(eventId) })
  })

  test('of two nodes about one event are two', async () => {
    const { store, eventId, key, flowId, id } = await commitOne()
    await store.sounds.finish(at(eventId, 'english'), sound)
    await store.sounds.finish(at(eventId, 'chinese'), { ...sound, durationS: 7 })
    expect((await store.events.sound(eventId, 'english'))?.durationS).toBe(1.5)
    expect((await store.events.sound(eventId, 'chinese'))?.durationS).toBe(7)
    expect(await store.events.sound(eventId, 'french')).toBeUndefined()
    const played = ['english', 'chinese'].map((node) => ({
      ...event(key, flowId, `${eventId}-${node}`),
      kind: 'speech.played' as const,
      node,
      fields: { about: eventId },
      frame: null,
    }))
    await store.queue.beginAction(id)
    await store.queue.endAction(id, outcome({ events: played }))
    expect((await store.events.get(`${eventId}-english`)).audio).toEqual({ url: url(eventId, 'english') })
    expect((await store.events.get(`${eventId}-chinese`)).audio).toEqual({ url: url(eventId, 'chinese') })
  })

  test('are not kept for an event that is gone, and are absent where nothing was said', async () => {
    const { store, eventId } = await commitOne()
    await store.sounds.begin(at('gone'), 'audio/wav', sound.bytes)
    await store.sounds.append(at('gone'), 1, sound.bytes)
    await store.sounds.finish(at('gone'), sound)
    expect(await store.events.sound('gone')).toBeUndefined()
    expect((await store.events.get(eventId)).audio).toBeNull()
  })

  test('can be read while they are spoken, without a gap at their end', async () => {
    const { store, eventId } = await commitOne()
    const part = (position: number, byte: number) => store.events.soundPart(eventId, 'say', { position, byte })
    expect(await part(0, 0)).toBeUndefined()
    await store.sounds.begin(at(eventId), 'audio/wav', new Uint8Array([1, 2]))
    await store.sounds.append(at(eventId), 1, new Uint8Array([3]))
    await store.sounds.append(at(eventId), 1, new Uint8Array([9]))
    expect(await store.events.sound(eventId)).toMatchObject({ isFinished: false, node: 'say' })
    expect((await store.events.get(eventId)).audio).toBeNull()
    expect(await part(0, 0)).toEqual({ bytes: Buffer.from([1, 2, 3]), position: 2, isFinished: false })
    expect(await part(2, 3)).toEqual({ bytes: new Uint8Array(), position: 2, isFinished: false })
    await store.sounds.append(at(eventId), 2, new Uint8Array([4]))
    await store.sounds.finish(at(eventId), { ...sound, bytes: new Uint8Array([1, 2, 3, 4, 5]) })
    expect(await part(2, 3)).toEqual({ bytes: Buffer.from([4, 5]), position: 2, isFinished: true })
    expect((await under.database.query('select 1 from sound_chunks where event_id = $1', [eventId])).length).toBe(0)
  })

  test('that broke off are begun anew, and their listeners notice', async () => {
    const { store, eventId } = await commitOne()
    await store.sounds.begin(at(eventId), 'audio/wav', new Uint8Array([1]))
    for (const position of [1, 2, 3]) await store.sounds.append(at(eventId), position, new Uint8Array([position]))
    await store.sounds.begin(at(eventId), 'audio/wav', new Uint8Array([7]))
    expect(await store.events.soundPart(eventId, 'say', { position: 4, byte: 4 })).toBeUndefined()
    expect(await store.events.soundPart(eventId, 'say', { position: 0, byte: 0 })).toMatchObject({
      bytes: Buffer.from([7]),
    })
    await store.sounds.drop(at(eventId))
    expect(await store.events.sound(eventId)).toBeUndefined()
    await store.sounds.finish(at(eventId), sound)
    await store.sounds.begin(at(eventId), 'audio/wav', new Uint8Array([7]))
    await store.sounds.drop(at(eventId))
    expect((await store.events.sound(eventId))?.isFinished).toBe(true)
  })

  test('of a worker that died, and turns nobody takes any more, go with time', async () => {
    const { store, eventId } = await commitOne()
    await store.sounds.begin(at(eventId), 'audio/wav', sound.bytes)
    await store.voiceTurns.take('old', 'dead', { nowMs: startMs, untilMs: startMs + 4000 })
    const sweep = async (): Promise<void> => {
      while (await store.queue.sweepRetention()) {
        /* Portion by portion. */
      }
    }
    const turns = async () => (await under.database.query('select 1 from voice_turns')).length
    await sweep()
    expect([(await store.events.sound(eventId))?.isFinished, await turns()]).toEqual([false, 1])
    under.clock.ms = startMs + 2 * 86_400_000
    await sweep()
    expect([await store.events.sound(eventId), await turns()]).toEqual([undefined, 0])
    under.clock.ms = startMs
  })
})

describe('cancelling', () => {
  test('holds through a try that fails meanwhile, and ends with the next one', async () => {
    const { store, eventId, id, flowId } = await commitOne()
    await store.queue.beginAction(id)
    expect(await store.deliveries.cancel(id)).toMatchObject({
      id,
      eventId,
      flow: flowId,
      node: 'tell',
      detail: 'Being cancelled.',
    })
    await store.queue.endAction(id, outcome({ state: 'retrying', detail: '503' }))
    const next = await store.queue.beginAction(id)
    expect(next?.isCancelled).toBe(true)
    await store.queue.endAction(id, outcome({ state: 'failed', detail: 'Cancelled by a person.' }))
    expect((await store.events.get(eventId)).deliveries[0]).toMatchObject({
      state: 'failed',
      detail: 'Cancelled by a person.',
    })
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
  const {
    store,
    flowId,
    keys: [key],
  } = { store: under.store, ...(await runFlow(under.store)) }
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

test('lets an action run a program unless its flow waits for a yes to that', async () => {
  const {
    store,
    flowId,
    keys: [key],
  } = { store: under.store, ...(await runFlow(under.store)) }
  await store.engine.commitTick(tickCommit(key!, flowId, 1))
  const { id } = action(key!, flowId, `${key!.streamId}-event-1`)
  const may = async (): Promise<boolean[]> =>
    await Promise.all(['cmd', 'cm', 'other'].map((name) => store.deliveries.mayRun(id, name)))
  expect(await may()).toEqual([true, true, true])
  await store.flows.addUnapproved(flowId, ['run cmd', 'to ana@example.org'])
  expect(await may()).toEqual([false, true, true])
  await store.flows.approveHosts(flowId, ['run cmd'])
  expect(await may()).toEqual([true, true, true])
  expect(await store.deliveries.mayRun('nope', 'cmd')).toBe(false)
})
