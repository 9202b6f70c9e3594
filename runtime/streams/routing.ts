// Collects what the nodes of one tick send and takes it where the plan's routes lead: to other tick nodes, into the record,
// to actions, to other streams. Runs no node and writes nothing itself.
import type { TimedPicture } from '../../nodes/contract/capabilities.ts'
import type { Arrival, NodeDefinition, Port, Ports, Repeats, TickInfo, TickNode } from '../../nodes/contract/define.ts'
import { isQuietWork } from '../../nodes/contract/alerts.ts'
import { fromOutside, type Decision, type EventKind, type Message } from '../../nodes/contract/events.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Target } from '../../nodes/contract/plan.ts'
import { mostSteps, notePass, type TraceStep, type WirePass } from '../../nodes/contract/trace.ts'
import type { ActionRecord, SessionInput } from '../actions/index.ts'
import type { EventRecord, EventTrace } from '../history/index.ts'
import type { SessionOrder } from './records.ts'
import { Inbox, isMessage } from './inbox.ts'
import type { Waiting } from './inbox.ts'
import { actionId, idFrom, streamIdOf, tickId } from '../actions/index.ts'

const longestText = 8000
const mostPasses = 50
/** So many pictures go with a question for an agent, the present one among them. */
const mostRecent = 8
/** And so many at most with what asks for more. */
const mostKept = 12

export interface MessageOptions {
  fields?: Record<string, unknown>
  mediaTimeS?: number
  frame?: Frame
  /** Kept with it instead of the frame's. */
  picture?: Uint8Array
  /** Its event, where that is not its port's. */
  event?: EventKind
  /** The same was said before. */
  repeats?: Repeats
  /** What was shown lately is kept with its event. */
  keepsRecent?: boolean | number
}

interface Origin {
  mediaTimeS: number
  frame: Uint8Array | null
  event?: EventKind
  keepsRecent?: boolean | number
}

/** What one tick leaves behind, as it fills. */
export class TickDraft {
  readonly decisions: Decision[] = []
  readonly events: EventRecord[] = []
  readonly actions: ActionRecord[] = []
  readonly remote: SessionInput[] = []
  /** What was said again, counted on the events it was first recorded as. */
  readonly repeats: Repeats[] = []
  /** Where messages of events that are recorded already went on. */
  readonly traces: EventTrace[] = []
  /** The picture that the stream shows: the last one any node sent on. */
  shown: Frame | undefined
  readonly #order: SessionOrder
  readonly #tick: TickDraft['tickInfo']
  readonly #inPorts: ReadonlyMap<string, Ports>
  readonly #recorded: Set<string>
  readonly #recent: readonly TimedPicture[]
  readonly #nodes: ReadonlyMap<string, NodeDefinition>
  readonly #inbox = new Inbox()
  readonly #origins = new Map<string, Origin>()
  /** Of these, what came from outside. */
  readonly #given = new Set<string>()
  readonly #counts = new Map<string, number>()
  readonly #repeated = new Map<string, Repeats>()
  readonly #steps = new Map<string, TraceStep[]>()
  readonly #passes = new Map<string, WirePass>()

  /** `recorded` are the ids of events known to be in the record already; it grows with this tick's. `recent` is what earlier ticks showed. */
  constructor(
    order: SessionOrder,
    tick: TickDraft['tickInfo'],
    inPorts: ReadonlyMap<string, Ports>,
    recorded: Set<string>,
    recent: readonly TimedPicture[] = [],
    nodes: ReadonlyMap<string, NodeDefinition> = new Map(),
  ) {
    this.#order = order
    this.#nodes = nodes
    this.#tick = tick
    this.#inPorts = inPorts
    this.#recorded = recorded
    this.#recent = recent
  }

  get tickInfo(): Pick<TickInfo, 'number' | 'atMs' | 'mediaTimeS' | 'seconds'> {
    return this.#tick
  }

