import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'
import type { LiveMessage } from '../../runtime/live/messages.ts'

eachBackend('actions on %s', (name) => {
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

  const isDelivered = (id: string) => until(`${id} is delivered`, () => store.actions.get(id)?.state === 'delivered')

  it('finds actions although nobody nudged, and those written before the start', async () => {
    store.write('evt1_tell')
    await startQueue(backend, store, work, 'a')
    await isDelivered('evt1_tell')
    store.write('evt2_tell')
    await isDelivered('evt2_tell')
  })

  it('empties a full outbox, each action once, with two workers', async () => {
    for (let count = 0; count < 350; count++) store.write(`full${count}_tell`)
    await Promise.all([startQueue(backend, store, work, 'a'), startQueue(backend, store, work, 'b')])
    await until('all delivered', () => [...store.actions.values()].every((row) => row.state === 'delivered'))
    expect(new Set(work.tries.map(({ id }) => id)).size).toBe(350)
    expect(work.tries).toHaveLength(350)
  })

  it('holds an action back for as long as it was told', async () => {
    const queue = await startQueue(backend, store, work, 'a')
    const writtenAtMs = Date.now()
    store.write('later_tell', 700)
    queue.nudgeActions()
    await isDelivered('later_tell')
    expect((work.tries[0]?.atMs ?? 0) - writtenAtMs).toBeGreaterThanOrEqual(690)
  })

  it('tries again after the pause it was given, counting tries, until it is delivered', async () => {
    work.perform = async (order) => (order.attempt < 4 ? { ...delivered, state: 'retrying', detail: '503' } : delivered)
    await startQueue(backend, store, work, 'a', { pauses: { actionMs: (attempt) => attempt * 200 } })
    store.write('again_tell')
    await isDelivered('again_tell')
    expect(work.tries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
    const gaps = work.tries.slice(1).map(({ atMs }, index) => atMs - (work.tries[index]?.atMs ?? 0))
    expect(gaps.map((gap, index) => gap >= (index + 1) * 195)).toEqual([true, true, true])
  })

  it('waits as long as the receiver asked', async () => {
    work.perform = async (order) =>
      order.attempt === 1 ? { ...delivered, state: 'retrying', detail: '429', retryAfterMs: 900 } : delivered
    await startQueue(backend, store, work, 'a', { pauses: {} })
    store.write('asked_tell')
    await isDelivered('asked_tell')
    expect((work.tries[1]?.atMs ?? 0) - (work.tries[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(895)
  })

  it('records a failure for good and does not try again', async () => {
    work.perform = async () => ({ ...delivered, state: 'failed', detail: '401' })
    await startQueue(backend, store, work, 'a', { pauses: { forgottenAfterMs: 100 } })
    store.write('refused_tell')
    await until('the failure', () => store.action('refused_tell').state === 'failed')
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(work.tries).toHaveLength(1)
  })

  it('ends an action whose node gave up with a FatalError, and tries again one that broke', async () => {
    work.perform = async (order) => {
      if (order.action.id === 'fatal_tell') throw new FatalError('TEST_FATAL', 'No such thing.')
      if (order.attempt === 1) throw new RetryableError('TEST_BROKE', 'Broke once.')
      if (order.attempt === 2) throw new TypeError('A bug.')
      return delivered
    }
    await startQueue(backend, store, work, 'a')
    store.write('fatal_tell')
    store.write('broke_tell')
    await isDelivered('broke_tell')
    await until('the failure', () => store.action('fatal_tell').state === 'failed')
    expect(store.action('fatal_tell').detail).toBe('No such thing.')
    expect(store.action('broke_tell').attempts).toBe(3)
  })

  it('writes a result down when the database is back, without delivering again', async () => {
    work.perform = async () => {
      store.isAway = true
      return delivered
    }
    await startQueue(backend, store, work, 'a')
    store.write('kept_tell')
    await until('the delivery', () => work.tries.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    store.isAway = false
    await isDelivered('kept_tell')
    expect(work.tries).toHaveLength(1)
  })

  it('queues what an action made, tells sessions and browsers, and only after it was written', async () => {
    const heard: LiveMessage[] = []
    work.perform = async (order) => {
      if (order.action.id !== 'first_tell') return delivered
      const input = { id: 'in1', streamId: 'flow-cam', node: 'model', port: 'answer', message: order.action.message }
      return { ...delivered, actions: [{ ...order.action, id: 'first_next' }], inputs: [input] }
    }
    const queue = await startQueue(backend, store, work, 'a', { pauses: { sweepMs: 60_000 } })
    queue.bus.subscribe((message) => heard.push(message))
    store.write('first_tell')
    queue.nudgeActions()
    await isDelivered('first_next')
    await until('the last word', () => heard.filter(({ type }) => type === 'delivery').length === 4)
    expect(
      heard.map((message) =>
        message.type === 'delivery' ? `${message.delivery.id} ${message.delivery.state}` : message.type,
      ),
    ).toEqual(['first_tell running', 'first_tell delivered', 'input', 'first_next running', 'first_next delivered'])
  })

  it('gives actions their jobs back when the queue has forgotten all of them', async () => {
    work.perform = async (order) =>
      order.attempt === 1 ? { ...delivered, state: 'retrying', detail: '503', retryAfterMs: 60_000 } : delivered
    await startQueue(backend, store, work, 'a', { pauses: { forgottenAfterMs: 800 } })
    store.write('lost_tell')
    await until('the first try', () => work.tries.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await backend.forgetJobs()
    await isDelivered('lost_tell')
    expect(store.action('lost_tell').attempts).toBe(2)
  })

  it('does not deliver twice at a time when the queue forgot an action that is under way', async () => {
    const release = Promise.withResolvers<void>()
    work.perform = async () => {
      await release.promise
      return delivered
    }
    await startQueue(backend, store, work, 'a', { pauses: { forgottenAfterMs: 300 } })
    store.write('busy_tell')
    await until('the first try', () => work.tries.length === 1)
    await backend.forgetJobs()
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    release.resolve()
    await isDelivered('busy_tell')
    expect(work.tries).toHaveLength(1)
  })

  it('lets running actions end before it shuts down', async () => {
    const release = Promise.withResolvers<void>()
    work.perform = async () => {
      await release.promise
      return delivered
    }
    const queue = await startQueue(backend, store, work, 'a')
    store.write('slow_tell')
    await until('the try', () => work.tries.length === 1)
    const ended = queue.end()
    setTimeout(() => release.resolve(), 500)
    await ended
    expect(store.action('slow_tell').state).toBe('delivered')
  })

  it('hands over at once an action that does not end in time', async () => {
    work.perform = (_order, signal) =>
      work.tries.length > 1
        ? Promise.resolve(delivered)
        : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    const leaving = await startQueue(backend, store, work, 'leaving', { endLimitMs: 300 })
    store.write('stuck_tell')
    await until('the try', () => work.tries.length === 1)
    await leaving.end()
    const leftAtMs = Date.now()
    await startQueue(backend, store, work, 'staying')
    await isDelivered('stuck_tell')
    expect(Date.now() - leftAtMs).toBeLessThan(2_000)
  })
})
