// What a person or a limit asks of actions that are under way: cancel one, count those before it, may it run a program.
// Never performs anything.
import { and, count, eq, inArray, lt, notInArray } from 'drizzle-orm'
import { commandMark } from '../../nodes/contract/connections.ts'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { DeliveryStore } from './records.ts'
import { readTold } from './receipts.store.ts'
import type { Db, Queryable } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import type { PlanCache } from '../history/index.ts'
import { actions, flows } from '../database/index.ts'
import type { ActionState } from '../database/index.ts'

const done: ActionState[] = ['delivered', 'failed']

export interface OpenActions {
  /** How many actions of the same node and stream came before this one and are not finished. */
  openBefore(id: string): Promise<number>
  /** False while the action's flow, which came from somebody else, waits for the owner's yes to run programs over this connection. */
  mayRun(id: string, connection: string): Promise<boolean>
}

/** A flow's actions that are not finished. */
export async function readOpenActions(
  session: Queryable,
  flowId: string,
): Promise<{ id: string; deploymentId: string; streamId: string; node: string }[]> {
  return await session
    .select({ id: actions.id, deploymentId: actions.deploymentId, streamId: actions.streamId, node: actions.node })
    .from(actions)
    .where(and(eq(actions.flowId, flowId), notInArray(actions.state, done)))
}

type IsUnwanted = Parameters<DeliveryStore['cancelOf']>[1]

async function findUnwanted(db: Db, plans: PlanCache, flowId: string, isUnwanted: IsUnwanted): Promise<string[]> {
  const found: string[] = []
  for (const action of await readOpenActions(db, flowId)) {
    const streams = (await plans.read(db, action.deploymentId))?.plan.streams
    const stream = streams?.find(({ id }) => `${flowId}-${id}` === action.streamId)
    const node = stream?.actions.find(({ id }) => id === action.node)
    if (stream && node && isUnwanted(node, stream.routes)) found.push(action.id)
  }
  return found
}

/** How many actions of the same node wait or run before it. */
async function countOpenBefore(db: Db, id: string): Promise<number> {
  const [mine] = await db
    .select({ seq: actions.seq, node: actions.node, streamId: actions.streamId })
    .from(actions)
    .where(eq(actions.id, id))
  if (!mine) return 0
  const [found] = await db
    .select({ open: count() })
    .from(actions)
    .where(
      and(
        eq(actions.streamId, mine.streamId),
        eq(actions.node, mine.node),
        lt(actions.seq, mine.seq),
        notInArray(actions.state, done),
      ),
    )
  return found?.open ?? 0
}

/** Cancelling and counting. */
export function createDeliveryStore({
  db,
  plans,
  nowMs,
}: {
  db: Db
  plans: PlanCache
  nowMs(): number
}): DeliveryStore & OpenActions {
  const cancelling = () => ({
    state: 'cancelling' as const,
    detail: 'Being cancelled.',
    code: 'ACTION_CANCELLED',
    dueAt: null,
    updatedAt: new Date(nowMs()),
  })
  return guarded<DeliveryStore & OpenActions>('deliveries', {
    cancel: async (id) => {
      const [row] = await db
        .update(actions)
        .set(cancelling())
        .where(and(eq(actions.id, id), notInArray(actions.state, done)))
        .returning()
      if (row)
        return {
          id,
          eventId: row.eventId,
          flow: row.flowId,
          node: row.node,
          attempts: row.attempts,
          detail: row.detail,
          code: row.code,
          at: row.updatedAt.toISOString(),
        }
      const [known] = await db.select({ state: actions.state }).from(actions).where(eq(actions.id, id))
      if (known)
        throw new ConflictError('DELIVERY_DONE', `This is ${known.state} already: there is nothing left to cancel.`)
      throw new NotFoundError('DELIVERY_NOT_FOUND', `There is no delivery ${id}. Deliveries are kept for a while only.`)
    },
    cancelOf: async (flowId, isUnwanted) => {
      const ids = await findUnwanted(db, plans, flowId, isUnwanted)
      if (ids.length === 0) return []
      const rows = await db
        .update(actions)
        .set(cancelling())
        .where(and(inArray(actions.id, ids), notInArray(actions.state, done)))
        .returning({ id: actions.id })
      return rows.map(({ id }) => id)
    },
    told: (of) => readTold(db, of),
    openBefore: (id) => countOpenBefore(db, id),
    mayRun: async (id, connection) => {
      const [flow] = await db
        .select({ unapproved: flows.unapprovedHosts })
        .from(actions)
        .innerJoin(flows, eq(flows.id, actions.flowId))
        .where(eq(actions.id, id))
      return flow !== undefined && !flow.unapproved.includes(commandMark + connection)
    },
  })
}
