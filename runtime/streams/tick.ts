// One tick: the frame in, the nodes in the plan's order, what they sent out. A node that throws is shown on its card and
// the tick goes on without it; only a broken invariant (BugError) or a stop leaves this file as an exception.
import type { Clock, Log, TimedPicture } from '../../nodes/contract/capabilities.ts'
import {
  actPort,
  port,
  type NodeDefinition,
  type Ports,
  type TickInfo,
  type TickNode,
} from '../../nodes/contract/define.ts'
import { BugError, FatalError, isStopped, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { Decision, NodeStatus, Reason } from '../../nodes/contract/events.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import type { Because } from '../../nodes/contract/trace.ts'
import type { NodeCall as CallOfNode, NodeCalls, SessionInput } from '../actions/index.ts'
import { remainingNodes } from '../compile/index.ts'
import type { SessionOrder } from './records.ts'
import { NodeCall } from './node-call.ts'
import type { Patience } from './pace.ts'
import { lentMemories, memoryKey } from './memory.ts'
import type { ModelLink } from './model-link.ts'
import { TickDraft, type MessageOptions } from './routing.ts'
import { failedSteps, stepsOf, type NodePass } from './tracing.ts'

/** Ids of events already in the record: what passes through several ticks is not told twice. */
const rememberedEvents = 2000

export interface TickRun {
  node: PlanNode
  definition: TickNode
  state: unknown
  model: ModelLink | null
  /** The trouble last logged: the same one is not logged every second. */
  trouble: string | null
  /** A call that has passed its deadline. Until it answers the node is not called again. */
  hanging: NodeCall | null
  /** For whoever watches that this process goes on. */
  call: CallOfNode
}

/** Why nobody watched for a while, in words too. */
export interface Unwatched {
  reason: Reason
  text: string
}

export interface TickRunnerOptions {
  order: SessionOrder
  nodes: ReadonlyMap<string, NodeDefinition>
  clock: Clock
  log: Log
  patience: Patience
  /** By node id; only for nodes that need one. */
  models: { get(node: string): ModelLink | undefined }
  onStatus(node: string, status: NodeStatus): void
  /** A node hangs, in words; null when it has come back. */
  onHanging?(node: string, trouble: string | null): void
  calls?: NodeCalls
}

/** A tick node's definition; a type that is not installed ends the stream with words. */
export function tickDefinition(nodes: ReadonlyMap<string, NodeDefinition>, node: PlanNode): TickNode {
  const definition = nodes.get(node.type)
  if (definition?.role === 'tick') return definition
  throw new FatalError(
    'RUN_NODE_UNKNOWN',
    `The node type "${node.type}" is not installed here. Install its package on every worker, then deploy again.`,
  )
}

export class TickRunner {
  readonly #options: TickRunnerOptions
  #order: SessionOrder
  #runs: TickRun[] = []
  #inPorts: ReadonlyMap<string, Ports> = new Map()
  readonly #recorded = new Set<string>()
  /** One a tick, as the stream showed it: after any mask. */
  #recent: TimedPicture[] = []

  constructor(options: TickRunnerOptions) {
    this.#options = options
    this.#order = options.order
    this.#take(options.order.resume?.states ?? options.order.carried ?? {}, new Set())
  }

  /** Runs by this order's plan from the next tick on. What remains in it goes on as it is; `states` are of nodes that were not here. */
  change(order: SessionOrder, states: Record<string, unknown>): void {
    const remaining = remainingNodes(this.#order.plan, order.plan)
    this.#order = order
    this.#take(states, remaining)
  }

  #take(states: Record<string, unknown>, remaining: ReadonlySet<string>): void {
    const { models, nodes } = this.#options
    const known = new Map(this.#runs.map((run) => [run.node.id, run]))
    this.#runs = this.#order.plan.ticks.map((node) => {
      const model = models.get(node.id) ?? null
      const call = this.#callOf(node)
      const run = remaining.has(node.id) ? known.get(node.id) : undefined
      if (run) return Object.assign(run, { node, model, call })
      const definition = tickDefinition(nodes, node)
      const state = states[node.id]
      return {
        node,
        definition,
        state: state === undefined ? definition.state() : structuredClone(state),
        model,
        trouble: null,
        hanging: null,
        call,
      }
    })
    this.#inPorts = new Map(this.#runs.map((run) => [run.node.id, run.definition.ports.in]))
  }

  /** Ends the stream with words where this node has frozen the whole process before. */
  #callOf({ id, type }: PlanNode): CallOfNode {
    const { streamId, run, flow } = this.#order
    const call = { flow: flow.name, streamId, run, node: id, type }
    const refusal = this.#options.calls?.refusal(call) ?? null
    if (refusal !== null) throw new FatalError('NODE_FROZE', refusal)
    return call
  }

  /** Runs every node once, or `only` these, and returns what the tick leaves behind. */
  async run(
    info: TickInfo,
    frame: Frame | undefined,
    inputs: SessionInput[],
    signal: AbortSignal,
    only?: ReadonlySet<string>,
  ): Promise<TickDraft> {
    const { nodes } = this.#options
    const draft = new TickDraft(this.#order, info, this.#inPorts, this.#recorded, this.#recent, nodes)
    const source = this.#order.plan.source
    const shown = nodes.get(source.type)?.ports.out ?? {}
    for (const [name, out] of Object.entries(shown))
      if (frame && out.kind === 'frames') draft.send(source.id, name, out, frame)
    for (const input of inputs) draft.deliver(input)
    for (const run of this.#runs) if (!only || only.has(run.node.id)) await this.#runNode(run, info, draft, signal)
    draft.closeTraces()
    this.#recent = draft.recent
    while (this.#recorded.size > rememberedEvents) this.#recorded.delete(this.#recorded.values().next().value ?? '')
    return draft
  }

  /** A silent decision of every node that decides, for seconds in which no node ran. */
  unwatched(tick: TickDraft['tickInfo'], why: Unwatched): Decision[] {
    return this.#runs.filter(decides).map((run) => silence(run.node.id, tick, why.text, why.reason))
  }

  /** True for a node that looks at pictures. */
  looks(node: string): boolean {
    return Object.values(this.#inPorts.get(node) ?? {}).some((port) => port.kind === 'frames')
  }

  /** Every node's state as it is now, and the models' memories beside them. */
  states(): Record<string, unknown> {
    const states: Record<string, unknown> = {}
    for (const run of this.#runs) {
      states[run.node.id] = run.state
      if (run.model?.memory) states[memoryKey(run.node.id)] = run.model.memory
    }
    return structuredClone(states)
  }

  async #runNode(run: TickRun, info: TickInfo, draft: TickDraft, signal: AbortSignal): Promise<void> {
    const { definition, node } = run
    if (run.hanging && !this.#comeBack(run, run.hanging, info, draft)) return
    const received = draft.received(definition, node.id)
    const arrivals = draft.arrivals(node.id)
    const arrived = arrivals.map(({ message }) => message)
    const because = new Map<string, Because>()
    const ownFrame = Object.entries(definition.ports.in).find(
      ([name, port]) => port.kind === 'frames' && received[name],
    )?.[0]
    const frame = ownFrame === undefined ? draft.shown : (received[ownFrame] as Frame)
    try {
      const { calls } = this.#options
      calls?.enter(run.call)
      const answer = definition.onTick(received as never, {
        config: node.config,
        clock: this.#options.clock,
        log: this.#options.log,
        signal,
        state: run.state,
        tick: info,
        arrivals,
        flow: { id: this.#order.flow.id, name: this.#order.flow.name },
        status: (text, extra) =>
          this.#options.onStatus(node.id, {
            text,
            tone: extra?.tone ?? 'ok',
            ...(extra?.data ? { data: extra.data } : {}),
          }),
        message: (text, options: MessageOptions = {}) =>
          draft.message(node.id, text, {
            ...options,
            ...((options.frame ?? frame) ? { frame: options.frame ?? frame } : {}),
          }),
        ...(run.model ? { model: run.model } : {}),
        modelMemories: () =>
          lentMemories(this.#order, node.id, Object.keys(definition.ports.out), this.#options.models),
        note: (kind, text, fields) => draft.note(node.id, kind, text, fields),
        because: (message, why) => because.set(message.eventId, why),
      })
      calls?.leave()
      const sent = isPromise(answer) ? await this.#await(run, answer, signal) : answer
      if (run.hanging) return this.#tellHanging(run, run.hanging, info, draft)
      run.trouble = null
      this.#send(run, info, draft, { arrived, sent, because })
    } catch (error) {
      this.#options.calls?.leave()
      if (error instanceof BugError || (isStopped(error) && isAtOnce(signal))) throw error
      // Its time is over. What the others have decided at this tick stands all the same.
      if (isStopped(error) && signal.aborted) return this.#tellCutOff(run, info, draft)
      draft.trace(failedSteps({ node, atMs: info.atMs, arrived }, toError(error).message))
      this.#tellTrouble(run, info, draft, toError(error).message)
    }
  }

  #send(
    { node, definition }: TickRun,
    { atMs }: TickInfo,
    draft: TickDraft,
    pass: Pick<NodePass, 'arrived' | 'because'> & { sent: Sent | void },
  ): void {
    const sent = pass.sent ?? undefined
    const steps = stepsOf({
      ...pass,
      sent,
      node,
      definition,
      atMs,
      leadsOn: (port) => draft.leadsOn(node.id, port),
      isOwn: (eventId) => draft.isNew(eventId) && !pass.arrived.some((message) => message.eventId === eventId),
    })
    draft.trace(steps)
    for (const [name, out] of Object.entries(outPorts(definition))) draft.send(node.id, name, out, sent?.[name])
  }

  /** What the node sent; undefined, and the call is `hanging`, when it has not answered by its deadline. */
  async #await(run: TickRun, answer: PromiseLike<Sent>, signal: AbortSignal): Promise<Sent> {
    const { clock, patience } = this.#options
    this.#options.calls?.waits(run.call, answer)
    const call = new NodeCall(answer, clock.nowMs())
    const outcome = await call.within(run.model ? patience.model : patience.plain, patience.clock, signal)
    if (outcome === undefined) {
      if (signal.aborted) throw new StoppedError()
      run.hanging = call
      return undefined
    }
    if ('error' in outcome) throw outcome.error
    return outcome.sent
  }

  /** True when a node that hung has answered: what it said then goes on now, and what came meanwhile lies before it. */
  #comeBack(run: TickRun, call: NodeCall, info: TickInfo, draft: TickDraft): boolean {
    const { definition, node } = run
    if (!call.outcome) {
      call.keep(draft.waiting(node.id), definition.ports.in)
      this.#tellHanging(run, call, info, draft)
      return false
    }
    if ('error' in call.outcome && call.outcome.error instanceof BugError) throw call.outcome.error
    run.hanging = null
    run.trouble = null
    this.#options.onHanging?.(node.id, null)
    this.#options.onStatus(node.id, { text: '', tone: 'ok' })
    draft.note(node.id, 'node.resumed', `It answers again, after ${secondsSince(call, info)} s.`)
    const sent = 'sent' in call.outcome ? call.outcome.sent : undefined
    // A picture of that second has been shown long ago.
    for (const [name, out] of Object.entries(outPorts(definition)))
      if (out.kind !== 'frames') draft.send(node.id, name, out, sent?.[name])
    draft.restore(node.id, call.kept)
    return true
  }

  #tellHanging(run: TickRun, call: NodeCall, info: TickInfo, draft: TickDraft): void {
    const { id } = run.node
    const text = `It has not answered for ${secondsSince(call, { atMs: this.#options.clock.nowMs() })} s; the stream goes on without it.`
    this.#options.onStatus(id, { text, tone: 'bad' })
    if (run.trouble !== hangs) {
      this.#options.log.error({ node: id, tick: info.number }, 'a node hangs at its tick')
      draft.note(id, 'node.stuck', text)
      this.#options.onHanging?.(id, 'A node of the flow does not answer; the stream goes on without it.')
    }
    run.trouble = hangs
    if (decides(run)) draft.decisions.push(silence(id, info, text))
  }

  #tellCutOff(run: TickRun, info: TickInfo, draft: TickDraft): void {
    if (decides(run)) draft.decisions.push(silence(run.node.id, info, 'The stream was stopped before it had answered.'))
  }

  #tellTrouble(run: TickRun, info: TickInfo, draft: TickDraft, text: string): void {
    this.#options.onStatus(run.node.id, { text, tone: 'bad' })
    if (run.trouble !== text)
      this.#options.log.error({ node: run.node.id, tick: info.number, error: text }, 'a node failed at its tick')
    run.trouble = text
    if (decides(run)) draft.decisions.push(silence(run.node.id, info, text))
  }
}

