import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

eachBackend('streams on %s', (name) => {
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

  const started = (streamId: string, count = 1) =>
    until(`${count} session(s) of ${streamId}`, () => {
      const found = work.sessions.filter((session) => session.streamId === streamId)
      return found.length >= count && found[count - 1]
    })

  it('starts a session soon after the stream was asked for', async () => {
    const queue = await startQueue(backend, store, work, 'a', { pauses: { reconcileMs: 60_000 } })
    const ref = store.want('prompt')
    const askedAtMs = Date.now()
    await queue.control.start([ref])
    const session = await started('prompt')
    expect(session.startedAtMs - askedAtMs).toBeLessThan(10_000)
    expect(session.generation).toBe(1)
  })

  it('runs each stream once, however many workers there are and however often it is asked for', async () => {
    const queues = await Promise.all([startQueue(backend, store, work, 'a'), startQueue(backend, store, work, 'b')])
    const refs = Array.from({ length: 20 }, (_, index) => store.want(`many-${index}`))
    await Promise.all(queues.flatMap((queue) => [queue.control.start(refs), queue.control.start(refs)]))
    await until('all sessions', () => work.running().length === refs.length)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(work.sessions).toHaveLength(refs.length)
    expect(new Set(work.running().map((session) => session.streamId)).size).toBe(refs.length)
  })

  it('gives a wanted stream its job although nobody asked the queue', async () => {
    await startQueue(backend, store, work, 'a')
    store.want('unasked')
    await started('unasked')
  })

  it('stops a session of another process on request, and records it', async () => {
    await startQueue(backend, store, work, 'a', { pauses: { reconcileMs: 60_000 } })
    const ref = store.want('far')
    const asking = await startQueue(backend, store, work, 'b', {
      concurrency: { streams: 1 },
      pauses: { reconcileMs: 60_000 },
    })
    await asking.control.start([ref])
    const session = await started('far')
    store.unwant(ref)
    const askedAtMs = Date.now()
    await asking.control.stop([ref])
    await until('the end', () => session.endedAtMs)
    expect(Date.now() - askedAtMs).toBeLessThan(10_000)
    await until('the record', () => store.stream(ref).ended === 'stopped')
  })

  it('stops a session that is no longer wanted although the order was lost', async () => {
    await startQueue(backend, store, work, 'a')
    const ref = store.want('unheard')
    const session = await started('unheard')
    store.unwant(ref)
    await until('the end', () => session.endedAtMs)
    await until('the record', () => store.stream(ref).ended === 'stopped')
  })

  it('gives a session of another process its changed plan, once, and lets it run on', async () => {
    const quiet = { pauses: { reconcileMs: 60_000 } }
    const queues = {
      a: await startQueue(backend, store, work, 'a', quiet),
      b: await startQueue(backend, store, work, 'b', quiet),
    }
    const ref = store.want('changed')
    store.deploy(ref, 'd1')
    await queues.a.control.start([ref])
    const session = await started('changed')
    const elsewhere = session.worker === 'a' ? queues.b : queues.a
    store.deploy(ref, 'd2')
    const askedAtMs = Date.now()
    await elsewhere.control.change([ref])
    const change = await until('the new plan', () => session.takeChange())
    expect(Date.now() - askedAtMs).toBeLessThan(10_000)
    expect([session.deploymentId, change.deploymentId]).toEqual(['d1', 'd2'])
    // Told twice: there is nothing new.
    await elsewhere.control.change([ref])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect([session.takeChange(), work.sessions.length]).toEqual([undefined, 1])
  })

  it('gives a session its changed plan although the word of it was lost', async () => {
    await startQueue(backend, store, work, 'a')
    const ref = store.want('missed')
    store.deploy(ref, 'd1')
    const session = await started('missed')
    store.deploy(ref, 'd2')
    expect((await until('the new plan', () => session.takeChange())).deploymentId).toBe('d2')
    expect(work.running('missed')).toEqual([session])
  })

  it('records how a session ended by itself and does not start it again', async () => {
    await startQueue(backend, store, work, 'a')
    const ref = store.want('clip')
    const session = await started('clip')
    session.end({ state: 'finished', reason: null })
    await until('the record', () => store.stream(ref).ended === 'finished')
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(work.sessions.filter(({ streamId }) => streamId === 'clip')).toHaveLength(1)
  })

  it('starts a session that threw again, after a pause, while it is wanted', async () => {
    await startQueue(backend, store, work, 'a')
    store.want('shaky')
    const first = await started('shaky')
    first.fail(new Error('A bug, says the test.'))
    const second = await started('shaky', 2)
    expect(second.generation).toBe(2)
    expect(second.startedAtMs - (first.endedAtMs ?? 0)).toBeGreaterThan(700)
  })

  it('runs a new deployment beside no former run of the same stream in the same process', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    const first = store.want('again', 1)
    const old = await started('again')
    store.unwant(first)
    const second = store.want('again', 2)
    await queue.control.start([second])
    await queue.control.stop([first])
    const fresh = await started('again', 2)
    expect(fresh.run).toBe(2)
    expect(fresh.startedAtMs).toBeGreaterThanOrEqual(old.endedAtMs ?? Infinity)
  })

  it('runs a new deployment only when the former run has closed, on another worker too', async () => {
    const closed = Promise.withResolvers<void>()
    work.closing = (session) => (session.run === 1 ? closed.promise : Promise.resolve())
    await startQueue(backend, store, work, 'a', { concurrency: { streams: 1 } })
    const first = store.want('moved', 1)
    const old = await started('moved')
    const elsewhere = await startQueue(backend, store, work, 'b')
    store.unwant(first)
    const second = store.want('moved', 2)
    await elsewhere.control.start([second])
    await elsewhere.control.stop([first])
    await until('the other worker has asked three times', () => store.refusals >= 3 || work.sessions.length > 1)
    expect(work.sessions).toEqual([old])
    closed.resolve()
    const fresh = await started('moved', 2)
    expect(fresh.run).toBe(2)
    expect(fresh.startedAtMs).toBeGreaterThanOrEqual(old.endedAtMs ?? Infinity)
  })

  it('gives a stream whose job was lost to no other worker while its session still closes', async () => {
    const closed = Promise.withResolvers<void>()
    work.closing = (session) => (session.worker === 'a' ? closed.promise : Promise.resolve())
    const here = await startQueue(backend, store, work, 'a', { concurrency: { streams: 1 } })
    store.want('kept')
    const old = await started('kept')
    await startQueue(backend, store, work, 'b')
    await backend.forgetJobs()
    await until('the other worker has asked three times', () => store.refusals >= 3 || work.sessions.length > 1)
    expect(work.sessions).toEqual([old])
    await until('the session was told to end', () => here.stats.streams.leasesLost === 1)
    closed.resolve()
    const fresh = await started('kept', 2)
    expect(fresh.startedAtMs).toBeGreaterThanOrEqual(old.endedAtMs ?? Infinity)
  })

  it('hands sessions over at once when a worker shuts down', async () => {
    const leaving = await startQueue(backend, store, work, 'leaving')
    const refs = Array.from({ length: 5 }, (_, index) => store.want(`handed-${index}`))
    await until('all sessions', () => work.running().length === refs.length)
    await startQueue(backend, store, work, 'staying')
    const leftAtMs = Date.now()
    await leaving.end()
    await until(
      'all sessions elsewhere',
      () => work.running().filter((session) => session.worker === 'staying').length === refs.length,
    )
    expect(Date.now() - leftAtMs).toBeLessThan(6_000)
    expect(refs.every((ref) => store.stream(ref).isWanted && store.stream(ref).ended === null)).toBe(true)
    console.log(
      `[${name}] graceful hand-over of 5 streams: ${Math.max(...work.running().map((session) => session.startedAtMs)) - leftAtMs} ms`,
    )
  })

  it('takes streams up at once when the only worker is started again', async () => {
    const first = await startQueue(backend, store, work, 'first')
    store.want('returning')
    await started('returning')
    await first.end()
    const startedAtMs = Date.now()
    await startQueue(backend, store, work, 'second')
    await started('returning', 2)
    expect(Date.now() - startedAtMs).toBeLessThan(6_000)
  })

  it('gives streams their jobs back when the queue has forgotten all of them', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    store.want('forgotten')
    await started('forgotten')
    await backend.forgetJobs()
    const second = await started('forgotten', 2)
    expect(second.startedAtMs).toBeGreaterThanOrEqual(work.sessions[0]?.endedAtMs ?? Infinity)
    expect(queue.stats.streams.leasesLost).toBe(1)
  })
})
