import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

eachBackend('upkeep on %s', (name) => {
  let backend: QueueBackend

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  afterEach(() => stopAll(backend))

  it('sweeps until nothing is left and makes partitions, once for all workers', async () => {
    const store = new MemoryQueueStore()
    for (const worker of ['a', 'b']) await startQueue(backend, store, new RecordingWork(), worker)
    // The double says "more" twice, then "done".
    await until('both tasks', () => store.retentionRuns >= 3 && store.partitionRuns >= 1)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect({ sweeps: store.retentionRuns, partitions: store.partitionRuns }).toEqual({ sweeps: 3, partitions: 1 })
  })

  it('does not run again at each restart', async () => {
    const store = new MemoryQueueStore()
    await startQueue(backend, store, new RecordingWork(), 'a')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect({ sweeps: store.retentionRuns, partitions: store.partitionRuns }).toEqual({ sweeps: 0, partitions: 0 })
  })
})