/** Another worker may have the stream already: nothing more is decided here. */
function isAtOnce({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof StoppedError && reason.isAtOnce
}

type Sent = Record<string, unknown> | undefined
const hangs = 'hangs'

const toItsOtherHalf = { [actPort]: port('message') }

/** Its ports, and what leads to the half of it that acts. */
function outPorts({ acts, ports }: TickNode): Ports {
  return acts ? { ...ports.out, ...toItsOtherHalf } : ports.out
}

function isPromise(answer: Sent | void | PromiseLike<Sent | void>): answer is PromiseLike<Sent> {
  return typeof (answer as { then?: unknown } | undefined)?.then === 'function'
}

function secondsSince(call: NodeCall, { atMs }: Pick<TickInfo, 'atMs'>): number {
  return Math.max(1, Math.round((atMs - call.startedAtMs) / 1000))
}

function decides(run: TickRun): boolean {
  return Object.values(run.definition.ports.out).some((port) => port.kind === 'decision')
}

function silence(node: string, tick: TickDraft['tickInfo'], text: string, reason: Reason = 'dropped'): Decision {
  return {
    tick: tick.number,
    at: new Date(tick.atMs).toISOString(),
    mediaTimeS: tick.mediaTimeS,
    node,
    action: 'silence',
    reason,
    text,
    latencyMs: 0,
    frameKind: 'I',
    visualTokens: 0,
    fullRateTokens: 0,
    seconds: tick.seconds,
  }
}
