// A person cancels an action: one that runs here or in another process ends at once, one that has yet to run ends instead of running.
import { afterAll, afterEach, beforeAll, expect, it, describe } from 'vitest'
import { FatalError } from '../../nodes/contract/errors.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

describe('cancelling an action', () => {
  let backend: QueueBackend
  beforeAll(async () => { backend = await withQueue('redis') })
  afterAll(() => backend.close())
  afterEach(stopAll)

  /** Work that goes on until its signal says otherwise, and tells why. */
  function endless(): RecordingWork {
    const work = new RecordingWork()
    work.perform = (_order, signal) => new Promise((resolve, reject) => {
      const end = (): void => signal.reason instanceof FatalError ? resolve({ ...delivered, state: 'failed', detail: signal.reason.message }) : reject(signal.reason as Error)
      if (signal.aborted) end()
      signal.addEventListener('abort', end, { once: true })
    })
    return work
  }

  it('ends it wherever it runs, and leaves the others alone', async () => {
    const store = new MemoryQueueStore()
    const work = endless()
    const [here] = await Promise.all([startQueue(backend, store, work, 'a'), startQueue(backend, store, work, 'b')])
    store.write('one_tell')
    store.write('two_tell')
    await until('both run', () => work.tries.length === 2)
    here.bus.publish({ type: 'cancel', action: 'one_tell' })
    await until('it has ended', () => store.action('one_tell').state === 'failed')
    expect(store.action('one_tell').detail).toBe('Cancelled by a person.')
    expect(store.action('two_tell').state).toBe('pending')
    here.bus.publish({ type: 'cancel', action: 'two_tell' })
    await until('the other has ended', () => store.action('two_tell').state === 'failed')
  })

  it('ends one that had not begun with its first try', async () => {
    const store = new MemoryQueueStore()
    const begin = store.beginAction.bind(store)
    store.beginAction = async (id) => {
      const order = await begin(id)
      return order && { ...order, isCancelled: true }
    }
    await startQueue(backend, store, endless(), 'a')
    store.write('late_tell')
    await until('it has ended', () => store.action('late_tell').state === 'failed')
    expect(store.action('late_tell').detail).toBe('Cancelled by a person.')
  })
})
