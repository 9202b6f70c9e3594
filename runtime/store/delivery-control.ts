// What a person or a limit asks of actions that are under way: cancel one, count those before it. Never performs anything.
import { and, count, eq, lt, notInArray } from 'drizzle-orm'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { DeliveryStore } from '../api/deps.ts'
import type { Db } from './db.ts'
import { guarded } from './db-errors.ts'
import { actions } from './schema.ts'
import type { ActionState } from './schema.ts'

const done: ActionState[] = ['delivered', 'failed']

export interface OpenActions {
  /** How many actions of the same node and stream came before this one and are not finished. */
  openBefore(id: string): Promise<number>
}

/** Cancelling and counting. */
export function createDeliveryStore({ db, nowMs }: { db: Db; nowMs(): number }): DeliveryStore & OpenActions {
  return guarded<DeliveryStore & OpenActions>('deliveries', {
    cancel: async (id) => {
      const [row] = await db.update(actions).set({ state: 'cancelling', detail: 'Being cancelled.', dueAt: null, updatedAt: new Date(nowMs()) })
        .where(and(eq(actions.id, id), notInArray(actions.state, done))).returning()
      if (row) return { id, eventId: row.eventId, flow: row.flowId, node: row.node, attempts: row.attempts, detail: row.detail, at: row.updatedAt.toISOString() }
      const [known] = await db.select({ state: actions.state }).from(actions).where(eq(actions.id, id))
      if (known) throw new ConflictError('DELIVERY_DONE', `This is ${known.state} already: there is nothing left to cancel.`)
      throw new NotFoundError('DELIVERY_NOT_FOUND', `There is no delivery ${id}. Deliveries are kept for a while only.`)
    },
    openBefore: async (id) => {
      const [mine] = await db.select({ seq: actions.seq, node: actions.node, streamId: actions.streamId }).from(actions).where(eq(actions.id, id))
      if (!mine) return 0
      const [found] = await db.select({ open: count() }).from(actions).where(and(
        eq(actions.streamId, mine.streamId), eq(actions.node, mine.node), lt(actions.seq, mine.seq), notInArray(actions.state, done)))
      return found?.open ?? 0
    },
  })
}
