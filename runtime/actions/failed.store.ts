// Deliveries that failed for good: listed, sent once more, or settled by a person. Never performs anything.
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Db } from '../database/index.ts'
import { actions, guarded } from '../database/index.ts'
import { readTypes, type PlanCache } from '../history/index.ts'
import type { FailedDelivery } from './route-answers.ts'

export interface FailedDeliveries {
  /** Newest first, at most `limit`, and how many there are, counted up to a bound. */
  failed(limit: number): Promise<{ deliveries: FailedDelivery[]; total: number }>
  /** Puts it before its receiver once more, with all its tries. Throws NotFoundError DELIVERY_NOT_FOUND, ConflictError DELIVERY_DONE. */
  retry(id: string): Promise<void>
  /** Somebody has looked at it: it is listed no more. Without an id all of them; gives how many. */
  settle(id?: string): Promise<number>
}

const mostCounted = 1000
const isOpen = and(eq(actions.state, 'failed'), isNull(actions.settledAt))

/** What was cancelled by a person did not fail. */
const isFailure = and(isOpen, sql`${actions.code} is distinct from 'ACTION_CANCELLED'`)

export function createFailedDeliveries({
  db,
  plans,
  nowMs,
}: {
  db: Db
  plans: PlanCache
  nowMs(): number
}): FailedDeliveries {
  return guarded<FailedDeliveries>('failed deliveries', {
    failed: async (limit) => {
      const rows = await db
        .select()
        .from(actions)
        .where(isFailure)
        .orderBy(desc(actions.updatedAt), desc(actions.id))
        .limit(mostCounted)
      const shown = rows.slice(0, limit)
      const typeOf = await readTypes(db, plans, shown)
      return {
        total: rows.length,
        deliveries: shown.map((row) => ({
          id: row.id,
          eventId: row.eventId,
          flow: row.flowId,
          node: row.node,
          type: typeOf(row.deploymentId, row.node) ?? null,
          text: row.message.text,
          attempts: row.attempts,
          detail: row.detail,
          code: row.code,
          at: row.updatedAt.toISOString(),
        })),
      }
    },
    retry: async (id) => {
      const { rowCount } = await db
        .update(actions)
        .set({
          state: 'pending',
          attempts: 0,
          detail: '',
          code: null,
          dueAt: null,
          settledAt: null,
          updatedAt: new Date(nowMs()),
        })
        .where(and(eq(actions.id, id), eq(actions.state, 'failed')))
      if ((rowCount ?? 0) > 0) return
      const [known] = await db.select({ state: actions.state }).from(actions).where(eq(actions.id, id))
      if (known) throw new ConflictError('DELIVERY_DONE', `This is ${known.state}: only what failed is sent once more.`)
      throw new NotFoundError('DELIVERY_NOT_FOUND', `There is no delivery ${id}. Deliveries are kept for a while only.`)
    },
    settle: async (id) => {
      const { rowCount } = await db
        .update(actions)
        .set({ settledAt: new Date(nowMs()) })
        .where(and(isOpen, id === undefined ? undefined : eq(actions.id, id)))
      return rowCount ?? 0
    },
  })
}
