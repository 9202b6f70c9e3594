// Deliveries: how the API shows actions. Reads only; actions.ts writes.
import { asc, inArray } from 'drizzle-orm'
import type { DeliveryView } from './records.ts'
import type { Queryable } from '../database/index.ts'
import type { PlanCache } from './plans.store.ts'
import { actions } from '../database/index.ts'
import type { ActionState } from '../database/index.ts'

// Between two tries it is still under way; only the last word counts as failed.
const shownStates: Record<ActionState, DeliveryView['state']> = {
  pending: 'pending',
  queued: 'pending',
  running: 'running',
  retrying: 'running',
  cancelling: 'running',
  delivered: 'delivered',
  failed: 'failed',
}

/** By deployment and node: what each is, as the plan says that made it. */
export async function readTypes(
  session: Queryable,
  plans: PlanCache,
  rows: readonly { deploymentId: string }[],
): Promise<(deploymentId: string, node: string) => string | undefined> {
  const types = new Map<string, ReadonlyMap<string, string>>()
  for (const id of new Set(rows.map(({ deploymentId }) => deploymentId))) {
    const streams = (await plans.read(session, id))?.plan.streams ?? []
    types.set(id, new Map(streams.flatMap(({ actions: nodes }) => nodes.map((node) => [node.id, node.type] as const))))
  }
  return (deploymentId, node) => types.get(deploymentId)?.get(node)
}

/** The deliveries of these events, in the order they were made, by event id. */
export async function readDeliveries(
  session: Queryable,
  plans: PlanCache,
  eventIds: readonly string[],
): Promise<Map<string, DeliveryView[]>> {
  const deliveries = new Map<string, DeliveryView[]>(eventIds.map((id) => [id, []]))
  if (eventIds.length === 0) return deliveries
  const rows = await session
    .select()
    .from(actions)
    .where(inArray(actions.eventId, [...eventIds]))
    .orderBy(asc(actions.seq))
  const typeOf = await readTypes(session, plans, rows)
  for (const { eventId, deploymentId, id, node, state, attempts, detail, code, updatedAt } of rows) {
    deliveries.get(eventId)?.push({
      id,
      node,
      type: typeOf(deploymentId, node) ?? null,
      state: shownStates[state],
      attempts,
      detail,
      code,
      at: updatedAt.toISOString(),
    })
  }
  return deliveries
}
