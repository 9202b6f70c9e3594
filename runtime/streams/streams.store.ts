// Streams as the queue and the sessions see them: who may run one, and who may still write for it.
// Every write of a session passes `holdStreams`: an older generation, another run or an ended one is refused.
import type { StreamJobStore } from './records.ts'
import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { RunKey } from '../history/index.ts'
import type { StreamRef } from '../queue/index.ts'
import type { SessionOrder, WaitingStream } from './records.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import type { PlanCache } from '../history/index.ts'
import { readNodeStates } from './node-states.store.ts'
import { flows, streams } from '../database/index.ts'
import { streamIdOf } from '../actions/index.ts'
import { speakersTo } from './other-streams.ts'

export const keyText = (key: RunKey): string => `${key.streamId} ${key.run} ${key.generation}`

/**
 * Locks the streams of these keys until the transaction ends and moves their tick on; resolves to the keys that may write.
 * The lock keeps a takeover waiting, so that no row of a former worker can arrive after it.
 */
export async function holdStreams(
  tx: Queryable,
  records: readonly (RunKey & { tick: number; mediaTimeS: number })[],
  nowMs: number,
): Promise<Set<string>> {
  const newest = new Map<string, RunKey & { tick: number; mediaTimeS: number }>()
  for (const record of records) {
    const known = newest.get(keyText(record))
    if (!known || record.tick > known.tick) newest.set(keyText(record), record)
  }
  const keys = [...newest.values()]
  const result = await tx.execute<{ id: string; run: number; generation: number }>(sql`
    with given as (
      select * from unnest(${sql.param(keys.map((key) => key.streamId))}::text[], ${sql.param(keys.map((key) => key.run))}::int[],
        ${sql.param(keys.map((key) => key.generation))}::int[], ${sql.param(keys.map((key) => key.tick))}::int[],
        ${sql.param(keys.map((key) => key.mediaTimeS))}::float8[]) as given (id, run, generation, tick, media_time_s)
    ), live as materialized (
      select s.id, given.tick, given.media_time_s from streams s
      join given on given.id = s.id and given.run = s.run and given.generation = s.generation
      where s.ended_at is null order by s.id for no key update of s
    )
    update streams s set
      media_time_s = case when live.tick >= s.tick then live.media_time_s else s.media_time_s end,
      tick = greatest(s.tick, live.tick), seen_at = ${new Date(nowMs).toISOString()}::timestamptz
    from live where s.id = live.id
    returning s.id, s.run, s.generation`)
  return new Set(result.rows.map((row) => keyText({ streamId: row.id, run: row.run, generation: row.generation })))
}

function isWanted(ref: StreamRef): SQL | undefined {
  return and(eq(streams.id, ref.streamId), eq(streams.run, ref.run), eq(streams.wanted, true), isNull(streams.endedAt))
}

async function readWaiting(db: Db, plans: PlanCache, ref: StreamRef): Promise<WaitingStream | null> {
  const [row] = await db.select().from(streams).where(isWanted(ref))
  const deployed = row && (await plans.read(db, row.deploymentId))
  const source = deployed?.plan.streams.find((stream) => stream.id === row?.source)?.source
  if (!row || !source) return null
  return { streamId: row.id, flowId: row.flowId, source, tick: row.tick, status: row.status }
}

async function claim(
  db: Db,
  plans: PlanCache,
  ref: { streamId: string; run: number },
  nowMs: number,
): Promise<SessionOrder | null> {
  return await transaction(db, async (tx) => {
    const [row] = await tx
      .update(streams)
      .set({ generation: sql`${streams.generation} + 1`, seenAt: new Date(nowMs), state: 'starting', reason: null })
      .where(isWanted(ref))
      .returning()
    if (!row) return null
    const deployed = await plans.read(tx, row.deploymentId)
    const plan = deployed?.plan.streams.find((stream) => stream.id === row.source)
    const [flow] = await tx.select({ id: flows.id }).from(flows).where(eq(flows.id, row.flowId))
    if (!deployed || !plan || !flow) return null
    const isFirst = row.tick === 0 && row.status === null
    const states = await readNodeStates(tx, row.id, row.run, plan)
    return {
      streamId: row.id,
      run: row.run,
      generation: row.generation,
      plan,
      deploymentId: row.deploymentId,
      flow: { id: flow.id, name: deployed.plan.name, revision: deployed.revision },
      resume: isFirst ? null : { tick: row.tick, mediaTimeS: row.mediaTimeS, states, status: row.status },
      ...(isFirst && Object.keys(states).length > 0 ? { carried: states } : {}),
    }
  })
}

async function changedPlan(
  db: Db,
  plans: PlanCache,
  ref: StreamRef,
  known: string,
): ReturnType<StreamJobStore['changedPlan']> {
  const [row] = await db.select().from(streams).where(isWanted(ref))
  if (!row || row.deploymentId === known) return null
  const deployed = await plans.read(db, row.deploymentId)
  const plan = deployed?.plan.streams.find((stream) => stream.id === row.source)
  if (!deployed || !plan) return null
  return {
    deploymentId: row.deploymentId,
    flow: { id: row.flowId, name: deployed.plan.name, revision: deployed.revision },
    plan,
    states: await readNodeStates(db, row.id, row.run, plan),
  }
}

