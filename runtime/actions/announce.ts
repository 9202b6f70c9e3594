// Tells open browsers and sessions what became of an action, after it was written: a lost message is not a lost fact.
import { isAlertEvent } from '../../nodes/contract/alerts.ts'
import { SoundSchema } from '../../nodes/contract/events.ts'
import type { Bus, LiveMessage } from '../live/index.ts'
import type { DeliveryView, EventRecord } from '../history/index.ts'
import type { ActionOrder, ActionOutcome, ReceiverTrouble } from './records.ts'

/** A try has begun. */
export function announceBegin(bus: Bus, order: ActionOrder, nowMs: number): void {
  bus.publish(delivery(order, 'running', { detail: '' }, nowMs))
}

/** A try has ended and is in the database, with the events it made and the inputs that wait for sessions. */
export function announceOutcome(bus: Bus, order: ActionOrder, outcome: ActionOutcome, nowMs: number): void {
  bus.publish(delivery(order, outcome.state === 'retrying' ? 'pending' : outcome.state, outcome, nowMs))
  const { trouble } = outcome
  if (trouble !== undefined)
    bus.publish({ type: 'receiver', flow: order.flow.id, node: order.node.id, receiver: trouble && viewOf(trouble) })
  for (const event of outcome.events)
    bus.publish({ type: 'event', flow: event.flowId, event: summary(event, outcome.actions) })
  const { passes = [] } = outcome
  const { flow } = order
  if (passes.length > 0)
    bus.publish({
      type: 'wires',
      flow: flow.id,
      stream: order.action.streamId,
      at: new Date(nowMs).toISOString(),
      passes,
    })
  for (const input of outcome.inputs) bus.publish({ type: 'input', flow: order.flow.id, stream: input.streamId })
}

function viewOf({ state, sinceMs, retryAtMs, text }: ReceiverTrouble) {
  const retryAt = retryAtMs === null ? null : new Date(retryAtMs).toISOString()
  return { state, since: new Date(sinceMs).toISOString(), retryAt, text }
}

function delivery(
  order: ActionOrder,
  state: DeliveryView['state'],
  { detail, code = null }: { detail: string; code?: string | null | undefined },
  nowMs: number,
): LiveMessage {
  const { id, eventId, node } = order.action
  return {
    type: 'delivery',
    flow: order.flow.id,
    delivery: {
      id,
      eventId,
      node,
      type: order.node.type,
      state,
      attempts: order.attempt,
      detail,
      code,
      at: new Date(nowMs).toISOString(),
    },
  }
}

function summary(event: EventRecord, work: ActionOutcome['actions']): Extract<LiveMessage, { type: 'event' }>['event'] {
  const { id, kind, node, at, mediaTimeS, text, fields } = event
  const audio = kind === 'speech.played' ? SoundSchema.safeParse(fields.audio).data : undefined
  return {
    id,
    kind,
    stream: event.streamId,
    node,
    at,
    mediaTimeS,
    text,
    hasFrame: event.frame !== null,
    ...(isAlertEvent(event, work) ? { alert: true as const } : {}),
    ...(audio ? { audio } : {}),
  }
}
