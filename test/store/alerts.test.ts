// Which events are alerts, how many there are, and what belongs together: in the transaction that records them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { RunKey } from '../../runtime/history/records.ts'
import { action, closeStore, event, openStore, runFlow, startMs, tickCommit } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString()

describe('alerts', () => {
  let under: StoreUnderTest
  let flowId: string
  let key: RunKey
  let tick = 0
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
  const record = (
    id: string,
    overrides: Partial<Parameters<typeof event>[3]> & object = {},
    work: 'told' | 'quiet' | 'none' = 'told',
  ) => {
    const eventId = `${flowId}-${id}`
    return under.store.engine.commitTick(
      tickCommit(key, flowId, ++tick, {
        events: [event(key, flowId, eventId, { at: at(tick), ...overrides })],
        actions: work === 'none' ? [] : [action(key, flowId, eventId, work === 'quiet' ? { isQuiet: true } : {})],
      }),
    )
  }
  const list = async (query: Partial<Parameters<typeof under.store.events.list>[0]> = {}) => {
    const found = await under.store.events.list({ flow: flowId, limit: 50, ...query })
    return { ...found, ids: found.events.map(({ id }) => id.replace(`${flowId}-`, '')) }
  }

  test('are what was sent to somebody, and trouble; not what was said into a room, nor the word that it was delivered', async () => {
    await record('told')
    await record('aloud', {}, 'quiet')
    await record('held back', {}, 'none')
    await record('lost', { kind: 'stream.lost', node: 'cam' }, 'none')
    await record('echo', { kind: 'notification.delivered', node: 'tell' })
    expect((await list({ only: 'alerts' })).ids).toEqual(['lost', 'told'])
    expect(await list()).toMatchObject({ total: 5, unseen: 2 })
  })

  test('become one when what was said earlier is told later', async () => {
    await record('asked', {}, 'quiet')
    expect((await list()).unseen).toBe(0)
    await under.store.engine.commitTick(
      tickCommit(key, flowId, ++tick, {
        events: [],
        actions: [action(key, flowId, `${flowId}-asked`, { id: `${flowId}-later` })],
      }),
    )
    expect((await list()).unseen).toBe(1)
  })

  test('are all counted, however few a page shows, until each has been seen', async () => {
    for (let nth = 0; nth < 28; nth++) await record(`n${nth}`, { text: `Alert ${nth}` })
    const first = await list({ only: 'unseen', limit: 9 })
    expect(first).toMatchObject({ total: 28, unseen: 28 })
    expect(await list({ only: 'unseen', limit: 9, cursor: first.next! })).toMatchObject({ total: 28, unseen: 28 })
    const { seen } = await under.store.events.acknowledge(`${flowId}-n3`, 'owner')
    expect(seen).toEqual([`${flowId}-n3`])
    const rest = await list({ only: 'unseen' })
    expect(rest).toMatchObject({ total: 27, unseen: 27 })
    expect(rest.ids).not.toContain('n3')
    expect(await list({ q: 'Alert 3' })).toMatchObject({ total: 1, unseen: 0 })
  })

  test('of somebody who needs help are found behind any number of cameras that are away', async () => {
    await record('fell', { text: 'Ana has fallen.' })
    for (let nth = 0; nth < 30; nth++)
      await record(`lost ${nth}`, { kind: 'stream.lost', node: `cam${nth}`, text: `Camera ${nth} is away.` }, 'none')
    expect(await list({ only: 'urgent', limit: 1 })).toMatchObject({ ids: ['fell'], total: 1, unseen: 31 })
    expect((await list({ only: 'urgent-incidents' })).ids).toEqual(['fell'])
    await under.store.events.acknowledge(`${flowId}-fell`, 'owner')
    expect(await list({ only: 'urgent', limit: 1 })).toMatchObject({ ids: [], unseen: 30 })
  })

  test('that say the same are one incident until somebody has seen it, and are seen together', async () => {
    await record('a')
    await record('b', { text: 'a person FELL.' })
    await record('other', { text: 'Smoke.' })
    await record('c')
    const incidents = (await list()).events.map(({ incident }) => incident?.replace(`${flowId}-`, ''))
    expect(incidents).toEqual(['a', 'other', 'a', 'a'])
    const { seen } = await under.store.events.acknowledge(`${flowId}-b`, 'Ana')
    expect(seen.map((id) => id.replace(`${flowId}-`, '')).sort()).toEqual(['a', 'b', 'c'])
    await record('again')
    expect((await list()).events[0]?.incident).toBe(`${flowId}-again`)
  })

  test('an hour later are another incident', async () => {
    await record('first', { at: at(0) })
    await record('last', { at: at(3601) })
    expect((await list()).events.map(({ incident }) => incident?.replace(`${flowId}-`, ''))).toEqual(['last', 'first'])
  })

  test('keep the way of their message, and what their deliveries say behind it', async () => {
    const step = (node: string, code: string) => ({
      at: at(tick),
      node,
      type: 'filter',
      what: 'passed' as const,
      code,
      ports: ['message'],
    })
    const eventId = `${flowId}-way`
    await record('way', { trace: [step('model', 'spoke')] })
    const later = tickCommit(key, flowId, ++tick, {
      events: [],
      actions: [],
      traces: [{ eventId, steps: [step('words', 'fits')] }],
    })
    await under.store.engine.commitTick(later)
    await under.store.engine.commitTick(later)
    const way = async () =>
      (await under.store.events.trace(eventId)).steps.map(({ node, what, code }) => `${node} ${what} ${code}`)
    expect(await way()).toEqual(['model passed spoke', 'words passed fits', 'tell sent sent'])
    const id = `${eventId}_tell`
    await under.store.queue.beginAction(id)
    await under.store.queue.endAction(id, {
      state: 'failed',
      detail: 'Nobody is there.',
      events: [],
      actions: [],
      inputs: [],
    })
    expect(await way()).toEqual(['model passed spoke', 'words passed fits', 'tell sent sent', 'tell failed failed'])
    expect((await under.store.events.trace(eventId)).steps.at(-1)).toMatchObject({
      detail: 'Nobody is there.',
      attempts: 1,
    })
  })

  test('that came in with the database away keep their way too', async () => {
    await under.store.engine.commitLate(
      tickCommit(key, flowId, ++tick, {
        events: [
          event(key, flowId, `${flowId}-late`, {
            at: at(tick),
            trace: [{ at: at(tick), node: 'calm', type: 'cooldown', what: 'held', code: 'quiet' }],
          }),
        ],
        actions: [],
      }),
    )
    expect((await under.store.events.trace(`${flowId}-late`)).steps).toMatchObject([
      { node: 'calm', what: 'held', code: 'quiet' },
    ])
  })

  test('are judged right or wrong, which may be taken back, and say how often a flow is right', async () => {
    const judge = (id: string, verdict: 'right' | 'wrong' | null) =>
      under.store.events.rate(`${flowId}-${id}`, verdict, 'owner')
    for (const id of ['a', 'b', 'c', 'd']) await record(id, { text: `Alert ${id}` })
    await record('quiet', {}, 'quiet')
    expect(await under.store.events.precision(flowId)).toEqual({ right: 0, wrong: 0, precision: null })
    expect((await judge('a', 'right')).verdict).toBe('right')
    await judge('b', 'right')
    await judge('c', 'right')
    await judge('d', 'wrong')
    expect(await under.store.events.precision(flowId)).toEqual({ right: 3, wrong: 1, precision: 0.75 })
    await judge('a', null)
    expect(await under.store.events.precision(flowId)).toMatchObject({ right: 2, wrong: 1 })
    expect((await list({ verdict: 'wrong' })).ids).toEqual(['d'])
    expect((await list({ verdict: 'none', only: 'alerts' })).ids).toEqual(['a'])
    await expect(judge('quiet', 'right')).rejects.toMatchObject({ code: 'EVENT_NOT_ALERT' })
    await expect(judge('gone', 'right')).rejects.toMatchObject({ code: 'EVENT_NOT_FOUND' })
  })

  test('of one incident are listed as one, with how often, until when, and whether it is over', async () => {
    under.clock.ms = startMs + (tick + 10) * 1000
    await record('first', { fields: { repeats: { count: 3, firstAt: at(tick), lastAt: at(tick + 2) } } })
    await record('smoke', { text: 'Smoke.' })
    await record('second')
    const lastAt = at(tick)
    await record('lost', { kind: 'stream.lost', node: 'cam', text: 'Gone.' }, 'none')
    const open = async () =>
      (await list({ only: 'incidents' })).events.map(({ id, again }) => [
        id.replace(`${flowId}-`, ''),
        again?.count,
        again?.overAt,
      ])
    expect(await list({ only: 'incidents' })).toMatchObject({ total: 3, unseen: 4 })
    expect(await open()).toEqual([
      ['lost', 1, null],
      ['smoke', 1, null],
      ['first', 4, null],
    ])
    expect((await list({ only: 'incidents' })).events[2]?.again?.lastAt).toBe(lastAt)
    await record('back', { kind: 'stream.resumed', node: 'cam' }, 'none')
    const backAt = at(tick)
    expect((await open())[0]).toEqual(['lost', 1, backAt])
    under.clock.ms += 3_600_000
    expect((await open())[2]).toEqual(['first', 4, new Date(Date.parse(lastAt) + 600_000).toISOString()])
    await under.store.events.acknowledge(`${flowId}-first`, 'Ana')
    expect((await open()).map(([id]) => id)).toEqual(['lost', 'smoke'])
    const [seen] = (await list({ only: 'seen-incidents' })).events
    expect([seen?.id, seen?.acknowledgedBy, seen?.again?.count]).toEqual([`${flowId}-first`, 'Ana', 4])
    expect((await list({ only: 'any-incidents' })).events.map(({ id }) => id.replace(`${flowId}-`, ''))).toEqual([
      'lost',
      'smoke',
      'first',
    ])
  })

  test('are one trouble that comes and goes until it has stayed away for ten minutes', async () => {
    const lost = { kind: 'model.lost', node: 'model', text: 'This machine is too slow.' } as const
    const after = (seconds: number) => (tick += seconds)
    const open = async () =>
      (await list({ only: 'incidents' })).events.map(({ id, again }) => [
        id.replace(`${flowId}-`, ''),
        again?.count,
        again?.overAt,
      ])
    await record('lost', lost, 'none')
    await record('back', { kind: 'model.resumed', node: 'model' }, 'none')
    after(300)
    await record('lost again', lost, 'none')
    expect(await open()).toEqual([['lost', 2, null]])
    await record('back again', { kind: 'model.resumed', node: 'model' }, 'none')
    const overAt = at(tick)
    after(700)
    under.clock.ms = startMs + (tick + 10) * 1000
    expect(await open()).toEqual([['lost', 2, overAt]])
    await record('another', lost, 'none')
    expect(await open()).toEqual([
      ['another', 1, null],
      ['lost', 2, overAt],
    ])
  })

  test('are listed and go on also with fields that Postgres would choke on', async () => {
    const odd = 'nul \0 and half a pair \ud83d'
    const step = { at: at(tick), node: 'calm', type: 'cooldown', what: 'held' as const, code: 'quiet', params: { odd } }
    await record('odd', { fields: { odd, repeats: { count: 2, firstAt: at(tick), lastAt: at(tick) } }, trace: [step] })
    const eventId = `${flowId}-odd`
    await under.store.engine.commitTick(
      tickCommit(key, flowId, ++tick, {
        events: [],
        actions: [],
        traces: [{ eventId, steps: [{ ...step, node: 'later' }] }],
      }),
    )
    // As an older version has left it.
    await under.store.pool.query(`update events set fields = '{"odd":"\\u0000","repeats":{}}' where id = $1`, [eventId])
    expect((await list({ only: 'incidents' })).events[0]?.again?.count).toBe(1)
    expect((await under.store.events.trace(eventId)).steps.map(({ node }) => node)).toEqual(['calm', 'later', 'tell'])
  })

  test('carry what a second look said, which is no alert of its own; after a fall that was held back it is', async () => {
    await record('fall')
    const look = (id: string, kind: 'alert.retracted' | 'alert.unverified', fields: Record<string, unknown>) =>
      record(id, { kind, node: 'check', text: `Not so: ${id}`, fields })
    await look('unsure', 'alert.unverified', { corrects: `${flowId}-fall`, why: 'It is dark.' })
    await look('not so', 'alert.retracted', { corrects: `${flowId}-fall`, why: 'It is a dog.\u0000' })
    await look('held', 'alert.retracted', { why: 'It is a cat.' })
    await look('of another flow', 'alert.retracted', { corrects: 'gone' })
    const { ids, events } = await list({ only: 'alerts' })
    expect(ids).toEqual(['of another flow', 'held', 'fall'])
    expect(events.at(-1)?.secondLook).toEqual({
      event: `${flowId}-not so`,
      said: 'no',
      why: 'It is a dog.',
      at: at(tick - 2),
    })
    expect(events[0]?.secondLook).toBeNull()
    expect(events.at(-1)?.again?.count).toBe(1)
  })
})
