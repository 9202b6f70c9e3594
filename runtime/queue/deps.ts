// What the queue needs of the store and of the engine. The jobs themselves carry ids only.
import type { Lane } from '../../nodes/contract/define.ts'
import type { PlanNode, Target } from '../../nodes/contract/plan.ts'
import type { ActionRecord, EventRecord, SessionInput, SessionOrder } from '../engine/deps.ts'

export interface StreamRef {
  streamId: string
  run: number
}

/** Everything one try of an action needs. */
export interface ActionOrder {
  action: ActionRecord
  /** 1 on the first try, counted in the store: it survives a queue that forgets. */
  attempt: number
  flow: { id: string; name: string; revision: number }
  node: PlanNode
  /** The stream's routes, by out port `node.port`. */
  routes: Record<string, Target[]>
  /** A person wants it no more: this try only says so. */
  isCancelled?: boolean
}

/** How a try ended. The next actions are written in the same transaction: the outbox again. */
export interface ActionOutcome {
  state: 'delivered' | 'failed' | 'retrying'
  /** One line for the delivery's row. */
  detail: string
  events: EventRecord[]
  actions: ActionRecord[]
  inputs: SessionInput[]
  /** Nothing was tried: the receiver was full or known to be away, so this does not count as a try. */
  isHeld?: true
}

/** An action that may need a job, and the type of its node; unknown when its plan is gone. */
export interface WaitingAction {
  id: string
  delayMs: number
  type?: string
  isCancelled?: true
}

/** Where an action goes, and what is put off (reminders, deadlines) when it cannot go there now. */
export interface ActionAddress {
  lane: Lane
  receiver: string | undefined
  following: ActionRecord[]
}

export interface QueueStore {
  /** Takes the stream over: a new generation, so that writes of the former worker are refused. Null when it is no longer wanted. */
  claimStream(ref: StreamRef): Promise<SessionOrder | null>
  /** Records how a session ended by itself (`finished`, `failed`); later writes of that run are refused. */
  endStream(
    ref: StreamRef & { generation: number },
    state: 'finished' | 'failed' | 'stopped',
    reason: string | null,
  ): Promise<void>
  /** Streams that should be running now: each must have a job. */
  wantedStreams(): Promise<StreamRef[]>
  /** Actions written but not finished whose job may be missing: never queued, or without a sign of life for `olderThanMs`. */
  actionsToQueue(options: { limit: number; olderThanMs: number }): Promise<WaitingAction[]>
  markQueued(ids: string[]): Promise<void>
  /** Null when the action is done already. Counts the attempt. */
  beginAction(id: string): Promise<ActionOrder | null>
  /** Of these, which nobody wants any more: cancelled, finished elsewhere, or gone with their flow. */
  unwantedActions(ids: string[]): Promise<string[]>
  /** One transaction. Writing the same outcome twice adds nothing. */
  endAction(id: string, outcome: ActionOutcome): Promise<void>
  /** Deletes one small batch of what is too old; true while there is more. */
  sweepRetention(): Promise<boolean>
  /** Makes the day partitions of decisions for today and the next two days. */
  ensurePartitions(): Promise<void>
}

export interface QueueWork {
  /** Runs a session until it ends or the signal aborts. */
  runStream(
    order: SessionOrder,
    signal: AbortSignal,
  ): Promise<{ state: 'finished' | 'failed' | 'stopped'; reason: string | null }>
  /** One try. Throws RetryableError or FatalError only for bugs: troubles of the receiver are in the outcome. */
  performAction(
    order: ActionOrder,
    signal: AbortSignal,
  ): Promise<ActionOutcome & { retryAfterMs?: number; isUnanswered?: boolean }>
  /** The lane of a node type, by its definition. */
  laneOf(type: string | undefined): Lane
  addressOf(order: ActionOrder): ActionAddress
}
