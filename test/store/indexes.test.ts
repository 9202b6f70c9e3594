// What is asked again and again is read by an index, however much there is: the product's own statements, explained by Postgres over
// full tables.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeStore, openStore, runFlow, startMs, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

interface Asked {
  text: string
  values: unknown[]
}

describe('over full tables', () => {
  let under: StoreUnderTest
  let flow: string
  let eventId: string
  beforeAll(async () => {
    under = await openStore()
    const { flowId, keys } = await runFlow(under.store)
    const [key] = keys
    flow = flowId
    await under.store.engine.commitTick(tickCommit(key!, flowId, 1))
    eventId = `${key!.streamId}-event-1`
    const others = await Promise.all(Array.from({ length: 4 }, () => runFlow(under.store)))
    const flows = others.map((each) => each.flowId)
    // 30,000 events of which one in a hundred is an alert, 30,000 deliveries that are done, and a few that are not.
    await under.database.query(
      `insert into events (id, kind, flow_id, revision, stream_id, node, tick, at, media_time_s, text, fields, has_frame, alert, acknowledged_at)
       select 'e' || n, case when n % 50 = 0 then 'stream.lost' else 'response.given' end, ($1::text[])[1 + n % 4], 1, 's' || n % 40,
         'model', n, $2::timestamptz - n * interval '1 second', 0, case when n % 10 = 3 then '有人在厨房' else 'A person' end ||
           case when n % 1000 = 3 then '里摔倒了' else ' walks by' end || ', number ' || n || '.', '{}', false, n % 100 = 0,
         case when n % 1000 <> 0 then $2::timestamptz end
       from generate_series(1, 30000) n`,
      [flows, new Date(startMs).toISOString()],
    )
    await under.database.query(
      `insert into actions (id, event_id, flow_id, deployment_id, stream_id, run, node, port, message, state, attempts, detail, created_at, updated_at)
       select 'a' || n, 'e' || n, ($1::text[])[1 + n % 4], (select id from deployments limit 1), 's', 1, 'tell', 'message', '{}',
         case when n % 3000 = 0 then 'pending' else 'delivered' end, 1, '', $2, $2
       from generate_series(1, 30000) n`,
      [flows, new Date(startMs).toISOString()],
    )
    await under.database.query('analyze')
  })
  afterAll(async () => {
    await closeStore(under)
  })

  /** What the work asks of these tables, as Postgres would go about it. */
  async function plansOf(tables: RegExp, work: () => Promise<unknown>): Promise<string> {
    const asked: Asked[] = []
    const { prototype } = pg.Client
    const query = prototype.query as (...args: unknown[]) => unknown
    prototype.query = function (this: pg.Client, ...args: unknown[]) {
      const [first, values] = args
      const config = first as { text?: string; values?: unknown[] }
      const text = typeof first === 'string' ? first : (config.text ?? '')
      asked.push({ text, values: (Array.isArray(values) ? values : config.values) ?? [] })
      return query.apply(this, args)
    } as typeof prototype.query
    try {
      await work()
    } finally {
      prototype.query = query as typeof prototype.query
    }
    const found = asked.filter(({ text }) => tables.test(text) && /^\s*(select|with)/i.test(text))
    expect(found.length, 'asked nothing of them').toBeGreaterThan(0)
    const plans = await Promise.all(
      found.map(({ text, values }) => under.database.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)),
    )
    return plans.map((rows) => rows.map((row) => row['QUERY PLAN']).join('\n')).join('\n\n')
  }
  const events = /from "events"/
  const list = (query: object) => () => under.store.events.list({ limit: 50, ...query })

  test.each<[string, object]>([
    ['the newest', {}],
    ['of a flow', { flow: 'given' }],
    ['of a kind', { kind: 'stream.lost' }],
    ['alerts', { only: 'alerts' }],
    ['what nobody has seen', { only: 'unseen' }],
    ['what is urgent', { only: 'urgent' }],
    ['incidents', { only: 'any-incidents' }],
    ['incidents that somebody has seen', { only: 'seen-incidents' }],
    ['urgent incidents', { only: 'urgent-incidents' }],
    ['by a word', { q: '12345' }],
    ['of an hour', { from: '2025-12-31T22:00:00.000Z', to: '2025-12-31T23:00:00.000Z' }],
  ])('a list of events (%s) is read by an index', async (_words, query) => {
    const wanted = 'flow' in query ? { flow } : query
    const plan = await plansOf(events, list(wanted))
    expect(plan).toMatch(/Index.* (using|on) events_/)
    // The total of all stops at a bound, so it may come from wherever rows are nearest.
    const unbound = plan.replace(/Limit [^\n]*rows=10001 [^\n]*\n +-> +Seq Scan on events/g, '')
    expect(unbound).not.toMatch(/Seq Scan on events/)
  })

  test('frequent signs of a script without spaces are found among the newest, rare ones by their index', async () => {
    const found = async (query: object) => {
      const page = await list(query)()
      return [page.total, page.totalIsAtLeast === true, page.events.length, page.events[0]?.id, page.events.at(-1)?.id]
    }
    expect(await found({ q: '厨房' })).toEqual([1000, true, 50, 'e3', 'e493'])
    expect(await found({ q: '摔倒' })).toEqual([30, false, 30, 'e3', 'e29003'])
    expect(await found({ q: '厨房 -摔倒' })).toEqual([1000, true, 50, 'e13', 'e503'])
    expect(await plansOf(events, list({ q: '厨房' }))).not.toMatch(/events_unspaced/)
    expect(await plansOf(events, list({ q: '厨房', only: 'unseen' }))).not.toMatch(/events_unspaced/)
    expect(await plansOf(events, list({ q: '摔倒' }))).toMatch(/Index Scan on events_unspaced/)
  })

  test('an event and its deliveries are found by their keys', async () => {
    const plan = await plansOf(/"actions"|"events"/, () => under.store.events.get(eventId))
    expect(plan).not.toMatch(/Seq Scan on (events|actions)/)
    expect(plan).toMatch(/actions_event/)
  })

  test('the outbox is looked through by what is open, not by what was ever sent', async () => {
    const plan = await plansOf(/from "actions"/, () =>
      under.store.queue.drainActions({ limit: 100, olderThanMs: 30_000 }, async () => undefined),
    )
    expect(plan).toMatch(/Index Scan using actions_open/)
    expect(plan).toMatch(/LockRows/)
    expect(plan).not.toMatch(/Seq Scan on actions/)
  })
})
