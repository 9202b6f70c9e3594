// The shapes that this folder owns.
import type { Clock, Log, MediaPort, ModelPort } from '../../nodes/contract/capabilities.ts'
import type { NodeDefinition, Repeats } from '../../nodes/contract/define.ts'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { PlanNode, PlanStream } from '../../nodes/contract/plan.ts'
import type { ActionRecord, NodeCalls, SessionInput } from '../actions/index.ts'
import type { EventRecord, EventTrace, RunKey, TickRecord } from '../history/index.ts'
import type { Bus, PictureRelay } from '../live/index.ts'
import type { StreamRef } from '../queue/index.ts'

/** A stream of a flow's newest deployment; `isRunning` while a session may write for it. */
export interface RunningStream {
  id: string
  flow: string
  plan: PlanStream
  isRunning: boolean
}

export interface RunningStore {
  /** Of the newest deployment. Throws NotFoundError FLOW_NOT_FOUND. */
  streams(flowId: string): Promise<RunningStream[]>
  stream(streamId: string): Promise<RunningStream | undefined>
  /** Those of all flows that run. */
  everywhere(): Promise<RunningStream[]>
  /** What its nodes have saved, by node id. */
  states(streamId: string): Promise<Record<string, unknown>>
  /** Writes the states that `change` gives back; false, and nothing is changed, while a session may write them. */
  changeStates(streamId: string, change: (states: Record<string, unknown>) => Record<string, unknown>): Promise<boolean>
  addInputs(inputs: SessionInput[]): Promise<void>
}

export interface StreamControl {
  start(refs: StreamRef[]): Promise<void>
  stop(refs: StreamRef[]): Promise<void>
  /** Tells the sessions of these runs that the store has another plan for them. */
  change(refs: StreamRef[]): Promise<void>
  /** False when the queue cannot take work. */
  isHealthy(): Promise<{ ok: boolean; backend: 'postgres' | 'redis'; waiting: number; active: number; detail?: string }>
}

/** The order to run one stream, as read from the store when a worker gets the lease. */
export interface SessionOrder {
  /** Stable: flow id, "-", camera node id. */
  streamId: string
  /** Counts deployments of this stream; ticks start again at 1 with each. */
  run: number
  /** Counts workers that took this run over: writes of an older generation are refused (fencing). */
  generation: number
  flow: { id: string; name: string; revision: number }
  /** The deployment whose plan it is: what is decided by it is done by it. */
  deploymentId?: string
  plan: PlanStream
  /** Where an earlier worker left off; null at the first start. */
  resume: { tick: number; mediaTimeS: number; states: Record<string, unknown>; status: StreamStatus | null } | null
  /** At a first start: what memory nodes and their models kept from the deployment before. */
  carried?: Record<string, unknown>
}

/** Another plan for a stream whose run goes on, as read from the store after a deploy. */
export interface PlanChange {
  deploymentId: string
  flow: SessionOrder['flow']
  plan: PlanStream
  /** What is saved of the plan's nodes; a session takes of it what its own nodes do not know better. */
  states: Record<string, unknown>
}

/** Where a session finds the newest change of its plan. */
export interface PlanChanges {
  /** The change since the last call; undefined when there is none. */
  take(): PlanChange | undefined
}

/** A tick with consequences: written in one transaction, actions being the outbox. */
export interface TickCommit extends TickRecord {
  events: EventRecord[]
  actions: ActionRecord[]
  /** Inputs that this tick has used up. */
  consumed: string[]
  /** Messages for nodes that run once, in another stream. */
  remote: SessionInput[]
  /** By whose plan it was decided. Absent in what older versions left on disk. */
  deploymentId?: string
  /** Events whose sentence was said again: the count, the first and the last time go into their fields. */
  repeats?: Repeats[]
  /** Where messages of earlier events went on. */
  traces?: EventTrace[]
}

export interface EngineStore {
  /** Bulk write of quiet ticks of many streams; rows of a stale generation are skipped and their keys returned. */
  writeTicks(records: TickRecord[]): Promise<RunKey[]>
  /** Throws StoppedError when the generation is stale, RetryableError DB_UNREACHABLE when the database is away. */
  commitTick(commit: TickCommit): Promise<void>
  /** Writes what was decided while the database was away, whoever runs the stream by now; nothing when its flow is gone. */
  commitLate(commit: TickCommit): Promise<void>
  writeStatus(statuses: (RunKey & { status: StreamStatus })[]): Promise<void>
  /**
   * The nodes of this stream that other streams of its flow speak to. `isOver`: each of those is at its end and all that was sent has
   * been used up.
   */
  othersOf(streamId: string): Promise<{ nodes: string[]; isOver: boolean }>
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
  relay: PictureRelay
  /** Cameras of this process that may be opening at a time; absent: all. */
  mostOpening?: number
  /** A number in [0, 1): jitter. */
  random(): number
  /** Told whose code runs. Absent: nobody watches. */
  calls?: NodeCalls
}

/** A stream that is wanted and that nobody has claimed yet, as far as the choice of its machine needs it. */
export interface WaitingStream {
  streamId: string
  flowId: string
  source: PlanNode
  /** How far an earlier worker came; 0 when none has begun. */
  tick: number
  status: StreamStatus | null
}

/** What the jobs of streams need of the store. */
export interface StreamJobStore {
  /** Claims nothing. Null when it is no longer wanted. */
  waitingStream(ref: StreamRef): Promise<WaitingStream | null>
  /** No running machine can take the stream now: it stays wanted, `degraded` with these words. */
  deferStream(ref: StreamRef, reason: string): Promise<void>
  /**
   * Holds these streams for a worker, or holds them on, for `forMs` milliseconds by the database's clock; resolves to the ids of
   * those that another worker holds. A hold is of the stream whatever its run: a camera is open once.
   */
  keepHolds(streamIds: string[], holder: string, forMs: number): Promise<string[]>
  /** Lets go of a stream, if it is this worker's. */
  releaseHold(streamId: string, holder: string): Promise<void>
  /** Takes the stream over: a new generation, so that writes of the former worker are refused. Null when it is no longer wanted. */
  claimStream(ref: StreamRef): Promise<SessionOrder | null>
  /** The plan that this run is to go by now, unless that is `known` already; null when there is none or it may not run any more. */
  changedPlan(ref: StreamRef, known: string): Promise<PlanChange | null>
  /** Records how a session ended by itself (`finished`, `failed`); later writes of that run are refused. */
  endStream(
    ref: StreamRef & { generation: number },
    state: 'finished' | 'failed' | 'stopped',
    reason: string | null,
  ): Promise<void>
  /** Streams that should be running now, and by whose plan: each must have a job. */
  wantedStreams(): Promise<(StreamRef & { deploymentId?: string })[]>
}

export interface StreamWork {
  /** Runs a session until it ends or the signal aborts; `changes` of its plan are taken between two ticks. */
  runStream(
    order: SessionOrder,
    signal: AbortSignal,
    changes?: PlanChanges,
  ): Promise<{ state: 'finished' | 'failed' | 'stopped'; reason: string | null }>
}
