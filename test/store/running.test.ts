// What the API may read and change of a stream, and what a memory keeps from one deployment to the next.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Plan } from '../../nodes/contract/plan.ts'
import { closeStore, input, openStore, sampleFlow, samplePlan, status as sampleStatus, tickRecord } from './samples.ts'
import type { StoreUnderTest } from './samples.ts'

/** A memory wired into the model. */
function planWithMemory(): Plan {
  const plan = samplePlan()
  return {
    ...plan,
    streams: plan.streams.map((stream) => ({
      ...stream,
      ticks: [{ id: 'mind', type: 'memory', version: 1, config: {} }, ...stream.ticks],
      routes: { ...stream.routes, 'mind.memory': [{ to: 'tick' as const, node: 'model', port: 'memory' }] },
    })),
  }
}

describe('running streams', () => {
  let under: StoreUnderTest
  beforeAll(async () => {
    under = await openStore()
  })
  afterAll(async () => {
    await closeStore(under)
  })

  const states = { mind: { facts: ['left'] }, model: { told: 1 }, 'model#memory': { longTerm: 'quiet', midTerm: [] } }
  /** A flow whose stream has run for a few ticks. */
  const run = async () => {
    const { store } = under
    const { id } = await store.flows.create(sampleFlow())
    await store.deployments.deploy(id, 1, planWithMemory())
    const order = await store.queue.claimStream({ streamId: `${id}-cam`, run: 1 })
    const key = { streamId: `${id}-cam`, run: 1, generation: order?.generation ?? 0 }
    await store.engine.writeTicks([{ ...tickRecord(key, id, 5), states }])
    return { id, stream: `${id}-cam`, key }
  }

  test('are listed with their plan, and as not running once they are stopped', async () => {
    const { running, deployments, flows } = under.store
    await expect(running.streams('fnothing')).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND' })
    const idle = await flows.create(sampleFlow())
    expect(await running.streams(idle.id)).toEqual([])
    const { id, stream } = await run()
    expect(await running.streams(id)).toMatchObject([{ id: stream, flow: id, isRunning: true, plan: { id: 'cam' } }])
    await deployments.stop(id)
    expect(await running.stream(stream)).toMatchObject({ isRunning: false })
    expect(await running.stream('nothing')).toBeUndefined()
    expect(await running.states('nothing')).toEqual({})
  })

  test('know which others speak to their nodes, and when nobody will any more', async () => {
    const { store } = under
    const [first] = samplePlan().streams
    const second = {
      ...first!,
      id: 'cam2',
      routes: { 'model.response': [{ to: 'remote' as const, node: 'calm', port: 'message', stream: 'cam' }] },
    }
    const { id } = await store.flows.create(sampleFlow())
    await store.deployments.deploy(id, 1, { ...samplePlan(), streams: [first!, second] })
    const [home, other] = [`${id}-cam`, `${id}-cam2`]
    const order = await store.queue.claimStream({ streamId: other, run: 1 })
    const key = { streamId: other, run: 1, generation: order?.generation ?? 0 }
    expect(await store.engine.othersOf(other)).toEqual({ nodes: [], isOver: true })
    expect(await store.engine.othersOf(home)).toEqual({ nodes: ['calm'], isOver: false })
    const status = sampleStatus(key, { isAtEnd: true })
    await store.engine.writeStatus([{ ...key, status }])
    expect(await store.engine.othersOf(home)).toEqual({ nodes: ['calm'], isOver: true })
    await store.engine.writeStatus([{ ...key, status: sampleStatus(key) }])
    await store.queue.endStream(key, 'finished', null)
    expect(await store.engine.othersOf(home)).toEqual({ nodes: ['calm'], isOver: true })
    await store.addInputs([input(home, `${id}-late`)])
    expect(await store.engine.othersOf(home)).toEqual({ nodes: ['calm'], isOver: false })
    await store.deployments.stop(id)
    expect(await store.engine.othersOf('nothing')).toEqual({ nodes: [], isOver: true })
  })

  test('let their saved states be changed only while nobody runs them', async () => {
    const { running, deployments } = under.store
    const { id, stream } = await run()
    expect(await running.states(stream)).toEqual(states)
    expect(await running.changeStates(stream, () => ({ mind: 'mine' }))).toBe(false)
    await deployments.stop(id)
    expect(
      await running.changeStates(stream, (saved) => ({ mind: { ...(saved.mind as object), dropped: 1 }, other: 2 })),
    ).toBe(true)
    expect(await running.states(stream)).toEqual({ ...states, mind: { facts: ['left'], dropped: 1 }, other: 2 })
    expect(await running.changeStates('nothing', () => ({}))).toBe(false)
  })

  test('give a memory, and what its model has in mind, to the next deployment and nothing else', async () => {
    const { queue, deployments } = under.store
    const { id, stream } = await run()
    expect((await queue.claimStream({ streamId: stream, run: 1 }))?.resume?.states).toEqual(states)
    await deployments.stop(id)
    await deployments.deploy(id, 1, planWithMemory())
    const next = await queue.claimStream({ streamId: stream, run: 2 })
    expect([next?.resume, next?.carried]).toEqual([null, { mind: states.mind, 'model#memory': states['model#memory'] }])
    await deployments.stop(id)
    await deployments.deploy(id, 1, samplePlan())
    const last = await queue.claimStream({ streamId: stream, run: 3 })
    expect([last?.resume, last?.carried]).toEqual([null, undefined])
  })

  test('give a node nothing that another type or version of it has left there', async () => {
    const { queue, engine } = under.store
    const { id } = await under.store.flows.create(sampleFlow())
    const ref = { streamId: `${id}-cam`, run: 1 }
    await under.store.deployments.deploy(id, 1, samplePlan())
    const key = { ...ref, generation: (await queue.claimStream(ref))?.generation ?? 0 }
    const types = { model: 'interaction-model@1' }
    await engine.writeTicks([
      { ...tickRecord(key, id, 1), states: { model: { told: 1 }, 'model#memory': { longTerm: 'quiet' } }, types },
    ])
    const other = samplePlan()
    other.streams[0]!.ticks[0]!.version = 2
    await under.store.deployments.deploy(id, 1, other)
    // The session has not taken the new plan yet, and dies after it has written once more.
    const late = { told: 2 }
    await engine.writeTicks([{ ...tickRecord(key, id, 2), states: { model: late, 'model#memory': late }, types }])
    expect((await queue.claimStream(ref))?.resume).toMatchObject({ tick: 2, states: {} })
    await under.store.deployments.deploy(id, 1, samplePlan())
    const known = (await queue.claimStream(ref))?.resume?.states
    expect(known).toEqual({})
    await engine.writeTicks([{ ...tickRecord({ ...key, generation: 3 }, id, 3), states: { model: late }, types }])
    expect((await queue.claimStream(ref))?.resume?.states).toEqual({ model: late })
  })

  test('hear after a deploy what waits for nodes they keep, also when they begin again', async () => {
    const { id } = await under.store.flows.create(sampleFlow())
    const stream = `${id}-cam`
    await under.store.deployments.deploy(id, 1, samplePlan())
    const [asked, gone] = [
      { ...input(stream, `${id}-asked`), node: 'model' },
      { ...input(stream, `${id}-gone`), node: 'else' },
    ]
    await under.store.addInputs([asked, gone])
    const moved = samplePlan()
    moved.streams[0]!.source.config = { path: 'other.mp4' }
    expect((await under.store.deployments.deploy(id, 1, moved)).changes.restarted).toEqual([stream])
    expect(await under.store.engine.readInputs(stream)).toMatchObject([{ id: asked.id }])
    await under.store.deployments.stop(id)
    await under.store.deployments.deploy(id, 1, moved)
    expect(await under.store.engine.readInputs(stream)).toEqual([])
  })

  test('take along what a node for all cameras remembers, and what waits for it, when it moves to another one', async () => {
    const { queue, deployments, engine } = under.store
    const { id } = await under.store.flows.create(sampleFlow())
    const calm = { id: 'calm', type: 'cooldown', version: 3, config: {} }
    const both = samplePlan(['cam', 'yard'])
    both.streams[0]!.ticks.push(calm)
    const once = new Set(['calm'])
    await deployments.deploy(id, 1, both, once)
    const ref = { streamId: `${id}-cam`, run: 1 }
    const key = { ...ref, generation: (await queue.claimStream(ref))?.generation ?? 0 }
    const states = { calm: { openAtMs: 7 }, model: { told: 1 } }
    await engine.writeTicks([{ ...tickRecord(key, id, 1), states, types: { calm: 'cooldown@3' } }])
    await under.store.addInputs([{ ...input(ref.streamId, `${id}-waits`), node: 'calm' }])
    const alone = samplePlan(['yard'])
    alone.streams[0]!.ticks.push(calm)
    const { changes } = await deployments.deploy(id, 1, alone, once)
    expect(changes).toMatchObject({ kept: [`${id}-yard`], stopped: [ref.streamId] })
    const yard = { streamId: `${id}-yard`, run: 1 }
    expect((await queue.changedPlan(yard, 'd-before'))?.states).toEqual({ calm: states.calm })
    expect(await engine.readInputs(yard.streamId)).toMatchObject([{ id: `${id}-waits`, node: 'calm' }])
    // A camera that is new gets it as well, from its first tick on.
    const back = samplePlan(['cam', 'yard'])
    back.streams[0]!.ticks.push(calm)
    await deployments.deploy(id, 1, back, once)
    expect((await queue.claimStream({ streamId: ref.streamId, run: 2 }))?.carried).toEqual({ calm: states.calm })
  })
})
