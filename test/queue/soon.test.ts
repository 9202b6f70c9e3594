// How soon an alert leaves once it is written down, on either backend. It measures, so nothing may run beside it.
import { afterEach, describe, expect, it } from 'vitest'
import type { SessionOrder } from '../../runtime/streams/records.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { backends, until, withQueue } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { withRealStore } from '../support/real-store.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

describe.each(backends)('an alert, queue on %s', (name) => {
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  it('delivers soon after a nudge', async () => {
    const backend = await withQueue(name)
    closers.push(
      () => backend.close(),
      () => stopAll(backend),
    )
    const store = new MemoryQueueStore()
    const work = new RecordingWork()
    const queue = await startQueue(backend, store, work, 'a', { pauses: { sweepMs: 60_000 } })
    const tookMs: number[] = []
    for (let count = 0; count < 100; count++) {
      const id = `evt${count}_tell`
      const writtenAtMs = performance.now()
      store.write(id)
      if (count % 2) queue.nudgeActions()
      else queue.bus.publish({ type: 'actions' })
      await new Promise<void>((resolve) => {
        const stop = queue.bus.subscribe((message) => {
          if (message.type !== 'delivery' || message.delivery.id !== id || message.delivery.state !== 'delivered')
            return
          stop()
          resolve()
        })
      })
      tookMs.push(performance.now() - writtenAtMs)
    }
    tookMs.sort((a, b) => a - b)
    console.log(
      `[${name}] written to delivered: p50 ${tookMs[49]?.toFixed(1)} ms, p95 ${tookMs[94]?.toFixed(1)} ms, max ${tookMs[99]?.toFixed(1)} ms`,
    )
    expect(tookMs[94]).toBeLessThan(1000)
    expect(work.tries).toHaveLength(100)
  })

  it('delivers soon after the commit, long before the next sweep', async () => {
    const { backend, store, deploy, commitAlert, close } = await withRealStore(name)
    closers.push(close, () => stopAll(backend))
    const work = new RecordingWork()
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
    expect(tookMs[56]).toBeLessThan(1000)
  })
})