/** Who speaks to a stream, by its plan, and whether they are through. A stream that nobody wants any more says nothing. */
async function othersOf(db: Db, plans: PlanCache, streamId: string): Promise<{ nodes: string[]; isOver: boolean }> {
  const [own] = await db.select().from(streams).where(eq(streams.id, streamId))
  const deployed = own && (await plans.read(db, own.deploymentId))
  if (!own || !deployed) return { nodes: [], isOver: true }
  const { nodes, streams: speakers } = speakersTo(deployed.plan, own.source)
  if (nodes.length === 0) return { nodes, isOver: true }
  const ids = sql`${sql.param([...speakers.map((source) => streamIdOf(own.flowId, source)), own.id])}::text[]`
  const open = await db.execute(sql`
    select 1 from streams s where s.id = any(${ids}) and s.ended_at is null and s.wanted and (
      (s.id <> ${own.id} and coalesce(s.status ->> 'isAtEnd', '') <> 'true')
      or exists (select 1 from inputs i where i.stream_id = s.id and i.consumed_at is null)
    ) limit 1`)
  return { nodes, isOver: open.rows.length === 0 }
}

async function keepHolds(db: Db, streamIds: string[], holder: string, forMs: number): Promise<string[]> {
  if (streamIds.length === 0) return []
  const ids = sql`${sql.param(streamIds)}::text[]`
  // Locked in the order of ids, as everywhere. The clock is read after the lock is had, or a hold renewed meanwhile would look past.
  const result = await db.execute<{ id: string }>(sql`
    with free as materialized (
      select id from streams where id = any(${ids})
        and (holder is null or holder = ${holder} or held_until is null or held_until <= clock_timestamp())
      order by id for no key update
    ), held as (
      update streams s set holder = ${holder}, held_until = clock_timestamp() + ${forMs} * interval '1 millisecond'
      from free where s.id = free.id returning s.id
    )
    select id from streams where id = any(${ids}) and id not in (select id from held) order by id`)
  return result.rows.map(({ id }) => id)
}

async function releaseHold(db: Db, streamId: string, holder: string): Promise<void> {
  await db
    .update(streams)
    .set({ holder: null, heldUntil: null })
    .where(and(eq(streams.id, streamId), eq(streams.holder, holder)))
}

/**
 * `finished` and `failed` are for good. A session that was `stopped` while its stream is still wanted (a worker going away)
 * leaves it to the next worker.
 */
async function end(
  db: Db,
  key: RunKey,
  state: 'finished' | 'failed' | 'stopped',
  reason: string | null,
  nowMs: number,
): Promise<void> {
  const isCurrent = and(
    eq(streams.id, key.streamId),
    eq(streams.run, key.run),
    eq(streams.generation, key.generation),
    isNull(streams.endedAt),
  )
  if (state === 'stopped') {
    const left = await db
      .update(streams)
      .set({ generation: sql`${streams.generation} + 1`, state: 'starting', reason: null })
      .where(and(isCurrent, eq(streams.wanted, true)))
    if ((left.rowCount ?? 0) > 0) return
  }
  await db
    .update(streams)
    .set({ state, reason, wanted: false, endedAt: new Date(nowMs), seenAt: new Date(nowMs) })
    .where(isCurrent)
}

async function writeStatuses(
  tx: Queryable,
  statuses: readonly (RunKey & { status: StreamStatus })[],
  nowMs: number,
): Promise<void> {
  const newest = [...new Map(statuses.map((each) => [keyText(each), each])).values()].sort((a, b) =>
    a.streamId < b.streamId ? -1 : 1,
  )
  // Locked one after the other in the order of ids, as everywhere; a row per stream and second.
  await tx.execute(sql`
    with given as (
      select * from unnest(${sql.param(newest.map((each) => each.streamId))}::text[], ${sql.param(newest.map((each) => each.run))}::int[],
        ${sql.param(newest.map((each) => each.generation))}::int[], ${sql.param(newest.map((each) => JSON.stringify(each.status)))}::json[],
        ${sql.param(newest.map((each) => each.status.state))}::text[], ${sql.param(newest.map((each) => each.status.reason))}::text[])
        as given (id, run, generation, status, state, reason)
    ), live as materialized (
      select s.id, given.status, given.state, given.reason from streams s
      join given on given.id = s.id and given.run = s.run and given.generation = s.generation
      where s.ended_at is null order by s.id for no key update of s
    )
    update streams s set status = live.status, seen_at = ${new Date(nowMs).toISOString()}::timestamptz,
      state = case when s.wanted then live.state else s.state end, reason = case when s.wanted then live.reason else s.reason end
    from live where s.id = live.id`)
}

/** The queue's and the sessions' part of the streams. */
export function createStreamStore({ db, plans, nowMs }: { db: Db; plans: PlanCache; nowMs(): number }) {
  const store = {
    waitingStream: (ref) => readWaiting(db, plans, ref),
    deferStream: async (ref, reason) => {
      await db
        .update(streams)
        .set({ state: 'degraded', reason, seenAt: new Date(nowMs()) })
        .where(isWanted(ref))
    },
    keepHolds: (streamIds, holder, forMs) => keepHolds(db, streamIds, holder, forMs),
    releaseHold: (streamId, holder) => releaseHold(db, streamId, holder),
    claimStream: (ref) => claim(db, plans, ref, nowMs()),
    changedPlan: (ref, known) => changedPlan(db, plans, ref, known),
    endStream: (ref, state, reason) => end(db, ref, state, reason, nowMs()),
    wantedStreams: async () =>
      await db
        .select({ streamId: streams.id, run: streams.run, deploymentId: streams.deploymentId })
        .from(streams)
        .where(and(eq(streams.wanted, true), isNull(streams.endedAt)))
        .orderBy(asc(streams.id)),
  } satisfies StreamJobStore
  return {
    ...store,
    othersOf: (streamId: string) => othersOf(db, plans, streamId),
    writeStatus: async (statuses: (RunKey & { status: StreamStatus })[]): Promise<void> => {
      if (statuses.length > 0) await writeStatuses(db, statuses, nowMs())
    },
  }
}
