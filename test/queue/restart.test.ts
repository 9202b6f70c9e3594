// The worker part ended and begun anew in one process, as after an error that reached nobody: queues, bus and control go on.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { backends, until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

describe.each(backends)('workers begun anew, queue on %s', (name) => {
  let backend: QueueBackend
  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  afterEach(() => stopAll(backend))

  it('end their sessions, take the same streams up again, and deliver what is written after it, each thing once', async () => {
    const store = new MemoryQueueStore()
    const work = new RecordingWork()
    const queue = await startQueue(backend, store, work, 'a')
    await queue.control.start([store.want('camera')])
    await until('the first session', () => work.running().length === 1)
    await queue.restartWorkers()
    const again = await until('the second session', () => work.sessions[1])
    expect(work.sessions[0]?.endedAtMs).toBeLessThanOrEqual(again.startedAtMs)
    expect(work.running()).toHaveLength(1)
    store.write('evt1_tell')
    queue.nudgeActions()
    await until('it is delivered', () => store.action('evt1_tell').state === 'delivered')
    expect(work.tries).toHaveLength(1)
  })

  // On Redis others can always take it.
  if (name === 'postgres')
    it('take a stream up at once whose session would not end, where nobody else can', async () => {
      const store = new MemoryQueueStore()
      const work = new RecordingWork()
      const hanging = Promise.withResolvers<undefined>()
      const queue = await startQueue(backend, store, work, 'a', { soleName: 'the only one', endLimitMs: 100 })
      await queue.control.start([store.want('stuck')])
      await until('the first session', () => work.running().length === 1)
      work.closing = () => hanging.promise
      await queue.restartWorkers()
      await until('the second session', () => work.sessions[1])
      work.closing = async () => undefined
      hanging.resolve(undefined)
    })
})
