// The queue over the real store: what the double promises, checked where it counts.
import type { QueueWork } from '../../runtime/compose-queue.ts'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '../../nodes/contract/plan.ts'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import type { StreamRef } from '../../runtime/queue/records.ts'
import { createStore } from '../../runtime/compose-store.ts'
import type { Store } from '../../runtime/compose-store.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { backends, until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueueChild } from '../support/queue-child-process.ts'
import type { QueueChild } from '../support/queue-child-process.ts'
import { quietLog, startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

const plan: Plan = {
  format: 'heed.plan/1',
  name: 'Fall alert',
  streams: [
    {
      id: 'cam',
      source: { id: 'cam', type: 'camera-source', version: 1, config: {} },
      taps: { longSide: 640, floor: { width: 256, height: 192 } },
      ticks: [],
      actions: [{ id: 'tell', type: 'notification', version: 1, config: {} }],
      routes: { 'model.response': [{ to: 'action', node: 'tell', port: 'message' }] },
    },
  ],
}

describe.each(backends)('the real store with the queue on %s', (name) => {
  let database: TestDatabase
  let backend: QueueBackend
  let store: Store
  let work: RecordingWork
  let child: QueueChild | undefined

  beforeAll(async () => {
    database = await withDatabase()
    // Alone on a machine one database carries both.
    const own = {
      name,
      databaseUrl: database.url,
      redisUrl: undefined,
      stop: async () => undefined,
      start: async () => undefined,
      close: async () => undefined,
    }
    backend =
      name === 'redis'
        ? await withQueue('redis')
        : {
            ...own,
            forgetJobs: async () => {
              await database.query('delete from bullmq.job')
            },
          }
    store = await createStore({
      databaseUrl: database.url,
      secretKey: randomBytes(32),
      log: quietLog(),
      nowMs: () => Date.now(),
    })
  })
  afterAll(async () => {
    await store.close()
    await backend.close()
    await database.drop()
  })
  beforeEach(() => {
    work = new RecordingWork()
  })
  afterEach(async () => {
    await child?.kill()
    child = undefined
    await stopAll()
    for (const { id } of await store.flows.list()) await store.deployments.stop(id)
  })

  const deploy = async (): Promise<{ flowId: string; ref: StreamRef }> => {
    const { id } = await store.flows.create({ format: 'heed.flow/1', name: 'Fall alert', nodes: [], wires: [] })
    const {
      started: [ref],
    } = await store.deployments.deploy(id, 1, plan)
    if (!ref) throw new Error('Nothing was started.')
    return { flowId: id, ref }
  }
  const stateOf = async (flowId: string) => (await store.deployments.status(flowId)).state
  const commitAlert = async (order: SessionOrder, tick: number): Promise<void> => {
    const { streamId, run, generation } = order
    const eventId = `${streamId}-${run}-${tick}`
    const at = new Date().toISOString()
    const message = {
      id: eventId,
      eventId,
      at,
      text: 'Somebody fell.',
      source: { flow: order.flow.id, node: 'model', stream: streamId },
    }
    await store.engine.commitTick({
      streamId,
      run,
      generation,
      flowId: order.flow.id,
      tick,
      mediaTimeS: tick,
      decisions: [],
      states: {},
      consumed: [],
      remote: [],
      events: [
        {
          id: eventId,
          kind: 'response.given',
          flowId: order.flow.id,
          revision: 1,
          streamId,
          node: 'model',
          tick,
          at,
          mediaTimeS: tick,
          text: message.text,
          fields: {},
          frame: null,
        },
      ],
      actions: [
        {
          id: `${eventId}_tell`,
          eventId,
          flowId: order.flow.id,
          streamId,
          run,
          node: 'tell',
          port: 'message',
          message,
        },
      ],
    })
  }
  /** Work whose sessions raise an alert as soon as they run. */
  const alerting = (tick: number): QueueWork => {
    const recording = work.of('a')
    return {
      ...recording,
      runStream: async (order, signal) => {
        await commitAlert(order, tick)
        return recording.runStream(order, signal)
      },
    }
  }
  const deliveryOf = async (flowId: string) =>
    (await store.events.list({ flow: flowId, kind: 'response.given', limit: 10 })).events[0]?.deliveries[0]

  it('brings an alert from a session to its delivery, then stops as asked', async () => {
    const queue = await startQueue(backend, store.queue, work, 'a', { work: alerting(1) })
    const { flowId, ref } = await deploy()
    await queue.control.start([ref])
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered')
    expect(work.tries).toHaveLength(1)
    const { stopped } = await store.deployments.stop(flowId)
    await queue.control.stop(stopped)
    await until('the end', () => work.running().length === 0)
    expect(await stateOf(flowId)).toBe('stopped')
  })

  it('delivers within a tenth of a second of the commit', async () => {
    const tookMs: number[] = []
    let committedAtMs = 0
    const orders: SessionOrder[] = []
    const recording = work.of('a')
    const queue = await startQueue(backend, store.queue, work, 'a', {
      pauses: { sweepMs: 60_000 },
      work: {
        ...recording,
        runStream: (order, signal) => {
          orders.push(order)
          return recording.runStream(order, signal)
        },
      },
    })
    work.perform = async () => {
      tookMs.push(performance.now() - committedAtMs)
      return delivered
    }
    const { ref } = await deploy()
    await queue.control.start([ref])
    const order = await until('the session', () => orders[0])
    for (let tick = 1; tick <= 60; tick++) {
      committedAtMs = performance.now()
      await commitAlert(order, tick)
      queue.nudgeActions()
      await until('it is performed', () => tookMs.length === tick)
    }
    tookMs.sort((a, b) => a - b)
    console.log(
      `[${name}, real store] before commit to performed: p50 ${tookMs[29]?.toFixed(1)} ms, p95 ${tookMs[56]?.toFixed(1)} ms`,
    )
    expect(tookMs[56]).toBeLessThan(100)
  })

  it('resumes a stream under a new generation, the former one being refused', async () => {
    const first = await startQueue(backend, store.queue, work, 'a', { work: alerting(5) })
    const { flowId, ref } = await deploy()
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
    await expect(commitAlert({ ...order, generation: 1 }, 6)).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    expect(await stateOf(flowId)).not.toBe('stopped')
  })

  it('delivers again, under the same id, what a killed process did not record', async () => {
    const { flowId, ref } = await deploy()
    const order = await store.queue.claimStream(ref)
    if (!order) throw new Error('The stream is not wanted.')
    await commitAlert(order, 1)
    child = await startQueueChild(backend, store.queue)
    const made = await until('the child delivers', () => child?.seen.find(({ what }) => what === 'delivery'))
    await child.kill()
    await startQueue(backend, store.queue, work, 'heir')
    await until('the delivery', async () => (await deliveryOf(flowId))?.state === 'delivered', 20_000)
    expect(work.tries.filter(({ id }) => id === made.id)).toEqual([expect.objectContaining({ attempt: 2 })])
  }, 40_000)

  it('gives streams and actions their jobs back when the queue has forgotten all of them', async () => {
    work.perform = async (order) =>
      order.attempt === 1 ? { ...delivered, state: 'retrying', detail: '503', retryAfterMs: 60_000 } : delivered
    const queue = await startQueue(backend, store.queue, work, 'a', {
      work: alerting(1),
      pauses: { reconcileMs: 500, forgottenAfterMs: 800 },
    })
    const { flowId, ref } = await deploy()
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
    const { flowId, ref } = await deploy()
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
