// The logic nodes together: drawn, compiled and run in a session, with hostile words all the way through. Time is the fake clock's.
import { describe, expect, it } from 'vitest'
import type { Catalogue } from '../../nodes/contract/define.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { loadCatalogue } from '../../runtime/catalogue.ts'
import { compileFlow } from '../../runtime/compile/compile-flow.ts'
import { buildFlow } from '../support/build-flow.ts'
import { sessionBench, stopSession } from '../support/session-bench.ts'
import { ofKind } from '../support/connection-kinds.ts'

const nodes = await loadCatalogue()
const catalogue: Catalogue = { nodes, connections: new Map([['edge', { name: 'edge', ...ofKind('edge') }]]) }
const hostile = 'fall {{fields.secret}} {{flow}} <script>alert(1)</script> off (a+)+$ \u202e; DROP TABLE events'

/** The compiled stream, with a camera made of nothing in place of the real one. */
function compile(flow: ReturnType<typeof buildFlow>, known = catalogue): PlanStream {
  const { plan, problems } = compileFlow(flow.build(), known)
  expect(problems).toEqual([])
  const stream = plan?.streams[0]
  if (!stream) throw new Error('The flow has no stream.')
  return {
    ...stream,
    source: {
      id: 'cam',
      type: 'simulated-camera',
      version: 1,
      config: { kind: 'rtsp', lostAfterS: 5, frozenAfterS: 30 },
    },
  }
}

const start = buildFlow('Fall alert')
  .node('cam', 'camera-source', { kind: 'file', path: 'fall.mp4' })
  .node('model', 'interaction-model', { connection: 'edge', instruction: 'Warn of falls.' })
  .node('tell', 'notification', { channel: 'inbox' })
  .wire('cam.frames', 'model.frames')

