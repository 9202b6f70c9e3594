import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ActionOutcome, WaitingAction } from '../../runtime/actions/records.ts'
import { openPool } from '../../runtime/database/db.ts'
import { until } from '../support/queue.ts'
import {
  action,
  closeStore,
  event,
  input,
  openStore,
  quietLog,
  runFlow,
  samplePlan,
  startMs,
  tickCommit,
} from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('actions', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })

  async function commitOne() {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.engine.commitTick(tickCommit(key!, flowId, 1))
    const eventId = `${key!.streamId}-event-1`
    return { flowId, key: key!, eventId, id: `${eventId}_tell` }
  }
  const outcome = (overrides: Partial<ActionOutcome> = {}): ActionOutcome => ({
    state: 'delivered',
    detail: '200 OK',
    events: [],
    actions: [],
    inputs: [],
    ...overrides,
  })
  const drained = async (olderThanMs = 30_000) => {
    const batches: WaitingAction[] = []
    await under.store.queue.drainActions({ limit: 100, olderThanMs }, async (batch) => void batches.push(...batch))
    return batches
  }
  const ids = async (olderThanMs?: number) => (await drained(olderThanMs)).map(({ id }) => id)
  const delivery = async (eventId: string) => (await under.store.events.get(eventId)).deliveries[0]

  test('are handed to the queue once, and again when there is no sign of life', async () => {
    under.clock.ms = startMs
    const { id, eventId } = await commitOne()
    expect(await delivery(eventId)).toMatchObject({
      id,
      node: 'tell',
      type: 'notification',
      state: 'pending',
      attempts: 0,
    })
    const broken = under.store.queue.drainActions({ limit: 100, olderThanMs: 30_000 }, () =>
      Promise.reject(new Error('The queue is away.')),
    )
    await expect(broken).rejects.toThrow()
    expect(await ids()).toContain(id)
    expect(await ids()).not.toContain(id)
    under.clock.ms += 31_000
    expect(await ids()).toContain(id)
    await under.store.queue.beginAction(id)
    under.clock.ms += 31_000
    expect(await ids()).toContain(id)
    expect([await ids(), (await delivery(eventId))?.state]).toEqual([expect.not.arrayContaining([id]), 'running'])
    await under.store.queue.endAction(id, outcome())
    under.clock.ms += 3_600_000
    expect(await ids()).not.toContain(id)
  })

  test('go to two drains at once: none twice, none lost, and neither waits for the other', async () => {
    under.clock.ms = startMs
    await ids(0)
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const made = Array.from({ length: 60 }, (_, nth) => `${key!.streamId}-many-${nth}`)
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, 1, {
        events: made.map((id) => event(key!, flowId, id)),
        actions: made.map((id) => action(key!, flowId, id)),
      }),
    )
    const options = { limit: 20, olderThanMs: 3_600_000 }
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const first: string[] = []
    const second: string[] = []
    let isHolding = (): void => undefined
    const holding = new Promise<void>((resolve) => (isHolding = resolve))
    // The first drain stands in the middle of its portion, as one whose queue is slow.
    const slow = under.store.queue.drainActions(options, async (batch) => {
      first.push(...batch.map(({ id }) => id))
      isHolding()
      await held
    })
    await holding
    const take = async (batch: WaitingAction[]): Promise<void> => void second.push(...batch.map(({ id }) => id))
    while ((await under.store.queue.drainActions(options, take)) > 0);
    expect([first.length, second.length]).toEqual([20, 40])
    release()
    expect(await slow).toBe(20)
    expect([...first, ...second].sort()).toEqual(made.map((id) => `${id}_tell`).sort())
    expect(await under.store.queue.drainActions(options, take)).toBe(0)
  })

  test('of a drain that dies in the middle are anybody’s again at once', async () => {
    const { id } = await commitOne()
    const other = openPool({ databaseUrl: under.database.url, log: quietLog, max: 1 })
    const dying = await other.connect()
    const { rows } = await dying.query<{ pid: number }>('select pg_backend_pid() as pid')
    await dying.query('begin')
    await dying.query('select id from actions where id = $1 for no key update', [id])
    expect(await ids()).not.toContain(id)
    await under.database.query('select pg_terminate_backend($1)', [rows[0]!.pid])
    dying.release(true)
    await other.end()
    await until('the lock is gone', async () => (await ids()).includes(id))
  })

  test('count their tries and carry all that a try needs', async () => {
    const { flowId, key, eventId, id } = await commitOne()
    const first = await under.store.queue.beginAction(id)
    expect(first).toEqual({
      action: action(key, flowId, eventId),
      attempt: 1,
      flow: { id: flowId, name: 'Fall alert', revision: 1 },
      node: { id: 'tell', type: 'notification', version: 1, config: { channel: 'inbox' } },
      routes: { 'model.response': [{ to: 'action', node: 'tell', port: 'message' }] },
      actions: [{ id: 'tell', type: 'notification', version: 1, config: { channel: 'inbox' } }],
    })
    await under.store.queue.endAction(id, outcome({ state: 'retrying', detail: '503' }))
    expect(await delivery(eventId)).toMatchObject({ state: 'running', attempts: 1, detail: '503' })
    expect((await under.store.queue.beginAction(id))?.attempt).toBe(2)
    await under.store.queue.endAction(id, outcome())
    expect(await delivery(eventId)).toMatchObject({ state: 'delivered', attempts: 2, detail: '200 OK' })
    expect(await under.store.queue.beginAction(id)).toBeNull()
    expect(await under.store.queue.beginAction('no such action')).toBeNull()
  })

  test('write what follows from them once, with the plan they were made by', async () => {
    const { flowId, key, id } = await commitOne()
    await under.store.queue.beginAction(id)
    // Deployed anew while the action runs: its node is gone from the new plan.
    await under.store.deployments.deploy(flowId, 1, {
      ...samplePlan(),
      streams: samplePlan().streams.map((stream) => ({ ...stream, actions: [] })),
    })
    const next = `${id}-delivered`
    const result = outcome({
      events: [event(key, flowId, next, { kind: 'notification.delivered', frame: new Uint8Array([1, 2]) })],
      actions: [action(key, flowId, next)],
      inputs: [input(key.streamId, `${id}-answer`)],
    })
    await under.store.queue.endAction(id, result)
    await under.store.queue.endAction(id, { ...result, state: 'failed', detail: 'too late' })
    expect((await under.store.events.get(next)).deliveries).toHaveLength(1)
    expect(Buffer.from((await under.store.events.frame(next)) ?? [])).toEqual(Buffer.from([1, 2]))
    expect((await under.store.engine.readInputs(key.streamId)).map((each) => each.id)).toEqual([`${id}-answer`])
    expect((await under.store.queue.beginAction(`${next}_tell`))?.node.id).toBe('tell')
  })

  test('end in one transaction: either the outcome with all that follows, or nothing', async () => {
    const { flowId, key, eventId, id } = await commitOne()
    await under.store.queue.beginAction(id)
    const broken = outcome({
      events: [event(key, flowId, `${id}-x`)],
      actions: [{ ...action(key, flowId, `${id}-x`), run: 'x' as unknown as number }],
    })
    await expect(under.store.queue.endAction(id, broken)).rejects.toMatchObject({ code: 'DB_FAILED' })
    expect((await delivery(eventId))?.state).toBe('running')
    await expect(under.store.events.get(`${id}-x`)).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' })
  })

  test('that were held back have not been tried, and say why', async () => {
    const { eventId, id } = await commitOne()
    expect(await under.store.queue.beginAction(id)).toMatchObject({ attempt: 1 })
    await under.store.queue.endAction(id, outcome({ state: 'retrying', detail: 'Waits for its turn.', isHeld: true }))
    expect(await delivery(eventId)).toMatchObject({ attempts: 0, detail: 'Waits for its turn.' })
    expect(await under.store.queue.beginAction(id)).toMatchObject({ attempt: 1 })
  })

  test('are named to the queue with the type of their node, which says their lane', async () => {
    const { id } = await commitOne()
    expect((await drained()).find((each) => each.id === id)?.type).toBe('notification')
  })

  test('fail in words when their node is in no plan', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, 1, {
        actions: [action(key!, flowId, `${key!.streamId}-event-1`, { id: 'lost', node: 'ghost' })],
      }),
    )
    expect(await under.store.queue.beginAction('lost')).toBeNull()
    expect((await under.store.events.get(`${key!.streamId}-event-1`)).deliveries[0]).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('ghost'),
    })
  })

  test('are cancelled flow by flow, those that somebody points out', async () => {
    const [one, other] = [await commitOne(), await commitOne()]
    const seen: unknown[] = []
    expect(
      await under.store.deliveries.cancelOf(one.flowId, (node, routes) => {
        seen.push([node.type, Object.keys(routes)])
        return false
      }),
    ).toEqual([])
    expect(seen).toEqual([['notification', ['model.response']]])
    expect(await under.store.deliveries.cancelOf(one.flowId, () => true)).toEqual([one.id])
    expect(await under.store.queue.unwantedActions([one.id, other.id, 'gone'])).toEqual([one.id, 'gone'])
    expect(await under.store.queue.beginAction(one.id)).toMatchObject({ isCancelled: true })
    await under.store.queue.endAction(one.id, outcome({ state: 'failed' }))
    expect(await under.store.deliveries.cancelOf(one.flowId, () => true)).toEqual([])
  })

  test('that are not finished are named when their flow is deleted', async () => {
    const [{ flowId, id }, other] = [await commitOne(), await commitOne()]
    const gone: string[][] = []
    await under.store.flows.remove(flowId, (ids) => {
      gone.push(ids)
    })
    expect(gone).toEqual([[id]])
    expect(await under.store.queue.unwantedActions([id, other.id])).toEqual([id])
  })

  test('of a flow that was deleted meanwhile end without a complaint', async () => {
    const { flowId, key, id } = await commitOne()
    await under.store.queue.beginAction(id)
    await under.store.flows.remove(flowId)
    await under.store.queue.endAction(id, outcome({ events: [event(key, flowId, `${id}-x`)] }))
    expect(await under.store.queue.beginAction(id)).toBeNull()
  })

  test('keep what a channel gave for them, for the node and the event that was told of, and say while one is under way', async () => {
    const { flowId, id, eventId } = await commitOne()
    const told = (node = 'tell', event = eventId) => under.store.deliveries.told({ flow: flowId, node, event })
    expect(await told()).toEqual({ receipts: [], isUnderWay: true })
    await under.store.queue.beginAction(id)
    const ended = outcome({ receipt: { about: eventId, receipt: { chat: '42', id: '7' } } })
    await under.store.queue.endAction(id, ended)
    await under.store.queue.endAction(id, ended)
    expect(await told()).toEqual({ receipts: [{ chat: '42', id: '7' }], isUnderWay: false })
    expect([await told('other'), await told('tell', 'another')]).toEqual([
      { receipts: [], isUnderWay: false },
      { receipts: [], isUnderWay: false },
    ])
  })
})
