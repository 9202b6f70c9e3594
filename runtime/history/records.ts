// The shapes that this folder owns.
import type { Sound } from '../../nodes/contract/capabilities.ts'
import type { Decision, EventKind } from '../../nodes/contract/events.ts'

export interface DeliveryView {
  id: string
  node: string
  /** The node's type; null once its deployment is forgotten. */
  type: string | null
  state: 'pending' | 'running' | 'delivered' | 'failed'
  attempts: number
  detail: string
  at: string
}

export interface EventView {
  id: string
  kind: string
  flow: string
  revision: number
  stream: string
  node: string
  at: string
  mediaTimeS: number
  text: string
  fields: Record<string, unknown>
  frame: { url: string } | null
  /** What was spoken about it. */
  audio?: { url: string } | null
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  deliveries: DeliveryView[]
}

export interface EventQuery {
  flow?: string
  kind?: string
  q?: string
  from?: string
  to?: string
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

export interface EventStore {
  list(query: EventQuery): Promise<{ events: EventView[]; next: string | null }>
  get(id: string): Promise<EventView>
  frame(id: string): Promise<Uint8Array | undefined>
  /** What a delegation's stream saw up to it, oldest first. */
  recentFrames(id: string): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]>
  /** What a node, or without one any node, spoke about an event; without bytes while it is still being spoken. */
  sound(id: string, node?: string): Promise<(Sound & { node: string; isFinished: boolean }) | undefined>
  /** What came after that piece and that byte; undefined when it is gone or begun anew. */
  soundPart(
    id: string,
    node: string,
    from: { position: number; byte: number },
  ): Promise<{ bytes: Uint8Array; position: number; isFinished: boolean } | undefined>
  /** One statement: of many at the same moment exactly one `isFirst`, and its name stays. With it, all of its escalation. */
  acknowledge(id: string, by: string): Promise<{ event: EventView; isFirst: boolean }>
  decisions(query: DecisionQuery): Promise<{ decisions: (Decision & { stream: string })[]; next: string | null }>
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
