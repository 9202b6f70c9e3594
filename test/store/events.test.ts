import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunKey } from '../../runtime/history/records.ts'
import { closeStore, decision, event, openStore, runFlow, startMs, tickCommit, tickRecord } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('events', () => {
  let under: StoreUnderTest
  let flowId: string
  let key: RunKey
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  beforeEach(async () => {
    const run = await runFlow(under.store)
    flowId = run.flowId
    key = run.keys[0]!
  })
  const record = async (
    ...rows: { id: string; text?: string; kind?: 'response.given' | 'stream.lost'; atS?: number; frame?: Uint8Array }[]
  ) => {
    const events = rows.map(({ id, atS = 1, frame = null, ...rest }) =>
      event(key, flowId, `${flowId}-${id}`, { ...rest, frame, at: new Date(startMs + atS * 1000).toISOString() }),
    )
    await under.store.engine.commitTick(tickCommit(key, flowId, 1, { events, actions: [] }))
  }
  const find = async (query: Partial<Parameters<typeof under.store.events.list>[0]>) =>
    (await under.store.events.list({ flow: flowId, limit: 50, ...query })).events.map(({ id }) =>
      id.replace(`${flowId}-`, ''),
    )

  test('are found by words in any form and order, by phrase, and without a word', async () => {
    await record(
      { id: 'fall', text: 'A person has fallen in the kitchen.' },
      { id: 'falls', text: 'Two people fall down the stairs' },
      { id: 'fire', text: 'Smoke over the stove in the kitchen' },
      { id: 'deutsch', text: 'Eine Person ist gestürzt' },
      { id: 'han', text: '厨房里有人摔倒了' },
    )
    expect((await find({ q: 'falling' })).sort()).toEqual(['falls'])
    expect((await find({ q: 'kitchen' })).sort()).toEqual(['fall', 'fire'])
    expect(await find({ q: 'Kitchen person' })).toEqual(['fall'])
    expect(await find({ q: '"the kitchen" -smoke' })).toEqual(['fall'])
    expect(await find({ q: 'gestürzt' })).toEqual(['deutsch'])
    expect(await find({ q: '摔倒' })).toEqual(['han'])
    expect(await find({ q: '厨房 摔倒' })).toEqual(['han'])
    expect(await find({ q: '倒摔' })).toEqual([])
    expect(await find({ q: '"厨房里" -冒烟' })).toEqual(['han'])
    expect(await find({ q: '厨房 -摔倒' })).toEqual([])
    expect(await find({ q: '-摔倒' })).toHaveLength(4)
    expect(await find({ q: '厨%房' })).toEqual([])
    expect(await find({ q: "'; drop table events; --" })).toEqual([])
    expect(await find({ q: '   ' })).toHaveLength(5)
  })

  test('are found by kind and time', async () => {
    await record({ id: 'a', atS: 10 }, { id: 'b', atS: 20, kind: 'stream.lost' }, { id: 'c', atS: 30 })
    const at = (seconds: number) => new Date(startMs + seconds * 1000).toISOString()
    expect(await find({ kind: 'stream.lost' })).toEqual(['b'])
    expect(await find({ kind: 'stream.lost,response.given' })).toEqual(['c', 'b', 'a'])
    expect(await find({ from: at(20) })).toEqual(['c', 'b'])
    expect(await find({ from: at(11), to: at(20) })).toEqual(['b'])
    expect(await find({ kind: 'no.such' })).toEqual([])
    // Of several kinds together, page by page too.
    const first = await under.store.events.list({ flow: flowId, kind: 'stream.lost,response.given', limit: 2 })
    expect(first.events.map(({ id }) => id)).toEqual([`${flowId}-c`, `${flowId}-b`])
    expect(await find({ kind: 'stream.lost,response.given', cursor: first.next ?? '' })).toEqual(['a'])
  })

  test('come page by page, each once, also those of the same instant and those written meanwhile', async () => {
    await record(
      ...Array.from({ length: 25 }, (_, nth) => ({ id: `p${String(nth).padStart(2, '0')}`, atS: Math.floor(nth / 5) })),
    )
    const seen: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 10; page++) {
      const { events, next } = await under.store.events.list({ flow: flowId, limit: 4, ...(cursor ? { cursor } : {}) })
      seen.push(...events.map(({ id }) => id))
      if (page === 1) await record({ id: 'newer', atS: 99 })
      if (!next) break
      cursor = next
    }
    expect(seen).toHaveLength(25)
    expect(new Set(seen).size).toBe(25)
    expect([...seen].sort().reverse()).toEqual(seen)
  })

  test('refuse cursors and times that nobody gave out', async () => {
    for (const cursor of [
      'nonsense',
      Buffer.from('["2026-13-01","x"]').toString('base64url'),
      Buffer.from('{}').toString('base64url'),
    ]) {
      await expect(under.store.events.list({ limit: 5, cursor })).rejects.toMatchObject({
        name: 'BadRequestError',
        code: 'QUERY_CURSOR_INVALID',
      })
      await expect(under.store.events.decisions({ flow: flowId, limit: 5, cursor })).rejects.toMatchObject({
        code: 'QUERY_CURSOR_INVALID',
      })
    }
    for (const from of ['yesterday', '5', '2026-99-01', '2026-11-20T99:00:00Z']) {
      await expect(under.store.events.list({ limit: 5, from })).rejects.toMatchObject({ code: 'QUERY_TIME_INVALID' })
    }
    await expect(under.store.events.list({ limit: Number.NaN })).rejects.toMatchObject({ code: 'QUERY_LIMIT_INVALID' })
  })

  test('carry their frame, their deliveries and who acknowledged them first', async () => {
    await record({ id: 'seen', frame: new Uint8Array([255, 216, 0, 1]) })
    const id = `${flowId}-seen`
    under.clock.ms = startMs + 5_000
    const { event: view, isFirst } = await under.store.events.acknowledge(id, 'owner')
    expect(isFirst).toBe(true)
    expect(view).toMatchObject({
      flow: flowId,
      stream: key.streamId,
      frame: { url: `/api/events/${id}/frame` },
      deliveries: [],
      acknowledgedAt: '2026-11-20T12:00:05.000Z',
      acknowledgedBy: 'owner',
    })
    under.clock.ms += 5_000
    expect(await under.store.events.acknowledge(id, 'link')).toMatchObject({
      isFirst: false,
      event: { acknowledgedBy: 'owner' },
    })
    expect(Buffer.from((await under.store.events.frame(id)) ?? [])).toEqual(Buffer.from([255, 216, 0, 1]))
    expect(await under.store.events.frame('nothing')).toBeUndefined()
    await expect(under.store.events.acknowledge('nothing', 'x')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' })
  })

  test('the timeline comes newest first, by stream and page, silence included', async () => {
    const quiet = Array.from({ length: 12 }, (_, nth) =>
      tickRecord(key, flowId, nth + 1, {
        decisions: [decision(nth + 1), decision(nth + 1, { node: 'second', reason: 'duplicate' })],
      }),
    )
    await under.store.engine.writeTicks(quiet)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await under.store.events.decisions({
        flow: flowId,
        stream: key.streamId,
        limit: 5,
        ...(cursor ? { cursor } : {}),
      })
      seen.push(...page.decisions.map(({ tick, node }) => `${String(tick).padStart(2, '0')} ${node}`))
      cursor = page.next ?? undefined
    } while (cursor)
    expect(seen).toHaveLength(24)
    expect(seen).toEqual([...new Set(seen)].sort().reverse())
    expect((await under.store.events.decisions({ flow: flowId, stream: 'other', limit: 5 })).decisions).toEqual([])
    expect(
      (await under.store.events.decisions({ flow: flowId, from: new Date(startMs + 11_500).toISOString(), limit: 5 }))
        .decisions[0],
    ).toEqual({ ...decision(12, { node: 'second', reason: 'duplicate' }), stream: key.streamId })
  })

  test('a decision says how many seconds it stands for, and whether its answer came late', async () => {
    await under.store.engine.writeTicks([
      tickRecord(key, flowId, 1, { decisions: [decision(1, { seconds: 1 })] }),
      tickRecord(key, flowId, 6, { decisions: [decision(6, { seconds: 5, late: true })] }),
    ])
    const { decisions } = await under.store.events.decisions({ flow: flowId, stream: key.streamId, limit: 5 })
    expect(decisions.map(({ tick, seconds, late }) => [tick, seconds, late])).toEqual([
      [6, 5, true],
      [1, 1, undefined],
    ])
  })

  test('count what was said again, and a second try counts nothing twice', async () => {
    await record({ id: 'fall' })
    const id = `${flowId}-fall`
    const again = (count: number) => ({
      eventId: id,
      count,
      firstAt: new Date(startMs).toISOString(),
      lastAt: new Date(startMs + count * 1000).toISOString(),
    })
    for (const [tick, count] of [
      [2, 2],
      [3, 3],
      [4, 2],
    ] as const)
      await under.store.engine.commitTick(
        tickCommit(key, flowId, tick, { events: [], actions: [], repeats: [again(count)] }),
      )
    const { eventId: _id, ...repeats } = again(3)
    expect((await under.store.events.get(id)).fields).toMatchObject({ repeats })
  })

  test('of one escalation are acknowledged together, whichever of them somebody presses', async () => {
    const kind = 'notification.unacknowledged' as const
    const at = new Date(startMs).toISOString()
    const rows = (prefix: string) => [
      event(key, flowId, `${flowId}-${prefix}0`, { at }),
      event(key, flowId, `${flowId}-${prefix}1`, { at, kind, fields: { about: `${flowId}-${prefix}0` } }),
      event(key, flowId, `${flowId}-${prefix}2`, { at, kind, fields: { about: `${flowId}-${prefix}1` } }),
    ]
    await under.store.engine.commitTick(
      tickCommit(key, flowId, 1, { events: [...rows('a'), ...rows('b')], actions: [] }),
    )
    await under.store.events.acknowledge(`${flowId}-a0`, 'Ana')
    await under.store.events.acknowledge(`${flowId}-b2`, 'Ben')
    const by = async (id: string) => (await under.store.events.get(`${flowId}-${id}`)).acknowledgedBy
    expect(await Promise.all(['a0', 'a1', 'a2', 'b0', 'b1', 'b2'].map(by))).toEqual([
      'Ana',
      'Ana',
      'Ana',
      'Ben',
      'Ben',
      'Ben',
    ])
  })

  test('are acknowledged by exactly one of many who press at the same instant, anywhere in the escalation', async () => {
    const at = new Date(startMs).toISOString()
    const kind = 'notification.unacknowledged' as const
    for (let round = 0; round < 5; round++) {
      const id = (step: number): string => `${flowId}-race${round}-${step}`
      const rows = [0, 1, 2].map((step) =>
        event(key, flowId, id(step), { at, ...(step === 0 ? {} : { kind, fields: { about: id(step - 1) } }) }),
      )
      await under.store.engine.commitTick(tickCommit(key, flowId, 1, { events: rows, actions: [] }))
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_unused, nth) => under.store.events.acknowledge(id(nth % 3), `person ${nth}`)),
      )
      const [winner, ...more] = answers.flatMap(({ isFirst }, nth) => (isFirst ? [`person ${nth}`] : []))
      expect(more).toEqual([])
      expect(new Set(answers.map(({ event: { acknowledgedBy } }) => acknowledgedBy))).toEqual(new Set([winner]))
    }
  })

  test('of one stream are read by their own index, not by reading past those of all others', async () => {
    const others = Array.from({ length: 20 }, (_, nth) => ({ ...key, streamId: `other-${nth}` }))
    for (const each of others) {
      const at = (tick: number) => new Date(startMs + tick * 1000).toISOString()
      const values = Array.from(
        { length: 200 },
        (_, tick) => `('${flowId}', '${each.streamId}', 1, ${tick}, 'model', '${at(tick)}')`,
      )
      await under.database.query(
        `insert into decisions (flow_id, stream_id, run, tick, node, at, media_time_s, action, reason, text, latency_ms, frame_kind,
           visual_tokens, full_rate_tokens)
         select *, 1, 'silence', 'model', '', 1, 'I', 1, 1
         from (values ${values.join(',')}) as given (flow_id, stream_id, run, tick, node, at_text)`.replace(
          'select *',
          'select flow_id, stream_id, run, tick, node, at_text::timestamptz',
        ),
      )
    }
    await under.database.query('analyze decisions')
    const asked: { text: string; values: unknown[] }[] = []
    const { pool } = under.store
    const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
    pool.query = ((config: { text: string }, values: unknown[]) => {
      asked.push({ text: config.text, values })
      return query(config, values)
    }) as typeof pool.query
    const found = await under.store.events.decisions({ flow: flowId, stream: 'other-7', limit: 50 })
    pool.query = query as typeof pool.query
    expect(found.decisions).toHaveLength(50)
    const { text, values } = asked.find((each) => each.text.includes('"decisions"'))!
    const plan = await under.database.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values)
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan.* using decisions_\w*stream_id_at_idx/)
  })
})
