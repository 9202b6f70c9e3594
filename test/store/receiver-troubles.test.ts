// Whom a flow cannot reach, as the database keeps it: for how long, for whom, and what ends it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ActionOutcome, ReceiverTrouble } from '../../runtime/actions/records.ts'
import {
  closeStore,
  openStore,
  runFlow,
  samplePlan,
  startMs,
  status,
  tickCommit,
  type StoreUnderTest,
} from './samples.ts'

let under: StoreUnderTest
beforeAll(async () => {
  under = await openStore()
})
afterAll(async () => {
  await closeStore(under)
})

const outcome = (more: Partial<ActionOutcome>): ActionOutcome => ({
  state: 'retrying',
  detail: '',
  events: [],
  actions: [],
  inputs: [],
  ...more,
})
const trouble = (more: Partial<ReceiverTrouble> = {}): ReceiverTrouble => ({
  receiver: 'hook.example.org',
  state: 'silent',
  sinceMs: startMs,
  retryAtMs: startMs + 5_000,
  text: 'hook.example.org has not answered since 13:35; trying again at 13:36.',
  ...more,
})
const gone = trouble({ state: 'gone', retryAtMs: null, text: 'The receiver is gone for good (410).' })

/** A running flow with one alert that waits to be told; `again` makes another one. */
async function alerting() {
  const {
    flowId,
    keys: [key],
  } = await runFlow(under.store)
  await under.store.engine.writeStatus([{ ...key!, status: status(key!, { state: 'running' }) }])
  let tick = 0
  const again = async (): Promise<string> => {
    tick += 1
    await under.store.engine.commitTick(tickCommit(key!, flowId, tick))
    return `${key!.streamId}-event-${tick}_tell`
  }
  const { queue, deployments } = under.store
  return {
    flowId,
    again,
    end: async (id: string, more: Partial<ActionOutcome>) => {
      const order = await queue.beginAction(id)
      await queue.endAction(id, outcome(more))
      return order
    },
    now: async () => {
      const { state, receivers } = await deployments.status(flowId)
      return { state, receivers }
    },
  }
}

test('a silent one is shown with its times until it answers', async () => {
  const { again, end, now } = await alerting()
  const [first, second] = [await again(), await again()]
  await end(first, { trouble: trouble(), isHeld: true })
  await end(second, { trouble: trouble({ retryAtMs: startMs + 9_000 }), isHeld: true })
  const at = (ms: number): string => new Date(startMs + ms).toISOString()
  const { text } = trouble()
  expect((await now()).receivers).toEqual([{ node: 'tell', state: 'silent', since: at(0), retryAt: at(9_000), text }])
  expect((await now()).state).toBe('degraded')
  expect(await under.store.deployments.receiversInTrouble()).toBe(1)
  expect((await end(first, { state: 'delivered', trouble: null }))?.trouble).toEqual({ state: 'silent', text })
  expect(await now()).toEqual({ state: 'running', receivers: [] })
  expect(await end(second, { state: 'delivered' })).not.toHaveProperty('trouble')
})

test('a silent one that nothing waits for any more is not shown', async () => {
  const { again, end, now } = await alerting()
  const id = await again()
  await end(id, { trouble: trouble(), isHeld: true })
  await end(id, { state: 'failed' })
  expect((await now()).receivers).toEqual([])
})

test('one that is gone for good stays gone whatever is tried, until the flow is deployed again', async () => {
  const { flowId, again, end, now } = await alerting()
  const [first, second, third] = [await again(), await again(), await again()]
  await end(first, { state: 'failed', trouble: gone })
  expect((await end(second, { state: 'failed', trouble: trouble() }))?.trouble).toMatchObject({ state: 'gone' })
  await end(third, { state: 'delivered', trouble: null })
  expect((await now()).receivers).toMatchObject([{ state: 'gone', retryAt: null, text: gone.text }])
  await under.store.deployments.deploy(flowId, 1, samplePlan())
  expect((await now()).receivers).toEqual([])
})

test('one behind a connection is tried again once that is changed, browsers once one asks anew', async () => {
  const { connections, push } = under.store
  await connections.create({ name: 'team', kind: 'slack', config: {}, secret: { url: 'https://a.example/x' } })
  const { again, end, now } = await alerting()
  await end(await again(), { state: 'failed', trouble: { ...gone, receiver: 'team' } })
  expect((await now()).receivers).toHaveLength(1)
  await connections.update('team', { secret: { url: 'https://b.example/x' } })
  expect((await now()).receivers).toEqual([])
  await end(await again(), { state: 'failed', trouble: { ...gone, receiver: 'Browser push' } })
  await push.add({ endpoint: 'https://push.example/1', keys: { p256dh: 'a', auth: 'b' } }, 'Phone')
  expect((await now()).receivers).toEqual([])
})