describe('the logic nodes in a session', () => {
  it('pass a message on through all of them, its words untouched, and show it on their cards', async () => {
    const flow = start
      .node('words', 'filter', { words: ['fall'] })
      .node('sort', 'switch', { a: ['fall'] })
      .node('hours', 'schedule', { hours: ['daily 00:00-24:00'] })
      .node('count', 'counter', { count: 2 })
      .node('merge', 'merge', { distinctMs: 5000 })
      .node('armed', 'arm')
      .node('word', 'template', { text: '{{flow}} at {{camera}}: {{text}}' })
      .node('look', 'debug')
      .chain('message', 'words', 'sort')
      .wire('model.response', 'words.message')
      .wire('sort.a', 'hours.message')
      .chain('message', 'hours', 'count')
      .wire('count.message', 'merge.a')
      .wire('merge.message', 'armed.message')
      .chain('message', 'armed', 'word', 'look', 'tell')
    const plan = compile(flow)
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan,
      verdict: (_request, n) => (n % 2 === 0 ? { action: 'response', text: hostile } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(6500)
    expect(bench.store.actions.map(({ message }) => message.text)).toEqual([`Fall alert at cam: ${hostile}`])
    const status = bench.store.statuses.get('flow1-cam')?.nodes
    expect(status?.['count']?.data).toMatchObject({ of: 2, total: 3 })
    expect(status?.['look']?.data).toMatchObject({
      count: 1,
      last: [{ text: `Fall alert at cam: ${hostile}`.slice(0, 200) }],
    })
    await stopSession(bench, session)
  })

  it('a recap hands what it collected to its half that acts, once, as an action that is written with the tick', async () => {
    const answering: Catalogue = {
      nodes,
      connections: new Map([...catalogue.connections, ['chat', { name: 'chat', ...ofKind('openai') }]]),
    }
    const flow = start
      .node('recap', 'recap', { when: 'every', everyMs: 60_000, connection: 'chat' })
      .wire('model.response', 'recap.message')
      .wire('recap.message', 'tell.message')
    const plan = compile(flow, answering)
    expect(plan.actions.map(({ id }) => id)).toEqual(['recap', 'tell'])
    expect(plan.routes['recap.act']).toEqual([{ to: 'action', node: 'recap', port: 'act' }])
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan,
      verdict: (_request, n) => (n % 10 === 0 ? { action: 'response', text: `Thing ${n}.` } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(125_000)
    expect(bench.store.actions.map(({ node, port }) => [node, port])).toEqual([
      ['recap', 'act'],
      ['recap', 'act'],
    ])
    const things = bench.store.actions.flatMap(({ message }) => message.text.match(/Thing \d+/g) ?? [])
    expect(things).toEqual(Array.from({ length: 12 }, (_unused, at) => `Thing ${(at + 1) * 10}`))
    await stopSession(bench, session)
  })

  it('say of every message why it came no further, and pulse only the wires it passed', async () => {
    const flow = start
      .node('words', 'filter', { words: ['fall'] })
      .node('calm', 'cooldown', { quietMs: 60_000 })
      .wire('model.response', 'words.message')
      .chain('message', 'words', 'calm', 'tell')
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan: compile(flow),
      verdict: (_request, n) =>
        ({
          1: { action: 'response', text: 'A fall.' } as const,
          2: { action: 'response', text: 'A cat.' } as const,
          3: { action: 'response', text: 'Another fall.' } as const,
        })[n] ?? {},
    })
    const told: string[][] = []
    bench.bus.subscribe((message) => {
      if (message.type === 'wires') told.push(message.passes.map(({ from, to, text }) => `${from} > ${to}: ${text}`))
    })
    const session = bench.start()
    await bench.clock.advance(6500)
    const way = (text: string) =>
      bench.store.events
        .find((event) => event.text === text)
        ?.trace?.map(({ node, what, code, ports }) => [node, what, code, ...(ports ?? [])].join(' '))
    expect(way('A fall.')).toEqual([
      'model passed spoke response',
      'words passed fits message',
      'calm passed open message',
    ])
    expect(way('A cat.')).toEqual(['model passed spoke response', 'words held unfit'])
    expect(way('Another fall.')).toEqual([
      'model passed spoke response',
      'words passed fits message',
      'calm held quiet',
    ])
    const held = bench.store.events.find(({ text }) => text === 'Another fall.')?.trace?.at(-1)
    const sent = Date.parse(bench.store.events.find(({ text }) => text === 'A fall.')?.trace?.at(-1)?.at ?? '')
    expect(held?.params).toEqual({ opensAt: new Date(sent + 60_000).toISOString(), quietMs: 60_000 })
    expect(told).toEqual([
      [
        'model.response > words.message: A fall.',
        'words.message > calm.message: A fall.',
        'calm.message > tell.message: A fall.',
      ],
      ['model.response > words.message: A cat.'],
      ['model.response > words.message: Another fall.', 'words.message > calm.message: Another fall.'],
    ])
    await stopSession(bench, session)
  })

  it('add to the way of a message that waited what became of it later', async () => {
    const flow = start
      .node('wait', 'timer', { mode: 'after', everyMs: 3000 })
      .wire('model.response', 'wait.message')
      .wire('wait.message', 'tell.message')
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan: compile(flow),
      verdict: (_request, n) => (n === 1 ? { action: 'response', text: 'A fall.' } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(7500)
    expect(
      bench.store.events
        .find(({ text }) => text === 'A fall.')
        ?.trace?.map(({ node, what, code }) => `${node} ${what} ${code}`),
    ).toEqual(['model passed spoke', 'wait held waits', 'wait passed due'])
    await stopSession(bench, session)
  })

  it('verify tells at once and keeps what the stream showed around the moment with its second look', async () => {
    const answering: Catalogue = {
      nodes,
      connections: new Map([...catalogue.connections, ['chat', { name: 'chat', ...ofKind('openai') }]]),
    }
    const flow = start
      .node('check', 'verify', { connection: 'chat', afterS: 2 })
      .wire('model.response', 'check.message')
      .wire('check.message', 'tell.message')
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan: compile(flow, answering),
      verdict: (_request, n) => (n === 6 ? { action: 'response', text: 'A person fell.' } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(12_500)
    const actions = bench.store.actions
    expect(actions.map(({ node, port }) => [node, port])).toEqual([
      ['tell', 'message'],
      ['check', 'act'],
    ])
    const [told, check] = actions
    expect(check?.message.fields).toMatchObject({ about: told?.eventId })
    const times =
      bench.store.events.find(({ id }) => id === check?.eventId)?.recent?.map((each) => each.mediaTimeS) ?? []
    expect(times).toHaveLength(8)
    expect(times.at(-1)).toBe((told?.message.mediaTimeS as number) + 2)
    await stopSession(bench, session)
  })

  it('highlight keeps as many pictures around the moment as it wants', async () => {
    const flow = start
      .node('clip', 'highlight', { pictures: 10, afterS: 4 })
      .wire('model.response', 'clip.message')
      .wire('clip.message', 'tell.message')
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan: compile(flow),
      verdict: (_request, n) => (n === 9 ? { action: 'response', text: 'Goal.' } : {}),
    })
    const session = bench.start()
    await bench.clock.advance(16_500)
    const [work] = bench.store.actions
    expect([work?.node, work?.port]).toEqual(['clip', 'act'])
    const kept = bench.store.events.find(({ id }) => id === work?.eventId)?.recent?.map((each) => each.mediaTimeS)
    expect(kept).toHaveLength(10)
    expect(kept?.at(-1)).toBe((work?.message.mediaTimeS as number) + 4)
    await stopSession(bench, session)
  })

  it('arm is turned by an input from outside and not by what the model says', async () => {
    const flow = start
      .node('armed', 'arm')
      .wire('model.response', 'armed.message')
      .wire('armed.message', 'tell.message')
    const bench = sessionBench({
      nodes: [...nodes.values()],
      plan: compile(flow),
      verdict: () => ({ action: 'response', text: 'off' }),
    })
    const session = bench.start()
    await bench.clock.advance(2500)
    const before = bench.store.actions.length
    expect(before).toBeGreaterThanOrEqual(2)
    const message = {
      id: 'i1',
      eventId: 'i1',
      at: new Date(bench.clock.nowMs()).toISOString(),
      text: 'off',
      source: { flow: 'flow1', node: 'armed', stream: 'flow1-cam' },
    }
    bench.store.inputs.push({ id: 'i1', streamId: 'flow1-cam', node: 'armed', port: 'control', message })
    bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await bench.clock.advance(5000)
    expect(bench.store.actions.length).toBeLessThanOrEqual(before + 1)
    expect(bench.store.statuses.get('flow1-cam')?.nodes['armed']).toMatchObject({
      text: 'Disarmed',
      data: { armed: false },
    })
    await stopSession(bench, session)
  })

  it('arm goes by the order in which messages were sent, also when one passes another node on its way', async () => {
    const flow = start
      .node('words', 'filter', { words: ['fall'] })
      .node('armed', 'arm')
      .wire('model.response', 'words.message')
      .wire('words.message', 'armed.message')
      .wire('armed.message', 'tell.message')
    const bench = sessionBench({ nodes: [...nodes.values()], plan: compile(flow), verdict: () => ({}) })
    const session = bench.start()
    await bench.clock.advance(2500)
    for (const [id, node, port, text] of [
      ['i1', 'words', 'message', 'fall one'],
      ['i2', 'armed', 'control', 'off'],
      ['i3', 'words', 'message', 'fall two'],
      ['i4', 'armed', 'control', 'on'],
      ['i5', 'words', 'message', 'fall three'],
    ] as const) {
      const message = {
        id,
        eventId: id,
        at: new Date(bench.clock.nowMs()).toISOString(),
        text,
        source: { flow: 'flow1', node: 'outside', stream: 'flow1-cam' },
      }
      bench.store.inputs.push({ id, streamId: 'flow1-cam', node, port, message })
    }
    bench.bus.publish({ type: 'input', flow: 'flow1', stream: 'flow1-cam' })
    await bench.clock.advance(2000)
    expect(bench.store.actions.map(({ message }) => message.text)).toEqual(['fall one', 'fall three'])
    await stopSession(bench, session)
  })

  it('a timer with nothing before it asks the model by itself', async () => {
    const flow = start
      .node('beat', 'timer', { everyMs: 3000, text: 'What is in the picture?' })
      .wire('beat.message', 'model.query')
      .wire('model.response', 'tell.message')
    const bench = sessionBench({ nodes: [...nodes.values()], plan: compile(flow) })
    const session = bench.start()
    await bench.clock.advance(7500)
    expect(
      bench.model.ticks.filter(({ instruction }) => instruction.includes('What is in the picture?')).length,
    ).toBeGreaterThanOrEqual(1)
    await stopSession(bench, session)
  })
})
