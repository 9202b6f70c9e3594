import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunKey } from '../../runtime/history/records.ts'
import type { Timeline } from '../../runtime/history/route-answers.ts'
import { closeStore, decision, event, openStore, runFlow, startMs, tickCommit, tickRecord } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

const instant = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString()

describe('the timeline', () => {
  let under: StoreUnderTest
  let flowId: string
  let key: RunKey
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(() => closeStore(under))
  beforeEach(async () => {
    const run = await runFlow(under.store)
    flowId = run.flowId
    key = run.keys[0]!
  })

  const write = (first: number, last: number, overrides: Parameters<typeof decision>[1] = {}) =>
    under.store.engine.writeTicks(
      Array.from({ length: last - first + 1 }, (_, nth) =>
        tickRecord(key, flowId, first + nth, { decisions: [decision(first + nth, overrides)] }),
      ),
    )
  const read = (fromS: number, toS: number, steps: number) =>
    under.store.events.timeline({ flow: flowId, from: instant(fromS), to: instant(toS), steps })
  /** By lane, what each step holds. */
  const lanes = ({ tracks }: Timeline) =>
    Object.fromEntries(
      (tracks[0]?.lanes ?? []).map(({ action, reason, seconds }) => [
        action === 'silence' ? reason : action,
        seconds.reduce((sum, each) => sum + each, 0),
      ]),
    )

  test('adds decisions up by steps: each second by itself, and a day by the minute, with the same sums', async () => {
    await write(0, 59)
    await write(60, 89, { reason: 'camera-lost' })
    await under.store.engine.commitTick(
      tickCommit(key, flowId, 90, { decisions: [decision(90, { action: 'response', text: 'A fall' })], actions: [] }),
    )
    const fine = await read(0, 120, 120)
    expect(fine).toMatchObject({ stepS: 1, from: instant(0), to: instant(120), hasMore: false })
    expect(lanes(fine)).toEqual({ model: 60, 'camera-lost': 30, response: 1 })
    const silent = fine.tracks[0]?.lanes.find(({ reason, action }) => reason === 'model' && action === 'silence')
    expect(silent?.seconds.slice(58, 62)).toEqual([1, 1, 0, 0])
    const coarse = await read(-43_200, 43_200, 300)
    expect(coarse.stepS).toBe(300)
    expect(lanes(coarse)).toEqual(lanes(fine))
    expect(coarse.tracks[0]).toMatchObject({ flow: flowId, stream: key.streamId, node: 'model' })
    expect(lanes(await read(600, 1200, 300))).toEqual({})
  })

  test('counts a tick that is written twice once', async () => {
    await write(1, 10)
    await write(1, 12)
    expect(lanes(await read(0, 86_400, 100))).toEqual({ model: 12 })
  })

  test('shares what stands for many seconds out among the steps it covers', async () => {
    // Ten minutes in which nobody watched, told by one decision at their end.
    await write(630, 630, { reason: 'heed-away', seconds: 600 })
    for (const steps of [700, 12]) {
      const { stepS, tracks } = await read(0, 700, steps)
      const seconds = tracks[0]?.lanes[0]?.seconds ?? []
      expect(seconds.reduce((sum, each) => sum + each, 0)).toBeCloseTo(600)
      expect(seconds[0]).toBe(steps === 700 ? 0 : 30)
      expect(Math.max(...seconds)).toBe(stepS)
    }
    // It ends behind the span, and is in it all the same.
    expect(lanes(await read(100, 110, 10))).toEqual({ 'heed-away': 10 })
  })

  test('tells alerts, answers and lost cameras beside them, and no more than can be seen', async () => {
    const events = [
      event(key, flowId, `${flowId}-said`, { at: instant(5) }),
      event(key, flowId, `${flowId}-lost`, { at: instant(9), kind: 'stream.lost', frame: new Uint8Array([1]) }),
      event(key, flowId, `${flowId}-answer`, { at: instant(12), kind: 'answer.received', text: 'Two people.' }),
    ]
    await under.store.engine.commitTick(tickCommit(key, flowId, 1, { events, actions: [] }))
    const { marks, hasMore } = await read(0, 60, 60)
    expect(marks.map(({ kind, alert, frame }) => [kind, alert, frame?.url])).toEqual([
      ['answer.received', false, undefined],
      ['stream.lost', true, `/api/events/${flowId}-lost/frame`],
    ])
    expect(hasMore).toBe(false)
    expect((await read(10, 60, 60)).marks).toHaveLength(1)
  })

  test('is gone with its flow, and refuses a span without an end', async () => {
    await write(1, 10)
    await expect(read(10, 10, 5)).rejects.toMatchObject({ code: 'QUERY_TIME_INVALID' })
    await under.store.flows.remove(flowId)
    const rows = () =>
      under.database.query<{ n: number }>('select count(*)::int as n from decision_minutes where stream_id = $1', [
        key.streamId,
      ])
    expect(await rows()).toEqual([{ n: 0 }])
  })

  test('reads pictures of events and of the seconds around them, the nearest and a few of many', async () => {
    const { film } = under.store
    const jpeg = new Uint8Array([0xff, 0xd8, 7])
    await film.add(key.streamId, flowId, [
      { atMs: startMs + 1000, jpeg },
      { atMs: startMs + 2000, jpeg },
    ])
    await film.add(key.streamId, flowId, [{ atMs: startMs + 2000, jpeg: new Uint8Array([9]) }])
    const about = event(key, flowId, `${flowId}-fall`, { at: instant(3), frame: jpeg })
    await under.store.engine.commitTick(tickCommit(key, flowId, 3, { events: [about], actions: [] }))
    expect(await film.list(key.streamId, startMs, startMs + 10_000, 100)).toEqual([
      { atMs: startMs + 1000, event: null },
      { atMs: startMs + 2000, event: null },
      { atMs: startMs + 3000, event: `${flowId}-fall` },
    ])
    expect(await film.list(key.streamId, startMs, startMs + 10_000, 2)).toHaveLength(1)
    expect(await film.nearest(key.streamId, startMs + 2400, 5000)).toEqual({ atMs: startMs + 2000, event: null })
    expect(await film.nearest(key.streamId, startMs + 2600, 5000)).toMatchObject({ event: `${flowId}-fall` })
    expect(await film.nearest(key.streamId, startMs + 60_000, 5000)).toBeUndefined()
    expect([...((await film.jpeg(key.streamId, startMs + 2000)) ?? [])]).toEqual([...jpeg])
    expect(await film.jpeg(key.streamId, startMs + 2001)).toBeUndefined()
    await film.add(key.streamId, 'no-such-flow', [{ atMs: startMs + 9000, jpeg }])
    expect(await film.jpeg(key.streamId, startMs + 9000)).toBeUndefined()
  })
})
