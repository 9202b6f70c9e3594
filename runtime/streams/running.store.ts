// Streams of a flow's newest deployment as the API talks to them: messages from outside, and what their nodes have saved.
// Saved states are changed here only while no session can write them.
import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { RunningStore, RunningStream } from './records.ts'
import type { SessionInput } from '../actions/index.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import type { PlanCache } from '../history/index.ts'
import { deployments, flows, nodeStates, streams } from '../database/index.ts'

type Row = typeof streams.$inferSelect

/** A session of it may still write: it is wanted, or was and has not ended yet. */
function isRunning(row: Row): boolean {
  return row.endedAt === null && row.wanted
}

async function toViews(session: Queryable, plans: PlanCache, rows: readonly Row[]): Promise<RunningStream[]> {
  const views: RunningStream[] = []
  for (const row of rows) {
    const plan = (await plans.read(session, row.deploymentId))?.plan.streams.find(({ id }) => id === row.source)
    if (plan) views.push({ id: row.id, flow: row.flowId, plan, isRunning: isRunning(row) })
  }
  return views
}

async function streamsOf(db: Db, plans: PlanCache, flowId: string): Promise<RunningStream[]> {
  const [flow] = await db.select({ id: flows.id }).from(flows).where(eq(flows.id, flowId))
  if (!flow) throw new NotFoundError('FLOW_NOT_FOUND', `There is no flow ${flowId}. It may have been deleted.`)
  const [newest] = await db
    .select({ id: deployments.id })
    .from(deployments)
    .where(eq(deployments.flowId, flowId))
    .orderBy(desc(deployments.seq))
    .limit(1)
  if (!newest) return []
  return await toViews(
    db,
    plans,
    await db.select().from(streams).where(eq(streams.deploymentId, newest.id)).orderBy(streams.id),
  )
}

async function readStates(session: Queryable, row: Row): Promise<Record<string, unknown>> {
  const rows = await session
    .select({ node: nodeStates.node, state: nodeStates.state })
    .from(nodeStates)
    .where(and(eq(nodeStates.streamId, row.id), eq(nodeStates.run, row.run)))
  return Object.fromEntries(rows.map(({ node, state }) => [node, state]))
}

async function changeStates(
  db: Db,
  streamId: string,
  change: (states: Record<string, unknown>) => Record<string, unknown>,
): Promise<boolean> {
  return await transaction(db, async (tx) => {
    // The lock keeps a deploy or a takeover waiting until the change is written.
    const [row] = await tx.select().from(streams).where(eq(streams.id, streamId)).for('no key update')
    if (!row || isRunning(row)) return false
    const changed = Object.entries(change(await readStates(tx, row)))
    for (const [node, state] of changed) {
      await tx
        .insert(nodeStates)
        .values({ streamId, node, run: row.run, tick: row.tick, state })
        .onConflictDoUpdate({ target: [nodeStates.streamId, nodeStates.node], set: { state: sql`excluded.state` } })
    }
    return true
  })
}

/** The API's way to running streams; `addInputs` is the inputs' own. */
export function createRunningStore({
  db,
  plans,
  addInputs,
}: {
  db: Db
  plans: PlanCache
  addInputs(inputs: SessionInput[]): Promise<void>
}): RunningStore {
  const find = async (streamId: string): Promise<Row | undefined> =>
    (await db.select().from(streams).where(eq(streams.id, streamId)))[0]
  return guarded<RunningStore>('running', {
    streams: (flowId) => streamsOf(db, plans, flowId),
    stream: async (streamId) => {
      const row = await find(streamId)
      return row ? (await toViews(db, plans, [row]))[0] : undefined
    },
    everywhere: async () =>
      await toViews(
        db,
        plans,
        await db
          .select()
          .from(streams)
          .where(and(eq(streams.wanted, true), isNull(streams.endedAt)))
          .orderBy(streams.id),
      ),
    states: async (streamId) => {
      const row = await find(streamId)
      return row ? await readStates(db, row) : {}
    },
    changeStates: (streamId, change) => changeStates(db, streamId, change),
    addInputs,
  })
}
