// Actions: the outbox, and the deliveries with their tries. A row is written with the fact that caused it, so none is lost;
// its id is made of event and node, so none is doubled.
import type { ActionJobStore } from './records.ts'
import { and, asc, eq, getTableColumns, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import type { ActionRecord, WaitingAction } from './records.ts'
import type { ActionOrder, ActionOutcome, ReceiverTrouble } from './records.ts'
import { insertReceipt } from './receipts.store.ts'
import { writeTrouble } from './receiver-troubles.store.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { isOrphan } from '../database/index.ts'
import { readTypes } from '../history/index.ts'
import { insertEvents, raiseAlerts } from '../history/index.ts'
import { insertInputs } from './inputs.store.ts'
import { plainText } from '../database/index.ts'
import type { PlanCache } from '../history/index.ts'
import { actions, receiverTroubles, streams } from '../database/index.ts'
import type { ActionState } from '../database/index.ts'

const done: ActionState[] = ['delivered', 'failed']
const longestDetail = 2_000

function row({
  dueAtMs,
  phase = '',
  isQuiet: _isQuiet,
  ...record
}: ActionRecord): Omit<ActionRecord, 'dueAtMs' | 'phase' | 'isQuiet'> & { phase: string; dueAt: Date | null } {
  return { ...record, phase, dueAt: dueAtMs === undefined ? null : new Date(dueAtMs) }
}

/** Adds those that are new, and makes alerts of the events they tell somebody about. They run with the plan of the deployment that made them, also after the next deploy. */
export async function insertActions(
  tx: Queryable,
  records: readonly ActionRecord[],
  origin: { fromStream: string } | { deploymentId: string },
  nowMs: number,
): Promise<void> {
  if (records.length === 0) return
  const deploymentId =
    'deploymentId' in origin
      ? sql`${origin.deploymentId}::text`
      : sql`(select ${streams.deploymentId} from ${streams} where ${streams.id} = ${origin.fromStream})`
  const at = new Date(nowMs)
  await tx
    .insert(actions)
    .values(
      records.map((record) => ({
        ...row(record),
        deploymentId,
        state: 'pending' as const,
        attempts: 0,
        detail: '',
        createdAt: at,
        updatedAt: at,
      })),
    )
    .onConflictDoNothing()
  await raiseAlerts(
    tx,
    records.filter(({ isQuiet }) => !isQuiet).map(({ eventId }) => eventId),
  )
}

/** What is known of its receiver, with the row itself: one question less for each try. */
const troubleOf = sql<Pick<ReceiverTrouble, 'state' | 'text'> | null>`(
  select json_build_object('state', t.state, 'text', t.text) from ${receiverTroubles} t
  where t.deployment_id = actions.deployment_id and t.node = actions.node)`

async function begin(db: Db, plans: PlanCache, id: string, nowMs: number): Promise<ActionOrder | null> {
  const [row] = await db
    .update(actions)
    .set({
      state: sql`case when ${actions.state} = 'cancelling' then 'cancelling' else 'running' end`,
      attempts: sql`${actions.attempts} + 1`,
      updatedAt: new Date(nowMs),
    })
    .where(and(eq(actions.id, id), notInArray(actions.state, done)))
    .returning({ ...getTableColumns(actions), trouble: troubleOf })
  if (!row) return null
  const deployed = await plans.read(db, row.deploymentId)
  const stream = deployed?.plan.streams.find((each) => `${row.flowId}-${each.id}` === row.streamId)
  const node = stream?.actions.find((each) => each.id === row.node)
  if (!deployed || !stream || !node) {
    const detail = `Node ${row.node} is not in the plan this message was made by.`
    await db
      .update(actions)
      .set({ state: 'failed', detail, code: 'NODE_TYPE_UNKNOWN', updatedAt: new Date(nowMs) })
      .where(eq(actions.id, id))
    return null
  }
  const { eventId, flowId, streamId, run, port, message, phase } = row
  return {
    action: { id, eventId, flowId, streamId, run, node: row.node, port, message, ...(phase === '' ? {} : { phase }) },
    attempt: row.attempts,
    flow: { id: flowId, name: deployed.plan.name, revision: deployed.revision },
    node,
    routes: stream.routes,
    actions: stream.actions,
    ...(row.state === 'cancelling' ? { isCancelled: true } : {}),
    ...(row.trouble ? { trouble: row.trouble } : {}),
  }
}

async function end(db: Db, id: string, outcome: ActionOutcome, nowMs: number): Promise<void> {
  try {
    await transaction(db, async (tx) => {
      const [row] = await tx
        .select({
          state: actions.state,
          deploymentId: actions.deploymentId,
          flowId: actions.flowId,
          node: actions.node,
        })
        .from(actions)
        .where(eq(actions.id, id))
        .for('no key update')
      // Gone with its flow, or written by an earlier try.
      if (!row || done.includes(row.state)) return
      await insertEvents(tx, outcome.events)
      await insertActions(tx, outcome.actions, { deploymentId: row.deploymentId }, nowMs)
      await insertInputs(tx, outcome.inputs, nowMs)
      if (outcome.receipt) await insertReceipt(tx, { ...row, id }, outcome.receipt, nowMs)
      if (outcome.trouble !== undefined) await writeTrouble(tx, row.deploymentId, row.node, outcome.trouble)
      const state = row.state === 'cancelling' && outcome.state === 'retrying' ? row.state : outcome.state
      await tx
        .update(actions)
        .set({
          state,
          ...(outcome.isHeld ? { attempts: sql`greatest(${actions.attempts} - 1, 0)` } : {}),
          detail: plainText(outcome.detail).slice(0, longestDetail),
          code: outcome.code ?? null,
          updatedAt: new Date(nowMs),
        })
        .where(eq(actions.id, id))
    })
  } catch (thrown) {
    // The flow was deleted while its action ran: there is nothing left to write to.
    if (!isOrphan(thrown)) throw thrown
  }
}

/**
 * One portion of the outbox, locked from the look until it is marked: another drain skips it and takes the next one. Killed in between,
 * the locks go with the connection and the portion is anybody's again at once; a job that was made already is not made twice.
 */
async function drain(
  tx: Queryable,
  plans: PlanCache,
  { limit, olderThanMs }: { limit: number; olderThanMs: number },
  add: (batch: WaitingAction[]) => Promise<void>,
  nowMs: () => number,
): Promise<number> {
  // A worker that has got its job already waits for these locks: a queue that takes its time must not keep it long.
  await tx.execute(sql`set local idle_in_transaction_session_timeout = '5s'`)
  const forgottenAt = new Date(nowMs() - olderThanMs)
  const rows = await tx
    .select({
      id: actions.id,
      dueAt: actions.dueAt,
      state: actions.state,
      deploymentId: actions.deploymentId,
      node: actions.node,
    })
    .from(actions)
    .where(
      and(
        notInArray(actions.state, done),
        // A delayed one gives no sign of life before its time.
        or(
          eq(actions.state, 'pending'),
          and(lt(actions.updatedAt, forgottenAt), or(isNull(actions.dueAt), lt(actions.dueAt, forgottenAt))),
        ),
      ),
    )
    .orderBy(asc(actions.seq))
    .limit(limit)
    .for('no key update', { skipLocked: true })
  if (rows.length === 0) return 0
  const typeOf = await readTypes(tx, plans, rows)
  await add(
    rows.map(({ id, dueAt, state, deploymentId, node }) => ({
      id,
      type: typeOf(deploymentId, node),
      delayMs: Math.max(0, (dueAt?.getTime() ?? 0) - nowMs()),
      ...(state === 'cancelling' ? { isCancelled: true as const } : {}),
    })),
  )
  // One that runs already keeps its state; being queued again is a sign of life all the same.
  await tx
    .update(actions)
    .set({
      state: sql`case when ${actions.state} = 'pending' then 'queued' else ${actions.state} end`,
      updatedAt: new Date(nowMs()),
    })
    .where(
      inArray(
        actions.id,
        rows.map(({ id }) => id),
      ),
    )
  return rows.length
}

/** The queue's part of the actions. */
export function createActionStore({ db, plans, nowMs }: { db: Db; plans: PlanCache; nowMs(): number }) {
  return {
    drainActions: (options, add) => transaction(db, (tx) => drain(tx, plans, options, add, nowMs)),
    beginAction: (id) => begin(db, plans, id, nowMs()),
    unwantedActions: async (ids) => {
      if (ids.length === 0) return []
      const wanted = await db
        .select({ id: actions.id })
        .from(actions)
        .where(and(inArray(actions.id, ids), notInArray(actions.state, [...done, 'cancelling'])))
      const known = new Set(wanted.map(({ id }) => id))
      return ids.filter((id) => !known.has(id))
    },
    endAction: (id, outcome) => end(db, id, outcome, nowMs()),
  } satisfies Pick<ActionJobStore, 'drainActions' | 'beginAction' | 'unwantedActions' | 'endAction'>
}
