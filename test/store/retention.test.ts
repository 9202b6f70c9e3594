import type { WaitingAction } from '../../runtime/actions/records.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  action,
  closeStore,
  decision,
  event,
  input,
  openStore,
  runFlow,
  sampleFlow,
  samplePlan,
  startMs,
  tickCommit,
  tickRecord,
} from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

const dayMs = 86_400_000

describe('retention', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore({ retention: { batch: 10, revisions: 3 } })
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const days = async () =>
    (
      await under.database.query<{ name: string }>(
        "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'decisions'::regclass order by 1",
      )
    ).map(({ name }) => name)
  const count = async (table: string) =>
    Number((await under.database.query<{ n: string }>(`select count(*) as n from ${table}`))[0]?.n)
  const sweepAll = async () => {
    for (let calls = 1; calls < 100; calls++) if (!(await under.store.queue.sweepRetention())) return calls
    throw new Error('never done')
  }

  test('makes the partitions of today and the next two days, any number of processes at once', async () => {
    expect(await days()).toEqual([
      'decisions_20261120',
      'decisions_20261121',
      'decisions_20261122',
      'decisions_default',
    ])
    under.clock.ms = startMs + 5 * dayMs
    await Promise.all(Array.from({ length: 6 }, () => under.store.queue.ensurePartitions()))
    expect(await days()).toEqual([
      ...['20', '21', '22', '25', '26', '27'].map((day) => `decisions_202611${day}`),
      'decisions_default',
    ])
  })

  test('moves what came before its day had a partition into it', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const at = new Date(startMs + 8 * dayMs).toISOString()
    await under.store.engine.writeTicks([tickRecord(key!, flowId, 1, { decisions: [decision(1, { at })] })])
    expect(await count('decisions_default')).toBe(1)
    under.clock.ms = startMs + 6 * dayMs
    await under.store.queue.ensurePartitions()
    expect([await count('decisions_default'), await count('decisions_20261128')]).toEqual([0, 1])
    expect((await under.store.events.decisions({ flow: flowId, limit: 5 })).decisions).toHaveLength(1)
  })

  test('drops decisions by the day after a week, and strays in portions', async () => {
    under.clock.ms = startMs
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const old = Array.from({ length: 25 }, (_, nth) =>
      decision(nth, { at: new Date(startMs - 30 * dayMs + nth).toISOString() }),
    )
    await under.store.engine.writeTicks([tickRecord(key!, flowId, 1, { decisions: [...old, decision(1)] })])
    under.clock.ms = startMs + 8 * dayMs
    await under.store.queue.ensurePartitions()
    expect(await sweepAll()).toBeGreaterThanOrEqual(3)
    expect((await days())[0]).toBe('decisions_20261121')
    expect(await count('decisions_default')).toBe(0)
    expect((await under.store.events.decisions({ flow: flowId, limit: 50 })).decisions).toEqual([])
  })

  test('keeps events, frames and deliveries for 90 days, then deletes them in portions; what is not delivered stays', async () => {
    under.clock.ms = startMs
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    const ids = Array.from({ length: 25 }, (_, nth) => `${flowId}-${nth}`)
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, 1, {
        events: ids.map((id) => event(key!, flowId, id, { frame: new Uint8Array([1]) })),
        actions: ids.map((id) => action(key!, flowId, id)),
        remote: [input(key!.streamId, `${flowId}-in`)],
      }),
    )
    for (const id of ids.slice(1)) {
      await under.store.queue.beginAction(`${id}_tell`)
      await under.store.queue.endAction(`${id}_tell`, {
        state: 'delivered',
        detail: '',
        events: [],
        actions: [],
        inputs: [],
      })
    }
    under.clock.ms = startMs + 89 * dayMs
    await sweepAll()
    expect([await count('events'), await count('frames'), await count('actions'), await count('inputs')]).toEqual([
      25, 25, 25, 0,
    ])
    under.clock.ms = startMs + 91 * dayMs
    expect(await sweepAll()).toBe(3)
    expect([await count('events'), await count('frames'), await count('actions')]).toEqual([0, 0, 1])
    const waiting: WaitingAction[] = []
    await under.store.queue.drainActions({ limit: 5, olderThanMs: 1 }, async (batch) => void waiting.push(...batch))
    expect(waiting).toEqual([{ id: `${ids[0]}_tell`, delayMs: 0, type: 'notification' }])
  })

  test('keeps the newest revisions, those that ran and those that somebody named', async () => {
    under.clock.ms = startMs
    const { id } = await under.store.flows.create(sampleFlow())
    for (let revision = 1; revision < 10; revision++) {
      await under.store.flows.update(id, sampleFlow({ name: `Nr ${revision + 1}` }), revision)
      if (revision === 2) await under.store.deployments.deploy(id, 2, samplePlan())
    }
    for (const revision of [4, 5]) await under.store.flows.nameRevision(id, revision, 'Before the summer')
    await under.store.flows.nameRevision(id, 5, null)
    under.clock.ms = startMs + 91 * dayMs
    await sweepAll()
    expect((await under.store.flows.revisions(id)).map(({ revision }) => revision)).toEqual([10, 9, 8, 4, 2])
  })

  test('forgets browsers whose session is over', async () => {
    await under.store.accounts.createSignIn('old', under.clock.ms - 1)
    await under.store.accounts.createSignIn('live', under.clock.ms + 1)
    await sweepAll()
    expect(await under.database.query('select token_hash from sessions')).toEqual([{ token_hash: 'live' }])
  })
})
