// What channels gave for what they told, so that it can be corrected in place. Written with the delivery that it belongs to; never changed.
import { and, desc, eq, notInArray } from 'drizzle-orm'
import type { EventPort } from '../../nodes/contract/capabilities.ts'
import type { KeptReceipt } from '../../nodes/contract/events.ts'
import { actions, receipts, type Db, type Queryable } from '../database/index.ts'

/** An alert with a hundred reminders is corrected in the latest of them. */
const mostReceipts = 10

/** A second writing of the same delivery adds nothing. */
export async function insertReceipt(
  tx: Queryable,
  action: { id: string; flowId: string; node: string },
  { about, receipt }: KeptReceipt,
  nowMs: number,
): Promise<void> {
  const { id, flowId, node } = action
  await tx
    .insert(receipts)
    .values({ actionId: id, flowId, node, about, receipt, at: new Date(nowMs) })
    .onConflictDoNothing()
}

/** See `EventPort.told`. */
export async function readTold(
  db: Db,
  { flow, node, event }: { flow: string; node: string; event: string },
): ReturnType<EventPort['told']> {
  const kept = await db
    .select({ receipt: receipts.receipt })
    .from(receipts)
    .where(and(eq(receipts.about, event), eq(receipts.flowId, flow), eq(receipts.node, node)))
    .orderBy(desc(receipts.at), desc(receipts.actionId))
    .limit(mostReceipts)
  const open = await db
    .select({ id: actions.id })
    .from(actions)
    .where(
      and(
        eq(actions.eventId, event),
        eq(actions.flowId, flow),
        eq(actions.node, node),
        eq(actions.phase, ''),
        notInArray(actions.state, ['delivered', 'failed']),
      ),
    )
    .limit(1)
  return { receipts: kept.map(({ receipt }) => receipt), isUnderWay: open.length > 0 }
}
