// A Redis that cannot do the job: refused at the start in one sentence, or, when it fills up later, told by the health while
// Heed asks it seldom.
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

describe('a Redis', () => {
  let backend: QueueBackend
  let redis: Redis
  beforeAll(async () => {
    backend = await withQueue('redis')
    redis = new Redis(backend.redisUrl ?? '')
  })
  afterEach(async () => {
    await redis.config('SET', 'maxmemory', '0')
    await redis.config('SET', 'maxmemory-policy', 'noeviction')
    await stopAll(backend)
  })
  afterAll(async () => {
    redis.disconnect()
    await backend.close()
  })

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'that evicts by %s is refused with the setting to change',
    async (policy) => {
      await redis.config('SET', 'maxmemory-policy', policy)
      await expect(startQueue(backend, new MemoryQueueStore(), new RecordingWork(), 'one')).rejects.toMatchObject({
        name: 'FatalError',
        code: 'QUEUE_BACKEND_UNFIT',
        message: expect.stringMatching(/maxmemory-policy noeviction/) as string,
      })
    },
  )

  it('that is full is told by the health, is asked seldom, and is used again when there is room', async () => {
    const store = new MemoryQueueStore()
    const work = new RecordingWork()
    const queue = await startQueue(backend, store, work, 'one')
    expect(await queue.control.isHealthy()).toMatchObject({ ok: true })
    await redis.config('SET', 'maxmemory', '1')
    const health = await until('the health says so', async () => {
      const found = await queue.control.isHealthy()
      return found.ok ? undefined : found
    })
    expect(health.detail).toContain('maxmemory')
    const callsOf = async (): Promise<number> =>
      Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
    const before = await callsOf()
    const refusalsOf = (): number => queue.log.lines.filter(({ text }) => text.includes('Redis is full')).length
    await until('it is said in the log', () => refusalsOf() > 0)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect((await callsOf()) - before).toBeLessThan(150)
    expect(refusalsOf()).toBeLessThan(12)
    expect(queue.log.lines.filter(({ level }) => level === 'error')).toEqual([])
    await redis.config('SET', 'maxmemory', '0')
    await until('healthy again', async () => (await queue.control.isHealthy()).ok)
    store.want('later')
    await until('the stream runs', () => work.running().length === 1)
  })
})
