// The shapes that this folder owns.
import type { MovingPicture, Sound } from '../../nodes/contract/capabilities.ts'
import type { Decision, EventKind, Verdict } from '../../nodes/contract/events.ts'
import type { TraceStep } from '../../nodes/contract/trace.ts'
import type { DecisionPage, EventPage, EventView, Precision, Timeline } from './route-answers.ts'

export type { DeliveryView, EventView } from './route-answers.ts'

/**
 * `alerts`: what a person must see; `unseen`: what nobody has seen yet; `urgent`: of those what is no trouble of Heed's own, so that no number of
 * cameras that are away hides a fall. Of identical ones the first: `incidents` that nobody has seen, `urgent-incidents`, `seen-incidents`,
 * `any-incidents`.
 */
export const eventChoices = [
  'alerts',
  'unseen',
  'urgent',
  'incidents',
  'urgent-incidents',
  'seen-incidents',
  'any-incidents',
] as const
export type EventChoice = (typeof eventChoices)[number]

export interface EventQuery {
  flow?: string
  stream?: string
  kind?: string
  q?: string
  from?: string
  to?: string
  only?: EventChoice
  verdict?: Verdict | 'any' | 'none'
  incident?: string
  limit: number
  cursor?: string
}

export interface DecisionQuery {
  flow: string
  stream?: string
  from?: string
  to?: string
  limit: number
  cursor?: string
}

export interface TimelineQuery {
  flow?: string
  stream?: string
  from: string
  to: string
  /** About so many steps at most. */
  steps: number
}

/** A picture of one moment that is kept; its bytes are read by themselves. */
export interface PastPicture {
  atMs: number
  /** The event it belongs to; null for one of the seconds around it. */
  event: string | null
}

export interface EventStore {
  /** `total` and `unseen` are of all pages together; the total stops at a bound, and says so. */
  list(query: EventQuery): Promise<EventPage>
  get(id: string): Promise<EventView>
  /** What a person says of an alert afterwards; null takes it back. Throws ConflictError EVENT_NOT_ALERT. */
  rate(id: string, verdict: Verdict | null, by: string): Promise<EventView>
  /** Of a flow's alerts that were judged: how many were right, and which share of them that is; null where none was. */
  precision(flow: string): Promise<Precision>
  /** Of every flow that any alert was judged of. */
  precisions(): Promise<(Precision & { flow: string })[]>
  /** Which way its message took, and why it came no further. */
  trace(id: string): Promise<TraceView>
  frame(id: string): Promise<Uint8Array | undefined>
  /** What a delegation's stream saw up to it, oldest first. */
  recentFrames(id: string): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]>
  /** What a node, or without one any node, spoke about an event; without bytes while it is still being spoken. */
  sound(id: string, node?: string): Promise<(Sound & { node: string; isFinished: boolean }) | undefined>
  /** The moving picture that was made about an event. */
  clip(id: string): Promise<MovingPicture | undefined>
  /** What came after that piece and that byte; undefined when it is gone or begun anew. */
  soundPart(
    id: string,
    node: string,
    from: { position: number; byte: number },
  ): Promise<{ bytes: Uint8Array; position: number; isFinished: boolean } | undefined>
  /**
   * One statement: of many at the same moment exactly one `isFirst`, and its name stays. With it, all of its escalation and of its incident;
   * `seen` are the ids of all that nobody had seen before.
   */
  acknowledge(id: string, by: string): Promise<{ event: EventView; isFirst: boolean; seen: string[] }>
  /** All that nobody has seen up to a moment, by the filters of a list; gives what that was. */
  acknowledgeAll(
    query: Pick<EventQuery, 'flow' | 'kind' | 'q'> & { upTo: string },
    by: string,
  ): Promise<{ id: string; flow: string }[]>
  decisions(query: DecisionQuery): Promise<DecisionPage>
  timeline(query: TimelineQuery): Promise<Timeline>
}

/** Pictures of the past, by stream and moment. */
export interface FilmStore {
  /** Adds what is not there yet; of a flow that is gone nothing is kept. */
  add(stream: string, flow: string, pictures: readonly { atMs: number; jpeg: Uint8Array }[]): Promise<void>
  /** Of events and around them, oldest first; thinned out evenly to about `most`. */
  list(stream: string, fromMs: number, toMs: number, most: number): Promise<PastPicture[]>
  /** The nearest one within `withinMs`. */
  nearest(stream: string, atMs: number, withinMs: number): Promise<PastPicture | undefined>
  jpeg(stream: string, atMs: number): Promise<Uint8Array | undefined>
}

/** Which run of a stream, and which worker's: writes of an older generation are refused (fencing). */
export interface RunKey {
  /** Stable: flow id, "-", camera node id. */
  streamId: string
  run: number
  generation: number
}

/** A recorded fact. Its id is made from stream, run, tick, node, port and count: a second try adds nothing. */
export interface EventRecord {
  id: string
  kind: EventKind
  flowId: string
  revision: number
  streamId: string
  node: string
  tick: number
  /** ISO 8601. */
  at: string
  mediaTimeS: number
  text: string
  fields: Record<string, unknown>
  /** Kept with the event: the full picture. */
  frame: Uint8Array | null
  /** Kept with a delegation: what the stream saw up to it, oldest first, at most 8. */
  recent?: { mediaTimeS: number; jpeg: Uint8Array }[]
  /** The way its message took at the tick that recorded it. */
  trace?: TraceStep[]
}

/** The way of a message, not yet in words. */
export interface TraceView {
  event: string
  flow: string
  revision: number
  steps: (Omit<TraceStep, 'what' | 'type'> & {
    what: TraceStep['what'] | 'sent' | 'delivered' | 'failed'
    /** The node's type; null where its revision has to say. */
    type: string | null
    /** Of a delivery: its own words, its tries, and which reminder or deadline it is. */
    detail?: string
    attempts?: number
    phase?: string
  })[]
}

/** Further steps of a message whose event is recorded already. */
export interface EventTrace {
  eventId: string
  steps: TraceStep[]
}

/** What one tick leaves behind. */
export interface TickRecord extends RunKey {
  flowId: string
  tick: number
  mediaTimeS: number
  decisions: Decision[]
  /** State of every tick node, by id; the latest one wins. */
  states: Record<string, unknown>
  /** By node id, of which type and version its state is: `cooldown@2`. */
  types?: Readonly<Record<string, string>>
}
