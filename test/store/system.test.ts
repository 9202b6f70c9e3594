import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunKey } from '../../runtime/history/records.ts'
import {
  closeStore,
  decision,
  event,
  openStore,
  runFlow,
  sampleFlow,
  samplePlan,
  startMs,
  tickCommit,
  tickRecord,
} from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('how this Heed does', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(() => closeStore(under))

  /** A flow whose model asks over this connection, claimed once. */
  async function runWith(connection: string): Promise<{ flowId: string; keys: RunKey[] }> {
    const { deployments, flows, queue } = under.store
    const flow = await flows.create(sampleFlow())
    const plan = samplePlan()
    const streams = plan.streams.map((stream) => ({
      ...stream,
      ticks: stream.ticks.map((tick) => ({ ...tick, config: { connection } })),
    }))
    const { started } = await deployments.deploy(flow.id, flow.revision, { ...plan, streams })
    const orders = await Promise.all(started.map((ref) => queue.claimStream(ref)))
    const keys = orders.flatMap((order) => order ?? [])
    return { flowId: flow.id, keys }
  }

  test('says what waits by lane, and what its parts take and will take', async () => {
    const { flowId, keys } = await runFlow(under.store)
    const [key] = keys
    const events = [event(key!, flowId, `${flowId}-seen`, { frame: new Uint8Array(20_000) })]
    await under.store.engine.commitTick({
      ...tickCommit(key!, flowId, 1),
      events: [...events, ...tickCommit(key!, flowId, 1).events],
    })
    await under.database.query('analyze')
    under.clock.ms = startMs + 3_600_000
    const lanes = await under.store.system.lanes(() => 'alerts')
    expect(lanes.find(({ lane }) => lane === 'alerts')).toMatchObject({ waiting: 1, running: 0, retrying: 0 })
    const storage = await under.store.system.storage()
    expect(storage.map(({ part }) => part)).toEqual(['decisions', 'events', 'pictures', 'sounds', 'rest'])
    const pictures = storage.find(({ part }) => part === 'pictures')?.growth
    expect(pictures?.bytes).toBeGreaterThan(20_000)
    expect(storage.find(({ part }) => part === 'decisions')?.growth.keptDays).toBe(7)
    expect(storage.map(({ growth }) => growth.perDay)).toEqual([null, null, null, null, 0])
    // An hour says nothing of a month, a day does.
    const later = 24.5 * 3600
    const at = new Date(startMs + later * 1000).toISOString()
    await under.store.engine.commitTick(
      tickCommit(key!, flowId, later, { events: [event(key!, flowId, `${flowId}-later`, { at })], actions: [] }),
    )
    under.clock.ms = startMs + (later + 3600) * 1000
    await under.database.query('analyze')
    const known = await under.store.system.storage()
    expect(known.find(({ part }) => part === 'events')?.growth.perDay).toBeGreaterThan(0)
    expect(known.find(({ part }) => part === 'sounds')?.growth.perDay).toBe(0)
    const statuses = await under.store.deployments.statuses()
    expect([...statuses.keys()]).toContain(flowId)
    expect(await under.store.deployments.status(flowId)).toMatchObject(statuses.get(flowId) ?? {})
    under.clock.ms = startMs
  })

  test('measures each model by what its last answers took, with the streams that ask it', async () => {
    const runs = await Promise.all([runWith('vllm'), runWith('vllm')])
    for (const { flowId, keys } of runs)
      await under.store.engine.writeTicks(
        Array.from({ length: 20 }, (_, tick) =>
          tickRecord(keys[0]!, flowId, tick, { decisions: [decision(tick, { latencyMs: tick === 19 ? 900 : 100 })] }),
        ),
      )
    under.clock.ms = startMs + 60_000
    const [pace] = await under.store.system.models()
    expect(pace).toMatchObject({ connection: 'vllm', streams: 2 })
    expect(pace?.p95Ms).toBeGreaterThan(100)
    under.clock.ms = startMs + 3_600_000
    expect(await under.store.system.models()).toEqual([])
    under.clock.ms = startMs
  })

  test('lists what failed for good, until it is sent once more or settled', async () => {
    const { flowId, keys } = await runFlow(under.store)
    await under.store.engine.commitTick(tickCommit(keys[0]!, flowId, 1))
    const id = `${keys[0]!.streamId}-event-1_tell`
    const fail = async (code: string) =>
      await under.database.query(
        `update actions set state = 'failed', detail = 'Nobody is there.', code = $2 where id = $1`,
        [id, code],
      )
    const failed = async () =>
      (await under.store.failed.failed(50)).deliveries.map((each) => [each.id, each.detail, each.text])
    await fail('ACTION_CANCELLED')
    expect(await failed()).toEqual([])
    await fail('WEBHOOK_REFUSED')
    expect(await failed()).toEqual([[id, 'Nobody is there.', 'A person fell.']])
    await under.store.failed.retry(id)
    expect(await failed()).toEqual([])
    const again = await under.store.queue.drainActions({ limit: 100, olderThanMs: 0 }, async () => undefined)
    expect(again).toBeGreaterThan(0)
    await expect(under.store.failed.retry(id)).rejects.toMatchObject({ code: 'DELIVERY_DONE' })
    await expect(under.store.failed.retry('nope')).rejects.toMatchObject({ code: 'DELIVERY_NOT_FOUND' })
    await fail('WEBHOOK_REFUSED')
    expect(await under.store.failed.settle(id)).toBe(1)
    expect(await under.store.failed.settle(id)).toBe(0)
    expect(await failed()).toEqual([])
  })

  test('keeps tokens and sign-ins of the owner', async () => {
    const { accounts } = under.store
    const hash = () => randomBytes(32).toString('hex')
    const [mine, other, token] = [hash(), hash(), hash()]
    await accounts.createSignIn(mine, startMs + 60_000, 'Firefox on Linux')
    await accounts.createSignIn(other, startMs + 60_000, '')
    expect(await accounts.signIns(startMs)).toHaveLength(2)
    await expect(accounts.changePassword('x', mine)).rejects.toMatchObject({ code: 'AUTH_NO_OWNER' })
    expect(await accounts.signIns(startMs)).toHaveLength(2)
    expect(await accounts.removeSignIns({ allBut: mine })).toEqual([other])
    expect(await accounts.signIns(startMs)).toMatchObject([{ id: mine.slice(0, 16), browser: 'Firefox on Linux' }])
    expect(await accounts.removeSignIns({ id: mine.slice(0, 16) })).toEqual([mine])
    await accounts.addToken({ id: 't1', name: 'Script', tokenHash: token, begins: 'heed_abcde' })
    expect(await accounts.useToken(hash(), startMs)).toBeUndefined()
    expect(await accounts.useToken(token, startMs)).toBe('t1')
    expect(await accounts.useToken(token, startMs + 30_000)).toBe('t1')
    expect((await accounts.tokens())[0]?.usedAt?.getTime()).toBe(startMs)
    await accounts.useToken(token, startMs + 90_000)
    expect((await accounts.tokens())[0]?.usedAt?.getTime()).toBe(startMs + 90_000)
    expect([await accounts.removeToken('t1'), await accounts.removeToken('t1')]).toEqual([true, false])
  })
})
