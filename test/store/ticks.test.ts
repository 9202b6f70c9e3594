import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoppedError } from '../../nodes/contract/errors.ts'
import {
  action,
  closeStore,
  decision,
  event,
  input,
  openStore,
  runFlow,
  samplePlan,
  startMs,
  status,
  tickCommit,
  tickRecord,
} from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('what a session writes', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const timeline = async (flow: string) => (await under.store.events.decisions({ flow, limit: 1000 })).decisions
  const count = async (table: string, flow: string) =>
    (await under.database.query(`select 1 from ${table} where flow_id = $1`, [flow])).length

  test('adds nothing when written twice, quiet ticks and ticks with events alike', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const quiet = [tickRecord(key!, flowId, 1), tickRecord(key!, flowId, 2)]
    const commit = tickCommit(key!, flowId, 3, {
      decisions: [decision(3, { action: 'response', text: 'A person fell.' })],
    })
    for (let twice = 0; twice < 2; twice++) {
      expect(await under.store.engine.writeTicks(quiet)).toEqual([])
      await under.store.engine.commitTick(commit)
    }
    expect((await timeline(flowId)).map(({ tick, action: verdict }) => [tick, verdict])).toEqual([
      [3, 'response'],
      [2, 'silence'],
      [1, 'silence'],
    ])
    expect([await count('events', flowId), await count('actions', flowId)]).toEqual([1, 1])
  })

  test('adds an alert decided during an outage, once, also when another worker has the stream by now', async () => {
    const {
      flowId,
      keys: [old],
    } = await runFlow(under.store)
    const taken = await under.store.queue.claimStream(old!)
    const late = tickCommit(old!, flowId, 7, { states: { cooldown: { openAtMs: 7 } } })
    for (let twice = 0; twice < 2; twice++) await under.store.engine.commitLate(late)
    expect([await count('events', flowId), await count('actions', flowId)]).toEqual([1, 1])
    expect((await under.store.queue.beginAction(late.actions[0]!.id))?.node.id).toBe('tell')
    // Its own place in the stream is the new worker's business.
    expect((await under.store.queue.claimStream(taken!))?.resume?.tick ?? 0).toBe(0)
    await under.store.flows.remove(flowId, () => undefined)
    await under.store.engine.commitLate(tickCommit(old!, flowId, 8))
    expect(await count('events', flowId)).toBe(0)
  })

  test('goes on behind an alert decided during an outage when nobody has taken the stream since', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.engine.commitLate(tickCommit(key!, flowId, 7, { states: { cooldown: { openAtMs: 7 } } }))
    expect((await under.store.queue.claimStream(key!))?.resume).toMatchObject({
      tick: 7,
      states: { cooldown: { openAtMs: 7 } },
    })
  })

  test('is all or nothing: a commit that cannot be written leaves no trace', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const commit = tickCommit(key!, flowId, 1)
    const broken = { ...commit, actions: [{ ...commit.actions[0]!, run: 'one' as unknown as number }] }
    await expect(under.store.engine.commitTick(broken)).rejects.toMatchObject({ code: 'DB_FAILED' })
    expect(await timeline(flowId)).toEqual([])
    expect(await count('events', flowId)).toBe(0)
  })

  test('is refused from an older generation, whose rows are named and skipped', async () => {
    const {
      flowId,
      keys: [old],
    } = await runFlow(under.store)
    const other = await runFlow(under.store)
    const taken = await under.store.queue.claimStream(old!)
    expect(taken?.generation).toBe(2)
    const refused = await under.store.engine.writeTicks([
      tickRecord(old!, flowId, 1),
      tickRecord(old!, flowId, 2),
      tickRecord(other.keys[0]!, other.flowId, 1),
    ])
    expect(refused).toEqual([old])
    expect([await timeline(flowId), (await timeline(other.flowId)).length]).toEqual([[], 1])
    await expect(under.store.engine.commitTick(tickCommit(old!, flowId, 1))).rejects.toBeInstanceOf(StoppedError)
    await under.store.engine.writeStatus([{ ...old!, status: status(old!, { ticks: 99 }) }])
    expect((await under.store.deployments.status(flowId)).streams[0]?.ticks).toBe(0)
  })

  test('is refused from an older run, and from a run that has ended', async () => {
    const {
      flowId,
      keys: [old],
    } = await runFlow(under.store)
    const { revision } = await under.store.flows.get(flowId)
    await under.store.deployments.stop(flowId)
    const { started, superseded } = await under.store.deployments.deploy(flowId, revision, samplePlan())
    expect([started, superseded]).toEqual([
      [{ streamId: old!.streamId, run: 2 }],
      [{ streamId: old!.streamId, run: 1 }],
    ])
    expect(await under.store.engine.writeTicks([tickRecord(old!, flowId, 1)])).toEqual([old])
    const order = await under.store.queue.claimStream(started[0]!)
    await under.store.queue.endStream(order!, 'finished', null)
    await expect(under.store.engine.commitTick(tickCommit(order!, flowId, 1))).rejects.toBeInstanceOf(StoppedError)
  })

  test('may still be written after a stop was asked for: the last words of a session count', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.deployments.stop(flowId)
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, 1, {
        events: [event(key!, flowId, 'last-words', { kind: 'stream.stopped' })],
        actions: [],
      }),
    )
    expect((await under.store.events.get('last-words')).kind).toBe('stream.stopped')
  })

  test('is fenced while a takeover runs beside it: never a row of the former worker after the new one has begun', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const former = async () => (await timeline(flowId)).filter(({ tick }) => tick <= 60).length
    let refusals = 0
    const writer = async (mine: number, from: number) => {
      for (let tick = from; tick < from + 60; tick++) {
        const refused = await under.store.engine.writeTicks([tickRecord({ ...key!, generation: mine }, flowId, tick)])
        refusals += refused.length
      }
    }
    const first = writer(1, 1)
    while ((await former()) < 3) await under.store.ping()
    const order = await under.store.queue.claimStream(key!)
    const atTakeover = await former()
    expect(order?.resume?.tick).toBe(atTakeover)
    await Promise.all([first, writer(2, 101)])
    expect(await former()).toBe(atTakeover)
    expect([refusals, await count('decisions', flowId)]).toEqual([60 - atTakeover, 60 + atTakeover])
  })

  test('resumes where it was left: last tick, states of this run and status', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.engine.writeTicks([
      tickRecord(key!, flowId, 4, { states: { model: { asked: 1 } }, mediaTimeS: 4.5 }),
      tickRecord(key!, flowId, 3, { states: { model: { asked: 0 }, cool: null } }),
    ])
    await under.store.engine.writeStatus([{ ...key!, status: status(key!, { ticks: 4 }) }])
    const order = await under.store.queue.claimStream(key!)
    expect(order).toMatchObject({
      generation: 2,
      flow: { id: flowId, name: 'Fall alert', revision: 1 },
      plan: { id: 'cam' },
    })
    expect(order?.resume).toEqual({
      tick: 4,
      mediaTimeS: 4.5,
      states: { model: { asked: 1 }, cool: null },
      status: status(key!, { ticks: 4 }),
    })
    await under.store.deployments.stop(flowId)
    const { started } = await under.store.deployments.deploy(flowId, 1, samplePlan())
    expect((await under.store.queue.claimStream(started[0]!))?.resume).toBeNull()
  })

  test('takes hundreds of streams in one go, fast enough for 150 rows a second to be nothing', async () => {
    const cameras = Array.from({ length: 150 }, (_, nth) => `cam${nth}`)
    const { flowId, keys } = await runFlow(under.store, cameras)
    const tookMs: number[] = []
    for (let tick = 1; tick <= 10; tick++) {
      const beganMs = performance.now()
      expect(await under.store.engine.writeTicks(keys.map((key) => tickRecord(key, flowId, tick)))).toEqual([])
      tookMs.push(performance.now() - beganMs)
    }
    const median = tookMs.sort((a, b) => a - b)[5]!
    console.info(`writeTicks: 150 rows in ${median.toFixed(1)} ms (median of 10)`)
    expect(await count('decisions', flowId)).toBe(1_500)
    expect(median).toBeLessThan(1_000)
  })

  test('keeps text that Postgres would choke on', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const text = 'nul \0 and half a pair \ud83d and { "quotes\\" } ,'
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, 1, {
        decisions: [decision(1, { text, question: 'why\0?' })],
        states: { model: { text } },
        events: [event(key!, flowId, 'odd', { text, fields: { text } })],
        actions: [action(key!, flowId, 'odd', { message: { ...action(key!, flowId, 'odd').message, text } })],
      }),
    )
    expect((await under.store.events.get('odd')).text).toBe('nul  and half a pair \ufffd and { "quotes\\" } ,')
    expect((await timeline(flowId))[0]?.question).toBe('why?')
    expect((await under.store.queue.claimStream(key!))?.resume?.states).toEqual({ model: { text } })
  })

  test('lands in the day it belongs to, also a day that has no partition', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const longAgo = '2001-01-01T00:00:00.000Z'
    await under.store.engine.writeTicks([
      tickRecord(key!, flowId, 1, { decisions: [decision(1, { at: longAgo }), decision(1, { node: 'other' })] }),
    ])
    const places = await under.database.query<{ place: string }>(
      'select tableoid::regclass::text as place from decisions where flow_id = $1 order by at',
      [flowId],
    )
    expect(places.map(({ place }) => place)).toEqual(['decisions_default', 'decisions_20261120'])
  })
})

