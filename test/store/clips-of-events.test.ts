// Moving pictures of events, on a real database: kept once, shown with the event they are about, gone with it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeStore, event, openStore, runFlow, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

let under: StoreUnderTest
beforeAll(async () => {
  under = await openStore()
})
afterAll(async () => {
  await closeStore(under)
})

const clip = { bytes: new Uint8Array([1, 2, 3]), contentType: 'video/mp4', durationS: 10 }

test('a clip is kept once, shown with what it is about, and gone with its flow', async () => {
  const { store } = under
  const {
    flowId,
    keys: [key],
  } = await runFlow(store)
  const commit = tickCommit(key!, flowId, 1)
  const about = commit.events[0]!.id
  const work = {
    ...event(key!, flowId, `${about}-work`),
    kind: 'message.sent' as const,
    fields: { about },
    frame: null,
  }
  await store.engine.commitTick({ ...commit, events: [...commit.events, work] })
  await store.clips.put({ eventId: work.id, node: 'clip', about }, clip)
  await store.clips.put({ eventId: work.id, node: 'clip', about }, { ...clip, durationS: 11 })
  const kept = { ...clip, bytes: Buffer.from(clip.bytes), durationS: 11 }
  expect([await store.events.clip(work.id), await store.events.clip(about)]).toEqual([kept, kept])
  expect((await store.events.get(about)).clip).toEqual({ url: `/api/events/${about}/clip`, contentType: 'video/mp4' })
  expect(await store.events.clip('nobody')).toBeUndefined()
  await store.flows.remove(flowId, () => undefined)
  expect(await store.events.clip(about)).toBeUndefined()
})
