// A clip lives in one machine's folder: its streams run there, and nowhere else.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ClipFinder } from '../../runtime/cameras/clip-finder.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { RecordingWork } from '../support/recording-work.ts'

const trouble = { code: 'CAMERA_NOT_FOUND', message: 'There is no such clip.' }

eachBackend('a stream of a clip, on %s', (name) => {
  let backend: QueueBackend
  let store: MemoryQueueStore
  let work: RecordingWork
  /** Which worker has which clip. */
  let folders: Record<string, string[]>

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  beforeEach(() => {
    store = new MemoryQueueStore()
    work = new RecordingWork()
    folders = {}
  })
  afterEach(() => stopAll(backend))

  const start = (worker: string, isAlone = false) =>
    startQueue(backend, store, work, worker, {
      clips: {
        find: async (path) => {
          if (folders[worker]?.includes(path)) return { place: 'here' }
          if (Object.values(folders).some((clips) => clips.includes(path))) return { place: 'elsewhere' }
          return { place: 'nowhere', isAlone, trouble }
        },
      } satisfies ClipFinder,
    })
  const want = (streamId: string, clip: string) => {
    const ref = store.want(streamId)
    store.stream(ref).clip = clip
    return ref
  }

  it('runs on the worker that has it', async () => {
    folders = { a: [], b: ['b.mp4'] }
    const queues = [await start('a')]
    const refs = ['one', 'two', 'three'].map((id) => want(id, 'b.mp4'))
    await queues[0]?.control.start(refs)
    await until('a leaves them to others', () => (queues[0]?.stats.streams.leftForClip ?? 0) >= refs.length)
    queues.push(await start('b'))
    await until('all sessions', () => work.running().length === refs.length, 60_000)
    expect(new Set(work.sessions.map(({ worker }) => worker))).toEqual(new Set(['b']))
    expect(refs.map((ref) => [store.stream(ref).generation, store.stream(ref).deferred])).toEqual(
      refs.map(() => [1, undefined]),
    )
  })

  it('says that no machine has it, and runs once one has', async () => {
    folders = { a: [] }
    const queue = await start('a')
    const said: unknown[] = []
    queue.bus.subscribe((message) => {
      if (message.type === 'status') said.push(message)
    })
    const ref = want('gone', 'films/fall.mp4')
    await queue.control.start([ref])
    const words = 'No running machine has the clip fall.mp4. Upload it again, or share the media folder.'
    await until('the reason', () => store.stream(ref).deferred === words)
    expect(said[0]).toMatchObject({ flow: 'flow', status: { id: 'gone', state: 'degraded', reason: words } })
    expect([store.stream(ref).ended, work.sessions]).toEqual([null, []])
    folders = { a: ['films/fall.mp4'] }
    await until('the session', () => work.running('gone').length === 1, 15_000)
  })

  it('fails with its own reason in a process that is alone', async () => {
    const queue = await start('a', true)
    const ref = want('alone', 'gone.mp4')
    await queue.control.start([ref])
    await until('the session, which fails', () => work.running('alone').length === 1)
    expect(store.stream(ref).deferred).toBeUndefined()
  })
})
