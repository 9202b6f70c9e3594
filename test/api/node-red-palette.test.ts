// The nodes of @heed/node-red in a Node-RED runtime, against Heed's API over stores in memory: what each does, how it fails, and that
// nothing of it stays open.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import arm from '../../nodes/logic/arm.ts'
import interactionModel from '../../nodes/vision/interaction-model.ts'
import type { EventView } from '../../runtime/history/records.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { memoryApi, smallNodes, type MemoryApi } from '../support/memory-api.ts'
import { memoryRunning, type MemoryRunning } from '../support/memory-running.ts'
import { arrives, loadRed, startRed, stopRed, type RedMessage } from '../support/red-runtime.ts'
import { testPlan } from '../support/session-bench.ts'

const node = (id: string, type: string) => ({ id, type, version: 1, config: {} })
const plan = (id: string): PlanStream =>
  testPlan({}, { id, ticks: [node('model', 'interaction-model'), node('gate', 'arm')] })

let helper: Awaited<ReturnType<typeof startRed>>
let deps: MemoryApi
let bench: ApiBench
let flow: string
const running: MemoryRunning = memoryRunning()

beforeAll(async () => {
  deps = memoryApi({
    running,
    nodes: new Map([...smallNodes, [interactionModel.type, interactionModel], [arm.type, arm]]),
  })
  ;[helper, bench] = await Promise.all([startRed(), startApi(deps)])
  flow = (await deps.flows.create({ format: 'heed.flow/1', name: 'Front door', nodes: [], wires: [] })).id
  running.rows.push({ id: `${flow}-cam`, flow, plan: plan('cam'), isRunning: true })
})
afterAll(async () => {
  await stopRed(helper)
  await bench.stop()
})
beforeEach(() => {
  running.inputs.length = 0
})
afterEach(async () => {
  await helper.unload()
  // A socket that a node forgot would be a line that is still open.
  await vi.waitFor(() => expect(bench.api.lines.count()).toBe(0))
})

const load = (parts: RedMessage[], token = deps.token ?? ''): Promise<void> =>
  loadRed(
    helper,
    parts.map((part) => ({ server: 'heed', ...part })),
    { url: bench.url, token },
  )
const show = { id: 'show', type: 'helper' }
const say = (id: string, text: string, rest: Record<string, unknown> = {}): void =>
  deps.bus.publish({
    type: 'event',
    flow,
    event: {
      id,
      kind: 'response.given',
      stream: `${flow}-cam`,
      node: 'model',
      at: new Date().toISOString(),
      mediaTimeS: 1,
      text,
      hasFrame: false,
      ...rest,
    },
  })
const isListening = (): Promise<void> => vi.waitFor(() => expect(bench.api.lines.count()).toBe(1))
const inputs = () => running.inputs.map(({ node: to, port, message }) => [to, port, message.text])

describe('heed-event', () => {
  const events = (rest: Record<string, unknown> = {}): RedMessage[] => [
    { id: 'events', type: 'heed-event', picture: 'none', wires: [['show']], ...rest },
    show,
  ]

  it('sends what happens, by flow, kind and words', async () => {
    await load(events({ flow: 'Front door', kinds: 'response.given', text: 'FALLEN' }))
    const heard = arrives(helper.getNode('show'))
    await isListening()
    say('e0', 'All is quiet.')
    say('e1', 'A person has fallen.', { kind: 'message.sent' })
    say('e2', 'A person has fallen.')
    expect(await heard).toMatchObject({
      topic: 'response.given',
      payload: 'A person has fallen.',
      heed: { eventId: 'e2', flow, stream: `${flow}-cam` },
    })
  })

  it('brings the picture as a Buffer when it is asked to', async () => {
    deps.eventRows.set('e1', { id: 'e1', flow, acknowledgedAt: null } as EventView)
    deps.frames.set('e1', new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))
    await load(events({ picture: 'buffer' }))
    const heard = arrives(helper.getNode('show'))
    await isListening()
    say('e1', 'A person has fallen.', { hasFrame: true })
    expect([...((await heard).picture as Buffer)]).toEqual([0xff, 0xd8, 0xff, 0xe0])
  })

  it('comes back when the line breaks, and hears nothing twice', async () => {
    await load(events())
    await isListening()
    const heard: unknown[] = []
    helper.getNode('show').on('input', ({ payload }) => heard.push(payload))
    say('e1', 'One.')
    await vi.waitFor(() => expect(heard).toEqual(['One.']))
    bench.api.lines.closeSignIn(undefined as never)
    await vi.waitFor(() => expect(bench.api.lines.count()).toBe(0))
    say('e2', 'Two.')
    await vi.waitFor(() => expect(heard).toEqual(['One.', 'Two.']), 5_000)
  })

  it('misses nothing of what happened while it was away, be it more than a page, and before it had heard anything', async () => {
    deps.eventRows.clear()
    await load(events())
    await isListening()
    const heard: unknown[] = []
    helper.getNode('show').on('input', ({ payload }) => heard.push(payload))
    bench.api.lines.closeSignIn(undefined as never)
    const texts = Array.from({ length: 230 }, (_, n) => `Fall ${n}.`)
    const at = new Date().toISOString()
    for (const text of texts)
      deps.eventRows.set(text, { id: text, flow, kind: 'response.given', text, at, acknowledgedAt: null } as EventView)
    await vi.waitFor(() => expect(heard.length).toBeGreaterThanOrEqual(texts.length), 5_000)
    expect(heard).toEqual(texts)
    deps.eventRows.clear()
  })

  it('says so when the token is wrong, and keeps no socket', async () => {
    await load(events(), 'wrong')
    await vi.waitFor(() =>
      expect(helper.getNode('events').status.args.flat()).toContainEqual(
        expect.objectContaining({ fill: 'yellow', text: 'heed-event.status.away' }),
      ),
    )
  })
})

