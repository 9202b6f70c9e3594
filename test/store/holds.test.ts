import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeStore, openStore, runFlow, samplePlan } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('holds of streams', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const keep = (ids: string[], holder: string, forMs = 60_000) => under.store.queue.keepHolds(ids, holder, forMs)
  const run = async () => {
    const { flowId, keys } = await runFlow(under.store, ['cam', 'yard'])
    return { flowId, ids: keys.map(({ streamId }) => streamId) }
  }

  test('are of one worker, who may hold on, until it lets go', async () => {
    const { ids } = await run()
    const [cam = '', yard = ''] = ids
    expect(await keep([cam], 'a')).toEqual([])
    expect(await keep([cam], 'a')).toEqual([])
    expect(await keep(ids, 'b')).toEqual([cam])
    expect(await keep(ids, 'a')).toEqual([yard])
    await under.store.queue.releaseHold(cam, 'b')
    expect(await keep([cam], 'b')).toEqual([cam])
    await under.store.queue.releaseHold(cam, 'a')
    expect(await keep([cam], 'b')).toEqual([])
  })

  test('are had by one alone when many ask at the same moment', async () => {
    const [cam = ''] = (await run()).ids
    const refusals = await Promise.all(['a', 'b', 'c', 'd'].map((holder) => keep([cam], holder)))
    expect(refusals.filter((refused) => refused.length === 0)).toHaveLength(1)
  })

  test('run out by the clock of the database', async () => {
    const [cam = ''] = (await run()).ids
    expect(await keep([cam], 'dead', 0)).toEqual([])
    expect(await keep([cam], 'heir')).toEqual([])
    expect(await keep([cam], 'dead')).toEqual([cam])
  })

  test('outlast a new deployment, and keep nobody from a stream that is gone', async () => {
    const { flowId, ids } = await run()
    const [cam = ''] = ids
    await keep([cam], 'a')
    await under.store.deployments.deploy(flowId, 1, samplePlan(['cam']))
    expect(await keep([cam], 'b')).toEqual([cam])
    expect(await keep(['never-there'], 'b')).toEqual([])
    expect(await keep([], 'b')).toEqual([])
  })
})
