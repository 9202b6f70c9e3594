// Another plan for a run that goes on: no tick is missed, and nodes that stay keep what they have.
import { describe, expect, it } from 'vitest'
import type { PlanNode, PlanStream } from '../../nodes/contract/plan.ts'
import { eventKinds, sessionBench, stopSession, testPlan } from '../../test/support/session-bench.ts'
import type { PlanChange } from './records.ts'

const calm = (quietMs: number): PlanNode => ({
  id: 'calm',
  type: 'cooldown',
  version: 1,
  config: { quietMs, per: 'node', scope: 'camera' },
})

/** camera → model → cooldown → notification, and a second notification where `others` names one. */
function quietPlan(quietMs: number, changes: { instruction?: string; others?: string[] } = {}): PlanStream {
  const { ticks, actions, routes } = testPlan()
  const [model, tell] = [ticks[0]!, actions[0]!]
  const tellers = [tell, ...(changes.others ?? []).map((id) => ({ ...tell, id }))]
  return testPlan(
    {},
    {
      ticks: [
        { ...model, config: { ...model.config, instruction: changes.instruction ?? model.config.instruction } },
        calm(quietMs),
      ],
      actions: tellers,
      routes: {
        ...routes,
        'model.response': [{ to: 'tick', node: 'calm', port: 'message' }],
        'calm.message': tellers.map(({ id }) => ({ to: 'action', node: id, port: 'message' })),
      },
    },
  )
}

function changeable(first: PlanStream) {
  let next: PlanChange | undefined
  const bench = sessionBench({ verdict: (_request, n) => ({ action: 'response', text: `Number ${n}.` }) })
  bench.deps.changes = {
    take: () => {
      const change = next
      next = undefined
      return change
    },
  }
  let revision = 1
  return {
    bench,
    session: bench.start({ plan: first, deploymentId: 'd1' }),
    change: (plan: PlanStream, states: Record<string, unknown> = {}) => {
      revision += 1
      next = { deploymentId: `d${revision}`, flow: { id: 'flow1', name: 'Fall alert', revision }, plan, states }
    },
  }
}

describe('a plan that is changed while it runs', () => {
  it('misses no tick, keeps the model’s session, and gives it the new instruction', async () => {
    const { bench, session, change } = changeable(quietPlan(60_000))
    await bench.clock.advance(4500)
    change(quietPlan(60_000, { instruction: 'Warn of smoke.' }))
    await bench.clock.advance(4000)
    const asked = bench.model.ticks
    expect(asked.map(({ tick }) => tick)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(asked.map(({ instruction }) => instruction)).toEqual([
      ...Array.from({ length: 5 }, () => 'Warn of falls.'),
      ...Array.from({ length: 4 }, () => 'Warn of smoke.'),
    ])
    expect(bench.model.opened).toHaveLength(1)
    expect(bench.model.closed).toEqual([])
    expect(bench.store.decisions.map(({ mediaTimeS }) => mediaTimeS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    await stopSession(bench, session)
    expect(eventKinds(bench).filter((kind) => kind === 'stream.started')).toHaveLength(1)
  })

  it('keeps a cooldown shut, and shortens what is left of it', async () => {
    const { bench, session, change } = changeable(quietPlan(60_000))
    await bench.clock.advance(5500)
    expect(bench.store.actions.map(({ message }) => message.text)).toEqual(['Number 1.'])
    change(quietPlan(120_000))
    await bench.clock.advance(20_000)
    expect(bench.store.actions).toHaveLength(1)
    change(quietPlan(3000))
    await bench.clock.advance(8000)
    expect(bench.store.actions.length).toBeGreaterThan(2)
    await stopSession(bench, session)
  })

  it('tells a receiver that was added, by the deployment whose plan it is', async () => {
    const { bench, session, change } = changeable(quietPlan(1000))
    await bench.clock.advance(2500)
    expect(new Set(bench.store.actions.map(({ node }) => node))).toEqual(new Set(['tell']))
    change(quietPlan(1000, { others: ['mail'] }))
    await bench.clock.advance(3000)
    expect(bench.store.actions.filter(({ node }) => node === 'mail').length).toBeGreaterThan(0)
    await stopSession(bench, session)
  })

  it('gives a node that is new the state that is saved of it, and forgets what a node said that is gone', async () => {
    const { bench, session, change } = changeable(testPlan())
    await bench.clock.advance(2500)
    change(quietPlan(60_000), { calm: { opensAtMs: { '': bench.clock.nowMs() + 3_600_000 }, held: 0 } })
    const before = bench.store.actions.length
    await bench.clock.advance(5000)
    expect(bench.store.actions).toHaveLength(before)
    expect(bench.store.statuses.get('flow1-cam')?.nodes).toHaveProperty('calm')
    change(testPlan())
    await bench.clock.advance(3000)
    expect(bench.store.statuses.get('flow1-cam')?.nodes).not.toHaveProperty('calm')
    expect(bench.store.actions.length).toBeGreaterThan(before)
    await stopSession(bench, session)
  })
})