describe('a card that Heed runs', () => {
  it('is heard by a heed-event of its own, and fails what is wired straight into it', async () => {
    await load([
      { id: 'card', type: 'heed-card', heed: { type: 'interaction-model' }, wires: [[]] },
      { id: 'events', type: 'heed-event', flow, card: 'model', picture: 'none', wires: [['show']] },
      show,
    ])
    const heard = arrives(helper.getNode('show'))
    await isListening()
    say('e1', 'Armed.', { node: 'gate' })
    say('e2', 'A person has fallen.')
    expect((await heard).payload).toBe('A person has fallen.')
    helper.getNode('card').receive({ payload: 'x' })
    await vi.waitFor(() =>
      expect(helper.getNode('card').error.args.map(String).join()).toMatch(/heed-card.error.there/),
    )
  })
})

describe('nodes that send to Heed', () => {
  describe('ask the model, and', () => {
    const asks = async (wait: number): Promise<{ question: string; heard: unknown[] }> => {
      await load([{ id: 'ask', type: 'heed-ask', flow: 'Front door', wait, wires: [['show']] }, show])
      const heard: unknown[] = []
      helper.getNode('show').on('input', ({ payload }) => heard.push(payload))
      helper.getNode('ask').receive({ payload: 'Who is there?' })
      await vi.waitFor(() => expect(inputs()).toEqual([['model', 'query', 'Who is there?']]))
      await isListening()
      return { question: running.inputs[0]?.message.id ?? '', heard }
    }
    const tells = (id: string, text: string, fields: Record<string, unknown>, kind = 'response.given'): void => {
      deps.eventRows.set(id, { id, flow, kind, acknowledgedAt: null, fields } as EventView)
      say(id, text, { kind })
    }

    it('go on with the answer to this very question', async () => {
      const { question, heard } = await asks(5)
      tells('e1', 'A cat is there.', {})
      tells('e2', 'It is noon.', { answersTo: [{ id: 'another', question: 'When?' }] })
      tells('e3', 'Nobody.', { answersTo: [{ id: question, question: 'Who is there?' }] })
      await vi.waitFor(() => expect(heard).toEqual(['Nobody.']))
    })

    it('fail when Heed gives the question up, with its words', async () => {
      const { question, heard } = await asks(5)
      tells('e4', 'Not answered: When?', { id: 'another' }, 'question.expired')
      tells('e5', 'Not answered within 30 s: Who is there?', { id: question }, 'question.expired')
      await vi.waitFor(() =>
        expect(helper.getNode('ask').error.args.map(String).join()).toMatch(/Not answered within 30 s/),
      )
      expect(helper.getNode('ask').error.args.map(String).join()).not.toMatch(/When/)
      expect(heard).toEqual([])
    })
  })

  it('put a message before a card, and turn an Arm card', async () => {
    await load([
      { id: 'tell', type: 'heed-message', flow, card: 'model', port: 'query', wires: [['turn']] },
      { id: 'turn', type: 'heed-arm', flow, card: 'gate', action: 'payload', wires: [['show']] },
      show,
    ])
    const heard = arrives(helper.getNode('show'))
    helper.getNode('tell').receive({ payload: 'off' })
    expect(await heard).toMatchObject({ heed: { action: 'disarm', sent: [{ node: 'gate', port: 'control' }] } })
    expect(inputs()).toEqual([
      ['model', 'query', 'off'],
      ['gate', 'control', 'off'],
    ])
  })

  it('acknowledge the event that a message is about', async () => {
    deps.eventRows.set('e1', { id: 'e1', flow, acknowledgedAt: null, kind: 'response.given' } as EventView)
    await load([{ id: 'seen', type: 'heed-acknowledge', wires: [['show']] }, show])
    const heard = arrives(helper.getNode('show'))
    helper.getNode('seen').receive({ payload: 'A person has fallen.', heed: { eventId: 'e1' } })
    expect((await heard).heed).toMatchObject({ eventId: 'e1', acknowledgedAt: '2026-01-01T00:00:00.000Z' })
  })

  it('fail with the words of Heed, so that a catch node can take them', async () => {
    await load([
      { id: 'tell', type: 'heed-message', flow, card: 'nobody', port: 'message', wires: [[]] },
      { id: 'turn', type: 'heed-arm', flow, card: 'gate', action: 'payload', wires: [[]] },
      { id: 'seen', type: 'heed-acknowledge', wires: [[]] },
      { id: 'other', type: 'heed-ask', flow: 'Back door', wait: 0, wires: [[]] },
    ])
    const failed = async (id: string, message: RedMessage, words: RegExp): Promise<void> => {
      helper.getNode(id).receive(message)
      // One spy for all nodes.
      await vi.waitFor(() =>
        expect(
          helper
            .getNode(id)
            .error.args.map(String)
            .some((each) => words.test(each)),
        ).toBe(true),
      )
    }
    await failed('tell', { payload: 'x' }, /No node “nobody” is running in this flow/)
    await failed('turn', { payload: 'sideways' }, /none of arm, disarm, deploy and stop/)
    await failed('seen', {}, /No event is named/)
    await failed('other', { payload: 'x' }, /Heed has no flow “Back door”/)
    expect(inputs()).toEqual([])
  })
})
