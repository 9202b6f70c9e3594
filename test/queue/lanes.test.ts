// Alerts, questions and speech do not wait for one another, and one receiver takes no other's place.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Lane } from '../../nodes/contract/define.ts'
import { laneLimits } from '../../runtime/actions/worker.ts'
import type { ActionOrder } from '../../runtime/actions/records.ts'
import { MemoryQueueStore } from '../support/memory-queue-store.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { startQueue, stopAll } from '../support/queue-worker.ts'
import { delivered, RecordingWork } from '../support/recording-work.ts'

const lanesByType: Record<string, Lane> = { notification: 'alerts', ask: 'questions', say: 'speech' }
const laneOf = (type: string | undefined): Lane => lanesByType[type ?? ''] ?? 'alerts'

eachBackend('lanes on %s', (name) => {
  let backend: QueueBackend
  let store: MemoryQueueStore
  let work: RecordingWork
  let release: PromiseWithResolvers<void>

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  beforeEach(() => {
    store = new MemoryQueueStore()
    work = new RecordingWork()
    work.laneOf = laneOf
    release = Promise.withResolvers()
  })
  afterEach(async () => {
    release.resolve()
    await stopAll(backend)
  })

  const isDelivered = (id: string) => until(`${id} is delivered`, () => store.actions.get(id)?.state === 'delivered')
  const triesOf = (prefix: string) => work.tries.filter(({ id }) => id.startsWith(prefix))
  /** Receivers by the word before the first "-": those of `hanging` keep silent until they are released. */
  const receivers = (hanging: RegExp) => {
    work.address = (order) => ({ receiver: order.action.id.split('-')[0] })
    work.perform = async (order) => {
      if (hanging.test(order.action.id)) await release.promise
      return delivered
    }
  }
  const silent = { ...delivered, state: 'retrying', detail: 'No answer.', isUnanswered: true } as const

  it('lets an alert pass sixty questions to a slow agent, and speech too', async () => {
    receivers(/^agent/)
    const queue = await startQueue(backend, store, work, 'a')
    for (let count = 0; count < 60; count++) store.write(`agent-${count}`, 0, 'ask')
    queue.nudgeActions()
    await until('questions are under way', () => triesOf('agent').length >= laneLimits.questions.places)
    store.write('alert-1')
    store.write('voice-1', 0, 'say')
    queue.nudgeActions()
    await Promise.all([isDelivered('alert-1'), isDelivered('voice-1')])
    expect(
      [...store.actions.values()].filter(({ id, state }) => id.startsWith('agent') && state === 'delivered'),
    ).toEqual([])
    release.resolve()
    await until('all answered', () => [...store.actions.values()].every(({ state }) => state === 'delivered'))
    expect(new Set(triesOf('agent').map(({ attempt }) => attempt))).toEqual(new Set([1]))
  })

  it('delivers to a healthy receiver while eight streams alert one that hangs', async () => {
    receivers(/^hangs/)
    const lanes = { alerts: { ...laneLimits.alerts, slots: 12 } }
    const queue = await startQueue(backend, store, work, 'a', { lanes })
    for (let count = 0; count < 40; count++) store.write(`hangs-${count}`)
    queue.nudgeActions()
    await until('the hanging one has its places', () => triesOf('hangs').length === laneLimits.alerts.places)
    store.write('healthy-1')
    queue.nudgeActions()
    await isDelivered('healthy-1')
    expect(triesOf('hangs')).toHaveLength(laneLimits.alerts.places)
    expect(store.action('hangs-39')).toMatchObject({ state: 'pending', attempts: 0 })
    release.resolve()
    await until('all delivered', () => [...store.actions.values()].every(({ state }) => state === 'delivered'))
    expect(triesOf('hangs')).toHaveLength(40)
  })

  it('leaves a receiver alone that does not answer, says so, counts no try, and loses nothing', async () => {
    let isBack = false
    work.address = () => ({ receiver: 'hook.example.org' })
    work.perform = async () => (isBack ? delivered : silent)
    const lanes = { alerts: { ...laneLimits.alerts, firstPauseMs: 1_500 } }
    const queue = await startQueue(backend, store, work, 'a', { lanes })
    store.write('first')
    queue.nudgeActions()
    await until('three tries in vain', () => work.tries.length >= 3)
    store.write('second')
    queue.nudgeActions()
    await until('the reason', () =>
      /^hook\.example\.org has not answered since \d\d:\d\d; trying again/.test(store.action('second').detail),
    )
    expect(store.action('second').attempts).toBe(0)
    expect(queue.stats.actions.silent).toHaveLength(1)
    isBack = true
    await Promise.all([isDelivered('first'), isDelivered('second')])
    expect(store.action('second').attempts).toBe(1)
    expect(queue.stats.actions.silent).toEqual([])
  })

  it('puts reminders and deadlines off although the receiver is left alone', async () => {
    const nextOf = ({ action }: ActionOrder) => [{ ...action, id: `${action.id}~deadline`, phase: 'deadline' }]
    work.address = (order) =>
      order.action.id.endsWith('deadline') ? {} : { receiver: 'hook', following: nextOf(order) }
    work.perform = async (order) => (order.action.id.endsWith('deadline') ? delivered : silent)
    const lanes = { alerts: { ...laneLimits.alerts, patience: 1, firstPauseMs: 600_000 } }
    const queue = await startQueue(backend, store, work, 'a', { lanes })
    store.write('first')
    queue.nudgeActions()
    await until('one try in vain', () => work.tries.length === 1)
    store.write('second')
    queue.nudgeActions()
    await isDelivered('second~deadline')
    expect(triesOf('second').map(({ id }) => id)).toEqual(['second~deadline'])
  })

  it('performs a job that was queued when all actions shared one line', async () => {
    receivers(/^nobody/)
    work.laneOf = () => 'alerts'
    work.address = () => ({ lane: 'questions' })
    await startQueue(backend, store, work, 'a', { pauses: { forgottenAfterMs: 60_000 } })
    store.write('old', 0, 'ask')
    await isDelivered('old')
    expect(work.tries.map(({ attempt }) => attempt)).toEqual([1])
  })
})
