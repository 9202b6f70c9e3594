// The queue over the real store: what the double promises, checked where it counts.
import type { QueueWork } from '../../runtime/compose-queue.ts'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import type { Store } from '../../runtime/compose-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueueChild } from '../support/queue-child-process.ts'
import type { QueueChild } from '../support/queue-child-process.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { withRealStore, type RealStore } from '../support/real-store.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

eachBackend('the real store with the queue on %s', (name) => {
  let real: RealStore
  let store: Store
  let backend: QueueBackend
  let work: RecordingWork
  let child: QueueChild | undefined

  beforeAll(async () => {
    real = await withRealStore(name)
    ;({ store, backend } = real)
  })
  afterAll(() => real.close())
  beforeEach(() => {
    work = new RecordingWork()
  })
  afterEach(async () => {
    await child?.kill()
    child = undefined
    await stopAll(backend)
    for (const { id } of await store.flows.list()) await store.deployments.stop(id)
  })

  const stateOf = async (flowId: string) => (await store.deployments.status(flowId)).state
  /** Work whose sessions raise an alert as soon as they run. */
  const alerting = (tick: number): QueueWork => {
    const recording = work.of('a')
    return {
      ...recording,
      runStream: async (order, signal) => {
        await real.commitAlert(order, tick)
        return recording.runStream(order, signal)
      },
    }
  }
  const deliveryOf = async (flowId: string) =>
    (await store.events.list({ flow: flowId, kind: 'response.given', limit: 10 })).events[0]?.deliveries[0]

  it('brings an alert from a session to its delivery, then stops as asked', async () => {
    const queue = await startQueue(backend, store.queue, work, 'a', { work: alerting(1) })
    const { flowId, ref } = await real.deploy()
    await queue.control.start([ref])
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered')
    expect(work.tries).toHaveLength(1)
    const { stopped } = await store.deployments.stop(flowId)
    await queue.control.stop(stopped)
    await until('the end', () => work.running().length === 0)
    expect(await stateOf(flowId)).toBe('stopped')
  })

  it('resumes a stream under a new generation, the former one being refused', async () => {
    const first = await startQueue(backend, store.queue, work, 'a', { work: alerting(5) })
    const { flowId, ref } = await real.deploy()
    await first.control.start([ref])
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered')
    const orders: SessionOrder[] = []
    const recording = work.of('b')
    await startQueue(backend, store.queue, work, 'b', {
      work: {
        ...recording,
        runStream: (order, signal) => {
          orders.push(order)
          return recording.runStream(order, signal)
        },
      },
    })
    await first.end()
    const order = await until('the stream elsewhere', () => orders[0])
    expect(order).toMatchObject({ ...ref, generation: 2, resume: { tick: 5 } })
    await expect(real.commitAlert({ ...order, generation: 1 }, 6)).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    expect(await stateOf(flowId)).not.toBe('stopped')
  })

  it('delivers again, under the same id, what a killed process did not record', async () => {
    const { flowId, ref } = await real.deploy()
    const order = await store.queue.claimStream(ref)
    if (!order) throw new Error('The stream is not wanted.')
    await real.commitAlert(order, 1)
    child = await startQueueChild(backend, store.queue)
    const made = await until('the child delivers', () => child?.seen.find(({ what }) => what === 'delivery'))
    await child.kill()
    await startQueue(backend, store.queue, work, 'heir')
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered', 20_000)
    expect(work.tries.filter(({ id }) => id === made.id)).toEqual([expect.objectContaining({ attempt: 2 })])
  })

  it('gives streams and actions their jobs back when the queue has forgotten all of them', async () => {
    work.perform = async (order) =>
      order.attempt === 1 ? { ...delivered, state: 'retrying', detail: '503', retryAfterMs: 60_000 } : delivered
    const queue = await startQueue(backend, store.queue, work, 'a', {
      work: alerting(1),
      pauses: { reconcileMs: 500, forgottenAfterMs: 800 },
    })
    const { flowId, ref } = await real.deploy()
    await queue.control.start([ref])
    await until('the first try', async () => (await deliveryOf(flowId))?.attempts === 1)
    await until('it is recorded', async () => (await deliveryOf(flowId))?.detail === '503')
    await backend.forgetJobs()
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered')
    await until('the session again', () => work.running(ref.streamId)[0]?.generation === 2)
  })

  it('ends a delivery that waits for another try the moment a person cancels it', async () => {
    work.perform = async (_order, signal) =>
      signal.aborted
        ? { ...delivered, state: 'failed', detail: (signal.reason as Error).message }
        : { ...delivered, state: 'retrying', detail: '503', retryAfterMs: 3_600_000 }
    const queue = await startQueue(backend, store.queue, work, 'a', { work: alerting(1), pauses: { reconcileMs: 500 } })
    const { flowId, ref } = await real.deploy()
    await queue.control.start([ref])
    await until('it waits for another try', async () => (await deliveryOf(flowId))?.detail === '503')
    const { id } = (await deliveryOf(flowId)) ?? { id: '' }
    expect(await store.deliveries.cancel(id)).toMatchObject({ detail: 'Being cancelled.' })
    queue.bus.publish({ type: 'cancel', action: id })
    await until('it has ended', async () => (await deliveryOf(flowId))?.state === 'failed')
    expect(await deliveryOf(flowId)).toMatchObject({ detail: 'Cancelled by a person.', attempts: 2 })
    await expect(store.deliveries.cancel(id)).rejects.toMatchObject({ code: 'DELIVERY_DONE' })
  })
})
