// A person cancels an action: one that runs here or in another process ends at once, one that has yet to run ends instead of running.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { FatalError } from '../../nodes/contract/errors.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

eachBackend('cancelling an action, queue on %s', (name) => {
  let backend: QueueBackend
  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  afterEach(() => stopAll(backend))

  /** Work that goes on until its signal says otherwise, and tells why. */
  function endless(): RecordingWork {
    const work = new RecordingWork()
    work.perform = (_order, signal) =>
      new Promise((resolve, reject) => {
        const end = (): void =>
          signal.reason instanceof FatalError
            ? resolve({ ...delivered, state: 'failed', detail: signal.reason.message })
            : reject(signal.reason as Error)
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

  /** Away for now: another try in an hour. */
  function failing(): RecordingWork {
    const work = new RecordingWork()
    work.perform = async (_order, signal) =>
      signal.aborted
        ? { ...delivered, state: 'failed', detail: (signal.reason as Error).message }
        : { ...delivered, state: 'retrying', detail: '503' }
    return work
  }
  const anHour = { reconcileMs: 500, actionMs: () => 3_600_000 }
  const waits = (store: MemoryQueueStore, id: string) =>
    until('it waits for another try', () => store.action(id).detail === '503')

  it('ends one that waits for another try at once, whichever process is told', async () => {
    const store = new MemoryQueueStore()
    const work = failing()
    const [here] = await Promise.all(
      ['a', 'b'].map((name) => startQueue(backend, store, work, name, { pauses: anHour })),
    )
    store.write('away_tell')
    await waits(store, 'away_tell')
    const atMs = Date.now()
    store.cancel('away_tell')
    here!.bus.publish({ type: 'cancel', action: 'away_tell' })
    await until('it has ended', () => store.action('away_tell').state === 'failed')
    expect(Date.now() - atMs).toBeLessThan(5_000)
    expect([store.action('away_tell').detail, work.tries.length]).toEqual(['Cancelled by a person.', 2])
  })

  it.each([0, 2, 10, 30])('ends it at once when a person cancels %i ms after a try has failed', async (ms) => {
    const store = new MemoryQueueStore()
    const { bus } = await startQueue(backend, store, failing(), 'a', { pauses: anHour })
    const id = `late${ms}_tell`
    const end = store.endAction.bind(store)
    store.endAction = async (...args) => {
      await end(...args)
      if (store.action(id).isCancelled) return
      setTimeout(() => {
        store.cancel(id)
        bus.publish({ type: 'cancel', action: id })
      }, ms)
    }
    store.write(id)
    await until('it has ended', () => store.action(id).state === 'failed', 6_000)
  })

  it('ends it soon when the word was lost on the way', async () => {
    const store = new MemoryQueueStore()
    await startQueue(backend, store, failing(), 'a', { pauses: { ...anHour, sweepMs: 100, forgottenAfterMs: 300 } })
    store.write('unheard_tell')
    await waits(store, 'unheard_tell')
    store.cancel('unheard_tell')
    await until('it has ended', () => store.action('unheard_tell').state === 'failed')
  })

  it.each(['is cancelled', 'has gone with its flow'])(
    'ends one that runs when it %s and the word was lost on the way',
    async (how) => {
      const store = new MemoryQueueStore()
      const work = endless()
      await startQueue(backend, store, work, 'a', { pauses: { lookMs: 100 } })
      store.write('deaf_tell')
      await until('it runs', () => work.tries.length === 1)
      let hasEnded = false
      store.endAction = async () => {
        hasEnded = true
      }
      if (how === 'is cancelled') store.cancel('deaf_tell')
      else store.actions.clear()
      await until('it has ended', () => hasEnded, 5_000)
    },
  )

  it('ends a reminder that is put off, before its time', async () => {
    const store = new MemoryQueueStore()
    const { bus } = await startQueue(backend, store, failing(), 'a', { pauses: anHour })
    store.write('later_tell', 3_600_000)
    await until('it is in the queue', () => store.action('later_tell').queuedAtMs !== null)
    store.cancel('later_tell')
    bus.publish({ type: 'cancel', action: 'later_tell' })
    await until('it has ended', () => store.action('later_tell').state === 'failed')
  })
})
