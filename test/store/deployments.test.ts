import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeStore, openStore, runFlow, sampleFlow, samplePlan, startMs, status, tickRecord } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

describe('deployments', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })
  const state = async (flowId: string) => (await under.store.deployments.status(flowId)).state

  test('start a stream for each camera, under the same id at every deploy', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    expect(await under.store.deployments.status(id)).toEqual({
      state: 'stopped',
      deployment: null,
      streams: [],
      receivers: [],
    })
    const first = await under.store.deployments.deploy(id, 1, samplePlan(['cam', 'yard']))
    expect(first.started).toEqual([
      { streamId: `${id}-cam`, run: 1 },
      { streamId: `${id}-yard`, run: 1 },
    ])
    expect(first.superseded).toEqual([])
    const second = await under.store.deployments.deploy(id, 1, samplePlan(['yard', 'door']))
    expect(second.started).toEqual([{ streamId: `${id}-door`, run: 1 }])
    expect(second.kept).toEqual([{ streamId: `${id}-yard`, run: 1 }])
    expect(second.superseded).toEqual([{ streamId: `${id}-cam`, run: 1 }])
    expect((await under.store.queue.wantedStreams()).filter(({ streamId }) => streamId.startsWith(id))).toEqual([
      { streamId: `${id}-door`, run: 1, deploymentId: second.deployment.id },
      { streamId: `${id}-yard`, run: 1, deploymentId: second.deployment.id },
    ])
    expect((await under.store.deployments.status(id)).streams.map((stream) => stream.id)).toEqual([
      `${id}-door`,
      `${id}-yard`,
    ])
    expect(await under.store.deployments.streamFlow(`${id}-cam`)).toBe(id)
    expect(await under.store.deployments.streamFlow('nothing')).toBeUndefined()
  })

  test('are refused for a flow or a revision that is not there', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    await expect(under.store.deployments.deploy('fnothing', 1, samplePlan())).rejects.toMatchObject({
      code: 'FLOW_NOT_FOUND',
    })
    await expect(under.store.deployments.deploy(id, 2, samplePlan())).rejects.toMatchObject({
      code: 'FLOW_REVISION_NOT_FOUND',
    })
    await expect(under.store.deployments.status('fnothing')).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND' })
  })

  test('are as well as their worst stream', async () => {
    const {
      flowId,
      keys: [a, b],
    } = await runFlow(under.store, ['cam', 'yard'])
    const say = async (first: 'running' | 'degraded', second: 'running' | 'degraded', reason: string | null = null) =>
      await under.store.engine.writeStatus([
        { ...a!, status: status(a!, { state: first, reason }) },
        { ...b!, status: status(b!, { state: second }) },
      ])
    expect(await state(flowId)).toBe('starting')
    await under.store.engine.writeStatus([{ ...a!, status: status(a!) }])
    expect(await state(flowId)).toBe('starting')
    await say('running', 'running')
    expect(await state(flowId)).toBe('running')
    await say('degraded', 'running', 'The camera does not answer.')
    expect(await state(flowId)).toBe('degraded')
    expect((await under.store.deployments.status(flowId)).streams[0]).toMatchObject({
      state: 'degraded',
      reason: 'The camera does not answer.',
      decisions: { silence: 1 },
    })
    expect(await under.store.deployments.counts()).toMatchObject({ degraded: 1 })
    await say('running', 'running')
    const well = await under.store.deployments.counts()
    expect(well).toMatchObject({ degraded: 0 })
    under.clock.ms += 21_000
    expect(await under.store.deployments.counts()).toEqual({ wanted: well.wanted, running: 0, degraded: well.running })
    under.clock.ms -= 21_000
    await under.store.queue.endStream(a!, 'finished', null)
    expect(await state(flowId)).toBe('running')
    await under.store.queue.endStream(b!, 'finished', null)
    expect(await state(flowId)).toBe('finished')
    expect(await under.store.queue.wantedStreams()).not.toContainEqual(
      expect.objectContaining({ streamId: a!.streamId, run: a!.run }),
    )
  })

  test('fail when a stream failed, and say why', async () => {
    const {
      flowId,
      keys: [a],
    } = await runFlow(under.store, ['cam', 'yard'])
    await under.store.queue.endStream(a!, 'failed', 'There is no clip fall.mp4.')
    expect(await under.store.deployments.status(flowId)).toMatchObject({
      state: 'failed',
      streams: [{ state: 'failed', reason: 'There is no clip fall.mp4.' }, { state: 'starting' }],
    })
  })

  test('say of a stream that no machine can take why, and leave it wanted and unclaimed', async () => {
    const {
      flowId,
      keys: [a],
    } = await runFlow(under.store, ['cam'])
    const { queue } = under.store
    await queue.deferStream(a!, 'No running machine has the clip fall.mp4.')
    expect(await under.store.deployments.status(flowId)).toMatchObject({
      state: 'degraded',
      streams: [{ state: 'degraded', reason: 'No running machine has the clip fall.mp4.' }],
    })
    expect(await queue.waitingStream(a!)).toMatchObject({
      streamId: a!.streamId,
      flowId,
      source: { id: 'cam' },
      tick: 0,
    })
    expect(await queue.claimStream(a!)).toMatchObject({ generation: a!.generation + 1, resume: null })
    await under.store.deployments.stop(flowId)
    expect(await queue.waitingStream(a!)).toBeNull()
    await queue.deferStream(a!, 'Too late.')
    expect((await under.store.deployments.status(flowId)).streams).toMatchObject([{ state: 'stopped' }])
  })

  test('stop, once and for all streams that were still wanted', async () => {
    const {
      flowId,
      keys: [a, b],
    } = await runFlow(under.store, ['cam', 'yard'])
    await under.store.queue.endStream(a!, 'finished', null)
    const { deployment, stopped } = await under.store.deployments.stop(flowId)
    expect([deployment?.state, stopped]).toEqual(['stopped', [{ streamId: b!.streamId, run: 1 }]])
    expect(await state(flowId)).toBe('stopped')
    expect((await under.store.deployments.status(flowId)).streams.map((stream) => stream.state)).toEqual([
      'finished',
      'stopped',
    ])
    expect(await under.store.queue.claimStream(b!)).toBeNull()
    await under.store.engine.writeStatus([{ ...b!, status: status(b!, { state: 'running' }) }])
    await under.store.queue.endStream(b!, 'stopped', null)
    expect((await under.store.deployments.status(flowId)).streams[1]?.state).toBe('stopped')
    expect((await under.store.deployments.stop(flowId)).stopped).toEqual([])
  })

  test('a worker that goes away leaves its stream to the next one', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.queue.endStream(key!, 'stopped', 'shutting down')
    expect(await under.store.queue.wantedStreams()).toContainEqual(
      expect.objectContaining({ streamId: key!.streamId, run: 1 }),
    )
    expect(await under.store.engine.writeTicks([tickRecord(key!, flowId, 1)])).toEqual([key])
    expect((await under.store.queue.claimStream(key!))?.generation).toBe(3)
  })

  test('an end told by an older generation changes nothing', async () => {
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.queue.claimStream(key!)
    await under.store.queue.endStream(key!, 'failed', 'old news')
    expect(await state(flowId)).toBe('starting')
  })

  test('a stream whose worker is silent is told apart from one that runs', async () => {
    under.clock.ms = startMs
    const {
      flowId,
      keys: [key],
    } = await runFlow(under.store)
    await under.store.engine.writeStatus([{ ...key!, status: status(key!) }])
    under.clock.ms += 19_000
    expect(await state(flowId)).toBe('running')
    under.clock.ms += 6_000
    expect(await under.store.deployments.status(flowId)).toMatchObject({
      state: 'degraded',
      streams: [{ reason: expect.stringContaining('25 s') }],
    })
    await under.store.engine.writeTicks([tickRecord(key!, flowId, 1)])
    expect(await state(flowId)).toBe('running')
  })

  test('two deploys at once follow each other', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    const all = await Promise.all(
      Array.from({ length: 6 }, () => under.store.deployments.deploy(id, 1, samplePlan(['cam', 'yard']))),
    )
    expect(all.map(({ started, kept }) => `${started.length} ${kept.length}`).sort()).toEqual([
      ...Array.from({ length: 5 }, () => '0 2'),
      '2 0',
    ])
    const wanted = (await under.store.queue.wantedStreams()).filter(({ streamId }) => streamId.startsWith(id))
    expect(wanted.map(({ run }) => run)).toEqual([1, 1])
    expect(new Set(wanted.map(({ deploymentId }) => deploymentId)).size).toBe(1)
  })
})
