// One card alone, with messages that a person chose: what it would send on, why it would hold them, what would have left Heed. Begins
// with nothing remembered, reaches nobody, keeps nothing.
import { randomUUID } from 'node:crypto'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { actPort, type NodeDefinition } from '../../nodes/contract/define.ts'
import { fromOutside, type Message, type NodeStatus } from '../../nodes/contract/events.ts'
import { defaultTaps } from '../../nodes/contract/frames.ts'
import type { PlanNode, PlanStream } from '../../nodes/contract/plan.ts'
import { reasonOf } from '../../nodes/contract/trace.ts'
import { performAction, type ActionRecord } from '../actions/index.ts'
import { MediaClock, TickRunner, type SessionOrder } from '../streams/index.ts'
import { keepBack, lentBack, type KeptBack } from './kept-back.ts'
import type { TriedCard } from './records.ts'

export interface CardTry {
  flow: { id: string; name: string; revision: number }
  node: PlanNode
  /** One after the other, a second apart. */
  messages: readonly { port: string; text: string; fields?: Record<string, unknown> | undefined }[]
}

export interface TryDeps {
  nodes: ReadonlyMap<string, NodeDefinition>
  log: Log
  /** Of the machine: the card itself sees a clock that stands still between two messages. */
  clock: Clock
}

/** Stands in for whatever the out ports lead to. */
const beyond = 'beyond'
const stepMs = 1000
const longestMs = 10_000

export async function tryCard(order: CardTry, deps: TryDeps, signal: AbortSignal): Promise<TriedCard> {
  const clock = new MediaClock(deps.clock.nowMs())
  const tried: TriedCard = { sent: [], messages: [], captured: [], status: null, failure: null }
  const kept = keepBack(deps.nodes, { clock, agents: undefined, replies: [] }, (_node, captured) =>
    tried.captured.push(captured),
  )
  const desk = { order, kept, clock, deps, tried, signal }
  if (deps.nodes.get(order.node.type)?.role === 'tick') await tickThrough(desk)
  else
    for (const [index, message] of order.messages.entries()) {
      clock.moveTo(deps.clock.nowMs() + index * stepMs)
      const record = recordOf(order, messageOf(order, message, clock.nowMs()), message.port)
      await perform(desk, record)
      tried.messages.push({ port: message.port, text: message.text, what: 'passed', reason: null })
    }
  return tried
}

interface Desk {
  order: CardTry
  kept: KeptBack
  clock: MediaClock
  deps: TryDeps
  tried: TriedCard
  signal: AbortSignal
}

async function tickThrough({ order, kept, clock, deps, tried, signal }: Desk): Promise<void> {
  const { node } = order
  const definition = deps.nodes.get(node.type)
  const statuses: NodeStatus[] = []
  const runner = new TickRunner({
    order: sessionOf(order, definition),
    nodes: deps.nodes,
    clock,
    log: deps.log,
    patience: { clock: deps.clock, plain: longestMs, model: longestMs },
    models: { get: () => undefined },
    onStatus: (_node, status) => statuses.push(status),
  })
  for (const [index, { port, text, fields }] of order.messages.entries()) {
    const atMs = clock.at(index)
    clock.moveTo(atMs)
    const message = messageOf(order, { port, text, fields }, atMs)
    const input = { id: message.id, streamId: message.source.stream, node: node.id, port, message }
    const info = {
      number: index + 1,
      atMs,
      mediaTimeS: index,
      sinceS: Math.max(0, index - 1),
      seconds: 1,
      camera: 'ok' as const,
      last: false,
      ...(index === 0 ? { start: 'fresh' as const } : {}),
    }
    const draft = await runner.run(info, undefined, [input], signal)
    for (const { port: out, value } of draft.waiting(beyond)) tell(tried, out, value)
    const step = draft.events.find(({ id }) => id === message.eventId)?.trace?.find((each) => each.node === node.id)
    tried.messages.push({
      port,
      text,
      what: step?.what ?? 'held',
      reason: step ? reasonOf(step, definition?.reasons, (iso) => iso) : null,
    })
    for (const action of draft.actions) await perform({ order, kept, clock, deps, tried, signal }, action)
  }
  const last = statuses.at(-1)
  tried.status = last && last.text !== '' ? { text: last.text, state: last.tone } : null
}

/** What came out at a port, as far as it can be shown. */
function tell(tried: TriedCard, port: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('text' in value)) return
  const { text, fields } = value as Partial<Message>
  tried.sent.push({ port, text: text ?? '', ...(fields ? { fields } : {}) })
}

async function perform({ order, kept, clock, deps, tried, signal }: Desk, action: ActionRecord): Promise<void> {
  const { node, flow } = order
  const ends = Object.keys(deps.nodes.get(node.type)?.ports.out ?? {})
  const routes = Object.fromEntries(
    ends.map((port) => [`${node.id}.${port}`, [{ to: 'tick' as const, node: beyond, port }]]),
  )
  const outcome = await performAction(
    { action, attempt: 1, flow, node, routes },
    lentBack(kept, node.id, { clock, log: deps.log }),
    signal,
  )
  for (const { port, message } of outcome.inputs) tell(tried, port, message)
  if (outcome.state !== 'delivered') tried.failure = outcome.detail
}

function streamOf({ flow }: CardTry): string {
  return `${flow.id}-try`
}

function messageOf(order: CardTry, sent: CardTry['messages'][number], atMs: number): Message {
  const id = randomUUID()
  return {
    id,
    eventId: id,
    at: new Date(atMs).toISOString(),
    text: sent.text,
    source: { flow: order.flow.id, node: fromOutside, stream: streamOf(order) },
    ...(sent.fields ? { fields: sent.fields } : {}),
  }
}

function recordOf(order: CardTry, message: Message, port: string): ActionRecord {
  return {
    id: message.id,
    eventId: message.eventId,
    flowId: order.flow.id,
    streamId: streamOf(order),
    run: 1,
    node: order.node.id,
    port,
    message,
  }
}

/** A stream of this card alone; whatever it sends comes to one place. */
function sessionOf(order: CardTry, definition: NodeDefinition | undefined): SessionOrder {
  const { node, flow } = order
  const routes: PlanStream['routes'] = Object.fromEntries(
    Object.keys(definition?.ports.out ?? {}).map((port) => [
      `${node.id}.${port}`,
      [{ to: 'tick', node: beyond, port }],
    ]),
  )
  const acts = definition?.role === 'tick' && definition.acts !== undefined
  return {
    streamId: streamOf(order),
    run: 1,
    generation: 1,
    flow,
    plan: {
      id: 'try',
      source: { id: fromOutside, type: '', version: 1, config: {} },
      taps: defaultTaps,
      ticks: [node],
      actions: acts ? [node] : [],
      routes: acts
        ? { ...routes, [`${node.id}.${actPort}`]: [{ to: 'action', node: node.id, port: actPort }] }
        : routes,
    },
    resume: null,
  }
}
