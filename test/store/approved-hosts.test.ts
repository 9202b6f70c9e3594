import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { createApprovedHostStore } from '../../runtime/egress/approved-hosts.store.ts'
import { openDb } from '../../runtime/database/db.ts'
import { closeStore, node, openStore, sampleFlow } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('approved hosts', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const may = (host: string, port: number): Promise<boolean> => {
    under.clock.ms += 300
    return under.store.approvedHosts.isApproved(host, port)
  }

  test('are those that connections name, at their port', async () => {
    expect(await may('10.0.0.9', 8070)).toBe(false)
    await under.store.connections.create({
      name: 'vllm',
      kind: 'vllm-omni',
      config: { url: 'http://joe:hunter2@10.0.0.9:8070/v1' },
      secret: {},
    })
    expect(await may('10.0.0.9', 8070)).toBe(true)
    expect(await may('10.0.0.9', 22)).toBe(false)
  })

  test('are those that saved flows name, and what still runs', async () => {
    const hook = (url: string) => sampleFlow({ nodes: [node('tell', 'notification', { url })] })
    const { id, revision } = await under.store.flows.create(hook('http://192.168.1.20:9000/hook'))
    expect(await may('192.168.1.20', 9000)).toBe(true)
    await under.store.deployments.deploy(id, revision, { format: 'heed.plan/1', name: 'x', streams: [] })
    await under.store.flows.update(id, hook('http://192.168.1.21:9000/hook'), revision)
    under.clock.ms += 5000
    expect([await may('192.168.1.20', 9000), await may('192.168.1.21', 9000)]).toEqual([true, true])
    await under.store.deployments.stop(id)
    under.clock.ms += 5000
    expect([await may('192.168.1.20', 9000), await may('192.168.1.21', 9000)]).toEqual([false, true])
    expect((await under.store.approvedHosts.list()).named).toEqual(['10.0.0.9:8070', '192.168.1.21:9000'])
  })

  test('stay approved while the database is away, and others wait for it', async () => {
    let isAway = false
    const settings = {
      get: async () => {
        if (isAway) throw new RetryableError('DB_UNREACHABLE', 'Away.')
        return ['nas.local']
      },
      set: async () => undefined,
    }
    const hosts = createApprovedHostStore(openDb(under.store.pool), settings, () => under.clock.ms)
    expect(await hosts.isApproved('nas.local', 80)).toBe(true)
    isAway = true
    under.clock.ms += 3_600_000
    expect(await hosts.isApproved('nas.local', 80)).toBe(true)
    await expect(hosts.isApproved('other.local', 80)).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
  })

  test('are read with few queries, however many flows there are and however many ask at once', async () => {
    const hook = (host: string) =>
      sampleFlow({ nodes: [node('tell', 'notification', { url: `http://${host}:9000/` })] })
    for (let at = 0; at < 25; at++) await under.store.flows.create(hook(`10.1.0.${at}`))
    let queries = 0
    const db = Object.assign(
      drizzle(under.store.pool, {
        logger: {
          logQuery: () => {
            queries++
          },
        },
      }),
      { $client: under.store.pool },
    )
    const hosts = createApprovedHostStore(db, { get: async () => [], set: async () => undefined }, () => under.clock.ms)
    expect(
      await Promise.all(Array.from({ length: 25 }, (_each, at) => hosts.isApproved(`10.1.0.${at}`, 9000))),
    ).toEqual(Array.from({ length: 25 }, () => true))
    expect(queries).toBeLessThan(8)
    queries = 0
    const { id } = await under.store.flows.create(hook('10.2.0.1'))
    under.clock.ms += 5000
    expect(await hosts.isApproved('10.2.0.1', 9000)).toBe(true)
    // Which revisions count, the one that is new, the connections and the cameras.
    expect(queries).toBe(4)
    await under.store.flows.remove(id)
    under.clock.ms += 5000
    expect(await hosts.isApproved('10.2.0.1', 9000)).toBe(false)
  })

  test('are seen by whoever asks after the save, also while an older reading goes on', async () => {
    const older = Promise.withResolvers<undefined>()
    const answers: Promise<unknown>[] = [older.promise]
    const hosts = createApprovedHostStore(
      openDb(under.store.pool),
      { get: () => answers.shift() ?? Promise.resolve(['late.local']), set: async () => undefined },
      () => under.clock.ms,
    )
    const asked = [hosts.isApproved('other.local', 80), hosts.isApproved('late.local', 80)]
    older.resolve(undefined)
    expect(await Promise.all(asked)).toEqual([false, true])
  })

  test('are those added by hand, with or without a port, until they are taken back', async () => {
    await under.store.approvedHosts.add('NAS.local')
    await under.store.approvedHosts.add('[fd00::0:1]:8080')
    await under.store.approvedHosts.add('nas.local')
    expect((await under.store.approvedHosts.list()).byHand).toEqual(['[fd00::1]:8080', 'nas.local'])
    expect([await may('nas.local', 1), await may('[fd00::1]', 8080), await may('[fd00::1]', 80)]).toEqual([
      true,
      true,
      false,
    ])
    await under.store.approvedHosts.remove('nas.local')
    expect(await may('nas.local', 1)).toBe(false)
    for (const wrong of ['', 'http://nas', 'a b', 'nas:0', 'nas:99999', 'user@nas', '*']) {
      await expect(under.store.approvedHosts.add(wrong), wrong).rejects.toMatchObject({ code: 'APPROVED_HOST_INVALID' })
    }
  })
})
