// Deliveries: how the API shows actions. Reads only; actions.ts writes.
import { asc, inArray } from 'drizzle-orm'
import type { DeliveryView } from '../api/deps.ts'
import type { Session } from './db.ts'
import { actions } from './schema.ts'
import type { ActionState } from './schema.ts'

// Between two tries it is still under way; only the last word counts as failed.
const shownStates: Record<ActionState, DeliveryView['state']> = {
  pending: 'pending', queued: 'pending', running: 'running', retrying: 'running', cancelling: 'running', delivered: 'delivered', failed: 'failed',
}

/** The deliveries of these events, in the order they were made, by event id. */
export async function readDeliveries(session: Session, eventIds: readonly string[]): Promise<Map<string, DeliveryView[]>> {
  const deliveries = new Map<string, DeliveryView[]>(eventIds.map((id) => [id, []]))
  if (eventIds.length === 0) return deliveries
  const rows = await session.select().from(actions).where(inArray(actions.eventId, [...eventIds])).orderBy(asc(actions.seq))
  for (const { eventId, id, node, state, attempts, detail, updatedAt } of rows) {
    deliveries.get(eventId)?.push({ id, node, state: shownStates[state], attempts, detail, at: updatedAt.toISOString() })
  }
  return deliveries
}
