// What the engine needs of the world, and the records it hands out. Implemented by store, queue and capabilities.
import type { Clock, Log, MediaPort, ModelPort } from '../../nodes/contract/capabilities.ts'
import type { NodeDefinition, Repeats } from '../../nodes/contract/define.ts'
import type { Decision, EventKind, Message, StreamStatus } from '../../nodes/contract/events.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'

/** The order to run one stream, as read from the store when a worker gets the lease. */
export interface SessionOrder {
  /** Stable: flow id, "-", camera node id. */
  streamId: string
  /** Counts deployments of this stream; ticks start again at 1 with each. */
  run: number
  /** Counts workers that took this run over: writes of an older generation are refused (fencing). */
  generation: number
  flow: { id: string; name: string; revision: number }
  plan: PlanStream
  /** Where an earlier worker left off; null at the first start. */
  resume: { tick: number; mediaTimeS: number; states: Record<string, unknown>; status: StreamStatus | null } | null
  /** At a first start: what memory nodes and their models kept from the deployment before. */
  carried?: Record<string, unknown>
}

export type RunKey = Pick<SessionOrder, 'streamId' | 'run' | 'generation'>

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

/** One durable piece of work for the world: an action node and the message it got. Id is event id, "_", node id. */
export interface ActionRecord {
  id: string
  eventId: string
  flowId: string
  streamId: string
  run: number
  node: string
  port: string
  message: Message
  /** Not before this; at once when absent. */
  dueAtMs?: number
  /** What this action is about when it is not the message itself: a reminder, a deadline. Part of the id. */
  phase?: string
}

/** A message for a tick node from outside its session: an agent's answer, a question, another camera's stream. */
export interface SessionInput {
  id: string
  streamId: string
  node: string
  port: string
  message: Message
}

/** What one tick leaves behind. */
export interface TickRecord extends RunKey {
  flowId: string
  tick: number
  mediaTimeS: number
  decisions: Decision[]
  /** State of every tick node, by id; the latest one wins. */
  states: Record<string, unknown>
}

/** A tick with consequences: written in one transaction, actions being the outbox. */
export interface TickCommit extends TickRecord {
  events: EventRecord[]
  actions: ActionRecord[]
  /** Inputs that this tick has used up. */
  consumed: string[]
  /** Messages for nodes that run once, in another stream. */
  remote: SessionInput[]
  /** Events whose sentence was said again: the count, the first and the last time go into their fields. */
  repeats?: Repeats[]
}

export interface EngineStore {
  /** Bulk write of quiet ticks of many streams; rows of a stale generation are skipped and their keys returned. */
  writeTicks(records: TickRecord[]): Promise<RunKey[]>
  /** Throws StoppedError when the generation is stale, RetryableError DB_UNREACHABLE when the database is away. */
  commitTick(commit: TickCommit): Promise<void>
  /** Writes what was decided while the database was away, whoever runs the stream by now; nothing when its flow is gone. */
  commitLate(commit: TickCommit): Promise<void>
  writeStatus(statuses: (RunKey & { status: StreamStatus })[]): Promise<void>
  /** Oldest first, not yet consumed; at most 100. */
  readInputs(streamId: string): Promise<SessionInput[]>
}

export type SpillTicket = number

/** Keeps on disk what is decided while the database is away. */
export interface Spill {
  /** On disk once resolved. Undefined when there is no room or no disk; never rejects. */
  add(commit: TickCommit): Promise<SpillTicket | undefined>
  /** For the last moment of a process: before it returns all that fits is on disk. Throws what the disk throws. */
  addNow(commits: readonly TickCommit[]): void
  read(ticket: SpillTicket): Promise<TickCommit | undefined>
  /** It is in the database: its place is free. */
  done(ticket: SpillTicket): void
  /** Why nothing more can be kept, in words; null when all is well. */
  readonly trouble: string | null
}

/** What travels over the bus to every open browser and to sessions. */
export type LiveMessage =
  | { type: 'status'; flow: string; status: StreamStatus }
  | { type: 'decision'; flow: string; stream: string; decision: Decision }
  | {
      type: 'event'
      flow: string
      event: {
        id: string
        kind: EventKind
        stream: string
        node: string
        at: string
        mediaTimeS: number
        text: string
        hasFrame: boolean
        audio?: { url: string; durationS: number; startsAtMs: number }
      }
    }
  /** Something begins to be heard: its sound can be played from now on, while it may still be in the making. */
  | {
      type: 'speech'
      flow: string
      speech: {
        eventId: string
        stream: string
        node: string
        text: string
        url: string
        startsAtMs: number
        latestStartMs: number
      }
    }
  | {
      type: 'delivery'
      flow: string
      delivery: {
        id: string
        eventId: string
        node: string
        type?: string
        state: string
        attempts: number
        detail: string
        at: string
      }
    }
  | { type: 'input'; flow: string; stream: string }
  | { type: 'actions' }
  | { type: 'cancel'; action: string }
  | { type: 'control'; stream: string; run: number; order: 'stop' }

export interface Bus {
  /** Never throws and never waits: a lost live message is not a lost fact. */
  publish(message: LiveMessage): void
  subscribe(listener: (message: LiveMessage) => void): () => void
}

/** Pictures between processes (camera to watcher, browser to camera), sent only while somebody subscribes. */
export interface Relay {
  publish(channel: string, jpeg: Uint8Array): void
  subscribe(channel: string, listener: (jpeg: Uint8Array) => void): () => void
  /** The newest picture of a channel, waiting up to `waitMs` for one; undefined when none came. */
  latest(channel: string, waitMs: number): Promise<Uint8Array | undefined>
}

export interface EngineDeps {
  clock: Clock
  log: Log
  nodes: ReadonlyMap<string, NodeDefinition>
  /** With the camera's credentials already bound to flow and node. */
  media(order: SessionOrder): MediaPort
  models: ModelPort
  store: EngineStore
  /** Absent: what is decided while the database is away waits in memory alone. */
  spill?: Spill
  bus: Bus
  relay: Relay
  /** Cameras of this process that may be opening at a time; absent: all. */
  mostOpening?: number
  /** A number in [0, 1): jitter. */
  random(): number
}
