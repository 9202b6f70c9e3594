import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineNode, port, type NodeDefinition } from '../../nodes/contract/define.ts'
import { eventKinds, sessionBench, stopSession, testPlan } from '../../test/support/session-bench.ts'

/** A node that answers only when the test says so; `inFlight` counts calls that wait. */
function hangingNode() {
  const calls: { seconds: number; texts: string[]; answer(): void }[] = []
  let inFlight = 0
  let most = 0
  let isHanging = true
  const definition = defineNode({
    type: 'sleepy',
    version: 1,
    title: 'Sleepy',
    icon: 'moon',
    group: 'logic',
    help: 'Answers when it likes.',
    ports: { in: { message: port('message') }, out: { message: port('message') } },
    config: z.object({}),
    needs: [],
    card: '',
    state: () => ({}),
    onTick: async ({ message }, { tick }) => {
      most = Math.max(most, ++inFlight)
      const texts = (message ?? []).map(({ text }) => text)
      await new Promise<void>((resolve) => {
        calls.push({ seconds: tick.number, texts, answer: resolve })
        if (!isHanging) resolve()
      })
      inFlight--
      return { message: message ?? [] }
    },
  }) as NodeDefinition
  return {
    definition,
    calls,
    most: () => most,
    release: () => {
      isHanging = false
      for (const call of calls) call.answer()
    },
  }
}

function benchWith(sleepy: ReturnType<typeof hangingNode>) {
  const base = testPlan()
  return sessionBench({
    nodes: [sleepy.definition],
    verdict: (_request, n) => (n === 1 || n === 12 ? { action: 'response', text: `Seen ${n}.` } : {}),
    plan: {
      ticks: [...base.ticks, { id: 'sleepy', type: 'sleepy', version: 1, config: {} }],
      routes: {
        ...base.routes,
        'model.response': [{ to: 'tick', node: 'sleepy', port: 'message' }],
        'sleepy.message': [{ to: 'action', node: 'tell', port: 'message' }],
      },
    },
  })
}

describe('a node that hangs at its tick', () => {
  it('holds the stream up once, until its deadline, and is never called twice at a time', async () => {
    const sleepy = hangingNode()
    const bench = benchWith(sleepy)
    const session = bench.start()
    await bench.clock.advance(30_000)
    expect(sleepy.most()).toBe(1)
    expect(sleepy.calls).toHaveLength(1)
    expect(bench.model.ticks.at(-1)?.tick).toBeGreaterThanOrEqual(29)
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({
      state: 'degraded',
      nodes: { sleepy: { tone: 'bad', text: expect.stringMatching(/has not answered for \d+ s/) as string } },
    })
    expect(eventKinds(bench).filter((kind) => kind === 'node.stuck')).toHaveLength(1)
    await stopSession(bench, session)
  })

  it('comes back when it answers: what it said then goes on, and what came meanwhile lies before it', async () => {
    const sleepy = hangingNode()
    const bench = benchWith(sleepy)
    const session = bench.start()
    await bench.clock.advance(20_000)
    sleepy.release()
    await bench.clock.advance(3_000)
    expect(sleepy.most()).toBe(1)
    expect(bench.store.actions.map(({ message }) => message.text)).toEqual(['Seen 1.', 'Seen 12.'])
    expect(eventKinds(bench)).toContain('node.resumed')
    expect(bench.store.statuses.get('flow1-cam')).toMatchObject({ state: 'running' })
    await stopSession(bench, session)
  })

  it('does not keep the stream from being stopped', async () => {
    const bench = benchWith(hangingNode())
    const session = bench.start()
    await bench.clock.advance(2_000)
    await stopSession(bench, session)
    expect((await session.ended).state).toBe('stopped')
  })
})
