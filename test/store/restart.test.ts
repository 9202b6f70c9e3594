import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { startEmbedded } from '../../runtime/database/embedded.ts'
import type { EmbeddedPostgres } from '../../runtime/database/embedded.ts'
import { createStore } from '../../runtime/compose-store.ts'
import type { Store } from '../../runtime/compose-store.ts'
import { quietLog, runFlow, sampleKey, startMs, tickCommit, tickRecord } from './samples.ts'

describe('a restart of the database under an open store', () => {
  let dataDir: string
  let server: EmbeddedPostgres
  let store: Store
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'heed-restart-'))
    server = await startEmbedded({ dataDir, log: quietLog, initdbFlags: ['--no-sync'] })
    store = await createStore({ databaseUrl: server.url, secretKey: sampleKey, log: quietLog, nowMs: () => startMs })
  })
  afterAll(async () => {
    await store.close()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })

  test('is survived: what fails is worth another try, and the second try leaves every tick once', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(store)
    const untilWritten = async (write: () => Promise<unknown>) => {
      for (let failures = 0; ; failures++) {
        try {
          await write()
          return failures
        } catch (error) {
          expect(error).toBeInstanceOf(RetryableError)
          expect(error).toMatchObject({ code: 'DB_UNREACHABLE' })
          await sleep(20)
        }
      }
    }
    let failures = 0
    const restarts = (async () => {
      for (let nth = 0; nth < 3; nth++) {
        await sleep(100)
        await server.restart()
      }
    })()
    let isRestarting = true
    void restarts.then(() => {
      isRestarting = false
    })
    let tick = 0
    while (isRestarting) {
      tick += 1
      failures += await untilWritten(() =>
        tick % 5 === 0
          ? store.engine.commitTick(tickCommit(key!, flowId, tick))
          : store.engine.writeTicks([tickRecord(key!, flowId, tick)]),
      )
    }
    await restarts
    const ticks: number[] = []
    for (let cursor: string | undefined; ;) {
      const page = await store.events.decisions({ flow: flowId, limit: 500, ...(cursor ? { cursor } : {}) })
      ticks.push(...page.decisions.map((each) => each.tick))
      if (!page.next) break
      cursor = page.next
    }
    expect(failures).toBeGreaterThan(0)
    expect(ticks).toEqual(Array.from({ length: tick }, (_, nth) => tick - nth))
    expect(await store.queue.drainActions({ limit: 10_000, olderThanMs: 1 }, async () => undefined)).toBe(
      Math.floor(tick / 5),
    )
    expect((await store.queue.claimStream(key!))?.resume?.tick).toBe(tick)
  })

  test('is told in words while it lasts', async () => {
    await server.stop()
    await expect(store.flows.list()).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
    await expect(store.ping()).rejects.toMatchObject({ code: 'DB_UNREACHABLE' })
    server = await startEmbedded({ dataDir, log: quietLog })
    expect(await store.flows.list()).toHaveLength(1)
  })
})
