import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

eachBackend('an outage of %s', (name) => {
  let backend: QueueBackend
  let store: MemoryQueueStore
  let work: RecordingWork

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  beforeEach(() => {
    store = new MemoryQueueStore()
    work = new RecordingWork()
  })
  afterEach(() => stopAll(backend))

  it('of a moment leaves sessions running, and what was asked for meanwhile is done after it', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    store.want('through')
    const session = await until('the session', () => work.sessions[0])
    await backend.stop()
    store.want('meanwhile')
    store.write('meanwhile_tell')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    await backend.start()
    const backAtMs = Date.now()
    await until('the delivery', () => store.action('meanwhile_tell').state === 'delivered')
    await until('the new session', () => work.running('meanwhile').length === 1)
    console.log(`[${name}] all work goes on ${Date.now() - backAtMs} ms after the return`)
    await new Promise((resolve) => setTimeout(resolve, 9_000))
    expect(session.endedAtMs).toBeUndefined()
    expect(work.sessions).toHaveLength(2)
    expect(queue.stats.streams.leasesLost).toBe(0)
  })

  it('longer than a lease ends the sessions before the lease does, and they are picked up again', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    store.want('long')
    const first = await until('the session', () => work.sessions[0])
    const awayAtMs = Date.now()
    await backend.stop()
    await until('the session ended', () => first.endedAtMs, 12_000)
    expect((first.endedAtMs ?? 0) - awayAtMs).toBeLessThan(8_000)
    expect(queue.stats.streams.leasesLost).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    await backend.start()
    const backAtMs = Date.now()
    const second = await until('the session again', () => work.sessions[1], 20_000)
    console.log(
      `[${name}] aborted ${(first.endedAtMs ?? 0) - awayAtMs} ms into the outage, running again ${second.startedAtMs - backAtMs} ms after the return`,
    )
    expect(second.generation).toBe(2)
    await new Promise((resolve) => setTimeout(resolve, 9_000))
    expect(work.sessions).toHaveLength(2)
  })

  // On Redis others can always take it.
  if (name === 'postgres')
    it('longer than a lease ends nothing where nobody else can take a stream', async () => {
      const queue = await startQueue(backend, store, work, 'a', { soleName: 'the only one' })
      store.want('alone')
      const session = await until('the session', () => work.sessions[0])
      await backend.stop()
      await new Promise((resolve) => setTimeout(resolve, 8_500))
      expect(session.endedAtMs).toBeUndefined()
      await backend.start()
      store.want('afterwards')
      await until('work goes on', () => work.running('afterwards').length === 1, 20_000)
      await queue.control.stop([{ streamId: 'alone', run: session.run }])
      await until('it still hears', () => session.endedAtMs)
      expect(work.sessions).toHaveLength(2)
      expect(queue.stats.streams.leasesLost).toBe(0)
    }, 60_000)

  it('is told by the health within a second, and start and stop answer all the same', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    expect(await queue.control.isHealthy()).toMatchObject({ ok: true, backend: name })
    await backend.stop()
    const ref = store.want('answered')
    for (let count = 0; count < 3; count++) {
      const askedAtMs = Date.now()
      expect(await queue.control.isHealthy()).toMatchObject({ ok: false, backend: name })
      expect(Date.now() - askedAtMs).toBeLessThan(3_000)
    }
    const askedAtMs = Date.now()
    await queue.control.start([ref])
    await queue.control.stop([ref])
    expect(Date.now() - askedAtMs).toBeLessThan(6_000)
    await backend.start()
    await until('healthy again', async () => (await queue.control.isHealthy()).ok)
    await until('the session', () => work.running('answered').length === 1)
  })

  it('does not keep a worker from stopping', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    store.want('cut')
    await until('the session', () => work.sessions[0])
    await backend.stop()
    const askedAtMs = Date.now()
    await queue.end()
    expect(Date.now() - askedAtMs).toBeLessThan(8_000)
    await backend.start()
  })
})
