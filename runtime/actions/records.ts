// The shapes that this folder owns.
import type { EventPort } from '../../nodes/contract/capabilities.ts'
import type { WithReceipt } from '../../nodes/contract/events.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import type { Lane } from '../../nodes/contract/define.ts'
import type { Message } from '../../nodes/contract/events.ts'
import type { WirePass } from '../../nodes/contract/trace.ts'
import type { PlanNode, Target } from '../../nodes/contract/plan.ts'
import type { DeliveryView, EventRecord } from '../history/index.ts'

export interface DeliveryStore {
  /** What a node has told about an event, for correcting it. */
  told: EventPort['told']
  /** Marks it; whoever runs it is told by the caller. Throws NotFoundError DELIVERY_NOT_FOUND, ConflictError DELIVERY_DONE. */
  cancel(id: string): Promise<Omit<DeliveryView, 'state' | 'type'> & { eventId: string; flow: string }>
  /** Marks those of a flow that are not finished and that `isUnwanted`; gives their ids. */
  cancelOf(flowId: string, isUnwanted: (node: PlanNode, routes: Record<string, Target[]>) => boolean): Promise<string[]>
}

export interface TryRequest {
  flow: { id: string; name: string; revision: number }
  node: PlanNode
  connection?: Connection
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
  /** It reaches nobody's phone or inbox, so its event is no alert because of it. Absent: it is one. */
  isQuiet?: true
}

/** A message for a tick node from outside its session: an agent's answer, a question, another camera's stream. */
export interface SessionInput {
  id: string
  streamId: string
  node: string
  port: string
  message: Message
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
  /** The stream's action nodes, that one among them. */
  actions?: readonly PlanNode[]
  /** A person wants it no more: this try only says so. */
  isCancelled?: boolean
  /** What is known of its receiver. */
  trouble?: Pick<ReceiverTrouble, 'state' | 'text'>
}

/** Why a receiver is not reached. */
export interface ReceiverTrouble {
  receiver: string
  /** `gone`: for good, until a person does something about it. */
  state: 'silent' | 'gone'
  sinceMs: number
  /** Null where nobody looks again by itself. */
  retryAtMs: number | null
  text: string
}

/** How a try ended. The next actions are written in the same transaction: the outbox again. */
export interface ActionOutcome extends WithReceipt {
  state: 'delivered' | 'failed' | 'retrying'
  /** One line for the delivery's row. */
  detail: string
  /** The code of what went wrong or otherwise. */
  code?: string | undefined
  events: EventRecord[]
  actions: ActionRecord[]
  inputs: SessionInput[]
  /** What went along the wires from here. */
  passes?: WirePass[]
  /** Nothing was tried: the receiver was full or known to be away, so this does not count as a try. */
  isHeld?: true
  /** What this has shown of the receiver: trouble, or null when what was known of it is over. */
  trouble?: ReceiverTrouble | null
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

/** What the jobs of actions need of the store. */
export interface ActionJobStore {
  /**
   * Gives `add` actions written but not finished whose job may be missing: never queued, or without a sign of life for `olderThanMs`.
   * Resolves to their number once they are marked as queued. Of several drains at once none sees, or waits for, what another has; when
   * `add` throws nothing is marked.
   */
  drainActions(
    options: { limit: number; olderThanMs: number },
    add: (batch: WaitingAction[]) => Promise<void>,
  ): Promise<number>
  /** Null when the action is done already. Counts the attempt. */
  beginAction(id: string): Promise<ActionOrder | null>
  /** Of these, which nobody wants any more: cancelled, finished elsewhere, or gone with their flow. */
  unwantedActions(ids: string[]): Promise<string[]>
  /** One transaction. Writing the same outcome twice adds nothing. */
  endAction(id: string, outcome: ActionOutcome): Promise<void>
}

export interface ActionWork {
  /** One try. Throws RetryableError or FatalError only for bugs: troubles of the receiver are in the outcome. */
  performAction(
    order: ActionOrder,
    signal: AbortSignal,
  ): Promise<ActionOutcome & { retryAfterMs?: number; isUnanswered?: boolean }>
  /** The lane of a node type, by its definition. */
  laneOf(type: string | undefined): Lane
  addressOf(order: ActionOrder): ActionAddress
}