  /** What went along the wires, the newest of each; at most so many wires as are told of a tick. */
  get passes(): WirePass[] {
    return [...this.#passes.values()].slice(-mostPasses)
  }

  /** True for a message that a node has made at this tick. */
  isNew(eventId: string): boolean {
    return this.#origins.has(eventId) && !this.#given.has(eventId)
  }

  /** True where a wire leads on from a port. */
  leadsOn(node: string, port: string): boolean {
    return (this.#order.plan.routes[`${node}.${port}`] ?? []).length > 0
  }

  /** What became of messages at a node. */
  trace(steps: ReadonlyMap<string, TraceStep>): void {
    for (const [eventId, step] of steps) this.#steps.set(eventId, [...(this.#steps.get(eventId) ?? []), step])
  }

  /** Gives each recorded event its way; what is in no record leaves no trace. Once, when all nodes have run. */
  closeTraces(): void {
    for (const [eventId, steps] of this.#steps) {
      const event = this.events.find(({ id }) => id === eventId)
      if (event) event.trace = steps.slice(0, mostSteps)
      else if (this.#recorded.has(eventId)) this.traces.push({ eventId, steps: steps.slice(0, mostSteps) })
    }
    this.#steps.clear()
  }

  /** Nothing but silences. */
  get saysNothing(): boolean {
    const { events, actions, remote, repeats, traces } = this
    const rest = events.length + actions.length + remote.length + repeats.length + traces.length
    return rest === 0 && this.decisions.every((decision) => decision.action === 'silence')
  }

  /** A new message of a node, with an event id of its own. */
  message(node: string, text: string, options: MessageOptions = {}): Message {
    const count = this.#counts.get(node) ?? 0
    this.#counts.set(node, count + 1)
    const id = tickId(this.#order, this.#tick.number, node, 'message', count)
    const frame = options.frame ?? this.shown
    const mediaTimeS = options.mediaTimeS ?? this.#tick.mediaTimeS
    this.#origins.set(id, {
      mediaTimeS,
      frame: options.picture ?? frame?.full.jpeg ?? null,
      ...(options.event ? { event: options.event } : {}),
      ...(options.keepsRecent ? { keepsRecent: options.keepsRecent } : {}),
    })
    if (options.repeats) this.#repeated.set(id, options.repeats)
    return {
      id,
      eventId: id,
      // What happened earlier than this tick says so: a clip's own time and the wall clock run together.
      at: new Date(this.#tick.atMs - Math.max(0, this.#tick.mediaTimeS - mediaTimeS) * 1000).toISOString(),
      text: text.slice(0, longestText),
      source: {
        flow: this.#order.flow.id,
        node,
        stream: this.#order.streamId,
        ...(this.#order.plan.camera === undefined ? {} : { camera: this.#order.plan.camera }),
      },
      ...(frame || options.picture ? { frame: { url: frameUrl(id) } } : {}),
      ...(options.fields ? { fields: options.fields } : {}),
      mediaTimeS,
      tick: this.#tick.number,
    }
  }

  /** What the stream has shown up to now, oldest first. */
  get recent(): TimedPicture[] {
    const now = this.shown ? [{ mediaTimeS: this.shown.mediaTimeS, jpeg: this.shown.full.jpeg }] : []
    return [...this.#recent, ...now].slice(-mostKept)
  }

  /** Puts a message from outside the session before its node. */
  deliver(input: SessionInput): void {
    const { message } = input
    if (message.source.node === fromOutside) {
      // What a person or a script sent in is in no record yet.
      this.#origins.set(message.eventId, { mediaTimeS: this.#tick.mediaTimeS, frame: null })
      this.#given.add(message.eventId)
      this.record('message.sent', input.node, message)
    }
    this.#recorded.add(message.eventId)
    this.#inbox.begin(message.eventId)
    this.#inbox.put(input.node, input.port, message)
  }

  /** All that arrived at a node, for a tick at which it cannot run. */
  waiting(node: string): Waiting[] {
    return this.#inbox.waiting(node)
  }

  /** Puts before a node what arrived at ticks at which it could not run. */
  restore(node: string, kept: readonly Waiting[]): void {
    this.#inbox.restore(node, kept)
  }

  /** What arrived at a node, shaped by the kinds of its in ports. */
  received(definition: TickNode, node: string): Record<string, unknown> {
    return this.#inbox.received(definition, node)
  }

  /** The same messages over all its ports, in the order they came. */
  arrivals(node: string): Arrival[] {
    return this.#inbox.arrivals(node)
  }

  /** Takes what a node sent on one of its out ports along the routes. */
  send(node: string, name: string, port: Port, sent: unknown): void {
    const values = Array.isArray(sent) ? sent : [sent]
    const targets = this.#order.plan.routes[`${node}.${name}`] ?? []
    for (const raw of values) {
      if (raw === undefined || raw === null) continue
      const value: unknown =
        port.kind === 'decision' ? { ...(raw as Decision), node, seconds: this.#tick.seconds } : raw
      if (port.kind === 'frames') this.shown = value as Frame
      if (port.kind === 'decision') this.decisions.push(value as Decision)
      if (port.event && isMessage(value)) this.#tell(this.#origins.get(value.eventId)?.event ?? port.event, node, value)
      for (const target of targets) this.#route(node, name, port.kind, target, value)
    }
  }

  /** Its own event, unless it is a repeat: that is counted on the first one's. */
  #tell(kind: EventKind, node: string, message: Message): void {
    const repeats = this.#repeated.get(message.eventId)
    if (!repeats) this.record(kind, node, message)
    else if (!this.repeats.includes(repeats)) this.repeats.push(repeats)
  }

  /** A fact about the session itself, at most one of a kind for a node and tick. */
  note(node: string, kind: EventKind, text: string, fields: Record<string, unknown> = {}): void {
    const { atMs, mediaTimeS, number } = this.#tick
    const before = this.events.filter((event) => event.kind === kind && event.node === node).length
    this.events.push({
      id: tickId(this.#order, number, node, kind, before),
      kind,
      flowId: this.#order.flow.id,
      revision: this.#order.flow.revision,
      streamId: this.#order.streamId,
      node,
      tick: number,
      at: new Date(atMs).toISOString(),
      mediaTimeS,
      text,
      fields,
      frame: null,
    })
  }

  /** Records an event about `message`, once. */
  record(kind: EventKind, node: string, message: Message): void {
    if (this.#recorded.has(message.eventId)) return
    this.#recorded.add(message.eventId)
    const origin = this.#origins.get(message.eventId)
    this.events.push({
      id: message.eventId,
      kind,
      flowId: this.#order.flow.id,
      revision: this.#order.flow.revision,
      streamId: this.#order.streamId,
      node,
      tick: this.#tick.number,
      at: message.at,
      mediaTimeS: origin?.mediaTimeS ?? this.#tick.mediaTimeS,
      text: message.text,
      fields: message.fields ?? {},
      frame: origin?.frame ?? null,
      ...(kind === 'delegation.made' || origin?.keepsRecent ? { recent: this.#recentFor(origin) } : {}),
    })
  }

  #recentFor(origin: Origin | undefined): TimedPicture[] {
    const most = typeof origin?.keepsRecent === 'number' ? origin.keepsRecent : mostRecent
    return this.recent.slice(-Math.min(mostKept, Math.max(1, most)))
  }

  #route(from: string, port: string, kind: Kind, target: Target, value: unknown): void {
    const pass = (passed: unknown): void => {
      if (isMessage(passed) && from !== target.node)
        notePass(this.#passes, `${from}.${port}`, `${target.node}.${target.port}`, passed)
    }
    if (target.to === 'tick') {
      const put = this.#fits(target, kind) ? value : this.#asMessage(from, value)
      pass(put)
      return this.#toTick(target, put)
    }
    const message = this.#asMessage(from, value)
    if (!message) return
    if (target.to === 'remote') {
      pass(message)
      this.remote.push({
        id: idFrom(message.eventId, target.node, target.port),
        streamId: streamIdOf(this.#order.flow.id, target.stream),
        node: target.node,
        port: target.port,
        message,
      })
      return
    }
    const isRepeat = this.#repeated.has(message.eventId)
    // Who was told is not told again. What a node lets through all the same, as a reminder, is an event of its own.
    if (isRepeat && from === message.source.node) return
    pass(message)
    this.record(isRepeat ? 'response.given' : 'message.sent', isRepeat ? message.source.node : from, message)
    const id = actionId(message.eventId, target.node)
    if (this.actions.some((action) => action.id === id)) return
    this.actions.push({
      id,
      eventId: message.eventId,
      flowId: this.#order.flow.id,
      streamId: this.#order.streamId,
      run: this.#order.run,
      node: target.node,
      port: target.port,
      message,
      ...(this.#isQuiet(target.node, message) ? { isQuiet: true as const } : {}),
    })
  }

  #isQuiet(node: string, message: Message): boolean {
    const type = this.#order.plan.actions.find(({ id }) => id === node)?.type ?? ''
    return isQuietWork(this.#nodes.get(type), message.fields)
  }

  #fits(target: Target, kind: Kind): boolean {
    return this.#inPorts.get(target.node)?.[target.port]?.kind === kind || kind !== 'decision'
  }

  #toTick(target: Target, value: unknown): void {
    if (value !== undefined) this.#inbox.put(target.node, target.port, value)
  }

  /** A decision reads as a message; a silence says nothing, so it becomes none. */
  #asMessage(node: string, value: unknown): Message | undefined {
    if (isMessage(value)) return value
    const decision = value as Partial<Decision> | undefined
    if (!decision?.action || decision.action === 'silence') return undefined
    return this.message(node, decision.question ?? decision.text ?? '', {
      fields: { action: decision.action },
      ...(decision.mediaTimeS === undefined ? {} : { mediaTimeS: decision.mediaTimeS }),
    })
  }
}

/** Where the picture kept with an event is served. */
export function frameUrl(eventId: string): string {
  return `/api/events/${eventId}/frame`
}
