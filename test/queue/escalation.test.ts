// The same escalation in real seconds: on the real queue over the real store, through a restart and a queue that forgot.
import type { QueueWork } from '../../runtime/compose-queue.ts'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { performAction } from '../../runtime/actions/perform.ts'
import { createStore, type Store } from '../../runtime/compose-store.ts'
import { withDatabase, type TestDatabase } from '../support/database.ts'
import { escalationPlan } from '../support/escalation.ts'
import { eachBackend } from '../support/each-backend.ts'
import { until, withQueue, type QueueBackend } from '../support/queue.ts'
import { clock, quietLog, startQueue, stopAll } from '../support/queue-worker.ts'
import { testClients, toldNothing } from '../support/test-clients.ts'
import { RecordingWork } from '../support/recording-work.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

/** 1.5 s. */
const afterM = 0.025

eachBackend('an escalation with the queue on %s', (name) => {
  let database: TestDatabase
  let backend: QueueBackend
  let store: Store
  let receiver: WebhookReceiver
  const http = createHttp()
  const log = quietLog()

  beforeAll(async () => {
    database = await withDatabase()
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
    store = await createStore({ databaseUrl: database.url, secretKey: randomBytes(32), log, nowMs: () => Date.now() })
  })
  afterAll(async () => {
    await http.close()
    await store.close()
    await backend.close()
    await database.drop()
  })
  beforeEach(async () => {
    receiver = await startWebhookReceiver()
  })
  afterEach(async () => {
    await stopAll(backend)
    await receiver.stop()
  })

  const work: Pick<QueueWork, 'performAction'> = {
    performAction: (order, signal) =>
      performAction(
        order,
        {
          clock,
          log,
          http,
          nodes: new Map([['notification', notification]]),
          acknowledgeUrl: ({ eventId }) => `http://heed.test/ack/${eventId}`,
          absoluteUrl: (path) => path,
          connections: { get: (each) => store.connections.get(each), sign: async () => undefined },
          pictures: { ofEvent: (id) => store.events.frame(id), recentOfEvent: async () => [], md5: () => '' },
          clients: testClients({
            events: {
              isAcknowledged: async (id) => (await store.events.get(id)).acknowledgedAt !== null,
              told: toldNothing,
            },
          }),
        },
        signal,
      ),
  }
  const start = (who: string) => {
    const recording = new RecordingWork()
    return startQueue(backend, store.queue, recording, who, {
      work: { ...recording.of(who), ...work },
      pauses: { reconcileMs: 500, forgottenAfterMs: 800, actionMs: () => 50 },
    })
  }
  /** Deploys the three steps and commits one fall; gives its event. */
  const fall = async (everyM = 0): Promise<string> => {
    const { id: flowId } = await store.flows.create({ format: 'heed.flow/1', name: 'Fall alert', nodes: [], wires: [] })
    const {
      started: [ref],
    } = await store.deployments.deploy(flowId, 1, escalationPlan(receiver.url, { afterM, everyM }))
    const order = ref && (await store.queue.claimStream(ref))
    if (!order) throw new Error('Nothing was started.')
    const { streamId, run, generation } = order
    const eventId = `${streamId}-${run}-1`
    const at = new Date().toISOString()
    const message = {
      id: eventId,
      eventId,
      at,
      text: 'A person has fallen.',
      source: { flow: flowId, node: 'model', stream: streamId },
    }
    await store.engine.commitTick({
      streamId,
      run,
      generation,
      flowId,
      tick: 1,
      mediaTimeS: 1,
      decisions: [],
      states: {},
      consumed: [],
      remote: [],
      events: [
        {
          id: eventId,
          kind: 'response.given',
          flowId,
          revision: 1,
          streamId,
          node: 'model',
          tick: 1,
          at,
          mediaTimeS: 1,
          text: message.text,
          fields: {},
          frame: null,
        },
      ],
      actions: [{ id: `${eventId}_family`, eventId, flowId, streamId, run, node: 'family', port: 'message', message }],
    })
    return eventId
  }
  const told = () => receiver.received.map(({ body }) => String(body.title))

  it('reaches all three, in time, through a restart of the worker and a queue that has forgotten its jobs', async () => {
    const eventId = await fall()
    const first = await start('a')
    first.nudgeActions()
    await until('the family is told', () => told().includes('family'))
    await first.end()
    await backend.forgetJobs()
    await start('b')
    await until('the neighbour is told', () => told().includes('neighbour'))
    await until('the desk is told', () => told().includes('desk'))
    expect(told()).toEqual(['family', 'neighbour', 'desk'])
    const [one = 0, two = 0, three = 0] = receiver.received.map(({ atMs }) => atMs)
    expect(two - one).toBeGreaterThanOrEqual(1_450)
    expect(three - two).toBeGreaterThanOrEqual(1_450)
    console.log(
      `[${name}] steps of 1.5 s took ${two - one} ms (worker restarted, jobs forgotten) and ${three - two} ms`,
    )
    expect(new Set(receiver.received.map(({ body }) => body.acknowledgeUrl))).toEqual(
      new Set([`http://heed.test/ack/${eventId}`]),
    )
  })

  it('reminds until the first event is acknowledged, and then tells nobody else', async () => {
    const eventId = await fall(0.005)
    const queue = await start('a')
    queue.nudgeActions()
    await until('two reminders', () => told().length >= 3)
    await store.events.acknowledge(eventId, 'Ana')
    const count = told().length
    // On a slow machine the neighbour's turn may have come before anybody acknowledged; after it, nobody else's.
    const others = told().filter((title) => !title.startsWith('family'))
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(told().length).toBeLessThanOrEqual(count + 1)
    expect(told().filter((title) => !title.startsWith('family'))).toEqual(others)
    expect(new Set(receiver.received.map(({ key }) => key)).size).toBe(told().length)
  })
})