describe('messages into sessions', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })

  test('come oldest first, are used up by the tick that says so, and never come twice', async () => {
    const {
      flowId,
      keys: [key, other],
    } = await runFlow(under.store, ['cam', 'yard'])
    const rows = [input(other!.streamId, 'b'), input(other!.streamId, 'a'), input('nowhere-cam', 'lost')]
    await under.store.engine.commitTick(tickCommit(key!, flowId, 1, { remote: rows }))
    expect((await under.store.engine.readInputs(other!.streamId)).map(({ id }) => id)).toEqual(['b', 'a'])
    expect((await under.store.engine.readInputs(other!.streamId))[0]).toEqual(rows[0])
    await under.store.engine.commitTick(tickCommit(other!, flowId, 1, { consumed: ['b'] }))
    await under.store.addInputs(rows)
    expect((await under.store.engine.readInputs(other!.streamId)).map(({ id }) => id)).toEqual(['a'])
    under.clock.ms = startMs + 1
    await under.store.deployments.deploy(flowId, 1, samplePlan(['cam', 'yard']))
    // The run goes on, and what was sent into it is still on its way.
    expect((await under.store.engine.readInputs(other!.streamId)).map(({ id }) => id)).toEqual(['a'])
    await under.store.deployments.stop(flowId)
    await under.store.deployments.deploy(flowId, 1, samplePlan(['cam', 'yard']))
    expect(await under.store.engine.readInputs(other!.streamId)).toEqual([])
  })

  test('are given out a hundred at a time', async () => {
    const {
      keys: [key],
    } = await runFlow(under.store)
    await under.store.addInputs(Array.from({ length: 120 }, (_, nth) => input(key!.streamId, `many-${nth}`)))
    const first = await under.store.engine.readInputs(key!.streamId)
    expect([first.length, first[0]?.id, first[99]?.id]).toEqual([100, 'many-0', 'many-99'])
  })
})
