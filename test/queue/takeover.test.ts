import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueueChild } from '../support/queue-child-process.ts'
import type { QueueChild } from '../support/queue-child-process.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

eachBackend('a killed worker on %s', (name) => {
  let backend: QueueBackend
  let store: MemoryQueueStore
  let work: RecordingWork
  let child: QueueChild | undefined

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  beforeEach(() => {
    store = new MemoryQueueStore()
    work = new RecordingWork()
  })
  afterEach(async () => {
    await child?.kill()
    child = undefined
    await stopAll(backend)
  })

  it('loses its streams to another one within fifteen seconds', async () => {
    child = await startQueueChild(backend, store)
    const refs = Array.from({ length: 3 }, (_, index) => store.want(`killed-${index}`))
    await until(
      'the child runs all streams',
      () => child?.seen.filter(({ what }) => what === 'session').length === refs.length,
    )
    await startQueue(backend, store, work, 'heir')
    // Not right after a renewal, not right before one: somewhere within the two seconds.
    await new Promise((resolve) => setTimeout(resolve, 3_700))
    const killedAtMs = Date.now()
    await child.kill()
    await until('all streams elsewhere', () => work.running().length === refs.length, 20_000)
    const tookMs = Math.max(...work.running().map((session) => session.startedAtMs)) - killedAtMs
    console.log(`[${name}] streams of a killed worker run elsewhere after ${tookMs} ms`)
    expect(tookMs).toBeLessThan(15_000)
    expect(work.running().every((session) => session.generation === 2)).toBe(true)
  })

  it('that died before it took a changed plan is followed by one that runs by it', async () => {
    child = await startQueueChild(backend, store)
    const ref = store.want('changing')
    store.deploy(ref, 'd1')
    await until('the child runs it', () => child?.seen.some(({ what }) => what === 'session'))
    store.deploy(ref, 'd2')
    await child.kill()
    await startQueue(backend, store, work, 'heir')
    await until('the stream elsewhere', () => work.running().length === 1, 20_000)
    expect(work.running()).toMatchObject([{ run: 1, generation: 2, deploymentId: 'd2' }])
    expect(work.running()[0]?.takeChange()).toBeUndefined()
  })

  it('has its delivery made again under the same id when it died between doing and recording', async () => {
    child = await startQueueChild(backend, store)
    store.write('evt1_tell')
    await until('the child delivers', () => child?.seen.find(({ what }) => what === 'delivery'))
    await child.kill()
    expect(store.action('evt1_tell')).toMatchObject({ state: 'pending', attempts: 1 })
    const killedAtMs = Date.now()
    await startQueue(backend, store, work, 'heir')
    await until('the delivery elsewhere', () => store.action('evt1_tell').state === 'delivered', 20_000)
    console.log(`[${name}] delivery of a killed worker made again after ${Date.now() - killedAtMs} ms`)
    expect(work.tries).toEqual([expect.objectContaining({ id: 'evt1_tell', attempt: 2 })])
  })

  it('has what it held taken over at once by a process that alone can bear its name, and only that', async () => {
    child = await startQueueChild(backend, store, 'owner')
    const refs = Array.from({ length: 3 }, (_, index) => store.want(`owned-${index}`))
    store.write('evt3_tell')
    await until(
      'the child runs all streams',
      () => child?.seen.filter(({ what }) => what === 'session').length === refs.length,
    )
    await until('the child delivers', () => child?.seen.some(({ what }) => what === 'delivery'))
    const stranger = await startQueue(backend, store, work, 'stranger', { soleName: 'another owner' })
    expect(work.sessions).toEqual([])
    await stranger.end()
    await child.kill()
    const killedAtMs = Date.now()
    await startQueue(backend, store, work, 'heir', { soleName: 'owner' })
    await until(
      'all streams and the delivery',
      () => work.running().length === refs.length && store.action('evt3_tell').state === 'delivered',
    )
    // A lease alone would last eight.
    expect(Date.now() - killedAtMs).toBeLessThan(7_500)
    expect(work.running().map(({ generation }) => generation)).toEqual([2, 2, 2])
    expect(work.tries).toEqual([expect.objectContaining({ id: 'evt3_tell', attempt: 2 })])
  })

  it('loses no action that was written but not yet queued', async () => {
    child = await startQueueChild(backend, store)
    await child.kill()
    store.write('evt2_tell')
    await startQueue(backend, store, work, 'heir')
    await until('the delivery', () => store.action('evt2_tell').state === 'delivered')
    expect(work.tries).toHaveLength(1)
  })
})
