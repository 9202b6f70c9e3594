// What the database says of how this Heed does: how large its parts are and how fast they grow, how long models take, what waits. Reads only.
import { sql } from 'drizzle-orm'
import type { Lane } from '../../nodes/contract/define.ts'
import type { Db } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { readTypes, type PlanCache, type Retention } from '../history/index.ts'
import type { Growth } from './outlook.ts'

export interface ModelPace {
  connection: string
  /** The longest side of the pictures it is asked with. */
  longSide: number
  streams: number
  p95Ms: number
}

export interface LaneCount {
  lane: Lane
  waiting: number
  running: number
  retrying: number
  /** Of the one that has waited longest. */
  oldestAt: string | null
}

export interface SystemStore {
  storage(): Promise<{ part: string; growth: Growth }[]>
  models(): Promise<ModelPace[]>
  lanes(laneOf: (type: string | undefined) => Lane): Promise<LaneCount[]>
}

interface Deps {
  db: Db
  plans: PlanCache
  retention: Retention
  nowMs(): number
}

/** Tables by what a person would call them, and how to count what came within the last day. */
const parts = (retention: Retention) => [
  {
    part: 'decisions',
    tables: ['decisions', 'decision_minutes'],
    keptDays: retention.decisionDays,
    lastDay: sql`select coalesce(sum(times), 0) from decision_minutes where minute > `,
    rows: ['decisions'],
  },
  {
    part: 'events',
    tables: ['events', 'actions'],
    keptDays: retention.eventDays,
    lastDay: sql`select count(*) from events where at > `,
    rows: ['events'],
  },
  {
    part: 'pictures',
    tables: ['frames', 'recent_frames', 'film'],
    keptDays: retention.eventDays,
    lastDay: sql`select (select count(*) from film where at > since.at) + count(*) from events where has_frame and at > `,
    rows: ['frames', 'film'],
  },
  {
    part: 'sounds',
    tables: ['sounds', 'sound_chunks', 'event_clips'],
    keptDays: retention.eventDays,
    lastDay: sql`select count(*) from sounds s join events e on e.id = s.event_id where e.at > `,
    rows: ['sounds'],
  },
]

/** With all partitions, indexes and what is stored beside the rows. */
const sizeOf = (
  tables: readonly string[],
) => sql`(select coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 from pg_class c
  where c.relkind = 'r' and (c.relname = any(${sql.param([...tables])}::text[])
    or c.oid in (select inhrelid from pg_inherits where inhparent = any(array(select oid from pg_class where relname = any(${sql.param([...tables])}::text[]))))))`

const rowsOf = (
  tables: readonly string[],
) => sql`(select coalesce(sum(st.n_live_tup), 0)::float8 from pg_stat_user_tables st
  where st.relname = any(${sql.param([...tables])}::text[])
    or st.relid in (select inhrelid from pg_inherits where inhparent = any(array(select oid from pg_class where relname = any(${sql.param([...tables])}::text[])))))`

async function readStorage({ db, retention, nowMs }: Deps): Promise<{ part: string; growth: Growth }[]> {
  const dayAgo = new Date(nowMs() - 86_400_000).toISOString()
  const found = await Promise.all(
    parts(retention).map(async ({ part, tables, keptDays, lastDay, rows }) => {
      const [row] = (
        await db.execute<{ bytes: number; rows: number; came: number; known: boolean }>(sql`
        select ${sizeOf(tables)} as bytes, ${rowsOf(rows)} as rows, (${lastDay} since.at)::float8 as came,
          exists (select 1 from decision_minutes where minute <= since.at) as known
        from (select ${dayAgo}::timestamptz as at) as since`)
      ).rows
      const { bytes = 0, rows: count = 0, came = 0, known = false } = row ?? {}
      const perDay = !known ? null : count === 0 ? 0 : Math.round((bytes / Math.max(count, came)) * came)
      return { part, growth: { bytes, perDay, keptDays } }
    }),
  )
  const [whole] = (
    await db.execute<{ bytes: number }>(sql`select pg_database_size(current_database())::float8 as bytes`)
  ).rows
  const known = found.reduce((sum, { growth }) => sum + growth.bytes, 0)
  return [
    ...found,
    { part: 'rest', growth: { bytes: Math.max(0, (whole?.bytes ?? 0) - known), perDay: 0, keptDays: null } },
  ]
}

async function readModels({ db, plans, nowMs }: Deps): Promise<ModelPace[]> {
  const since = new Date(nowMs() - 600_000).toISOString()
  const { rows } = await db.execute<{
    stream: string
    flow: string
    deployment: string
    node: string
    p95: number
  }>(sql`
    select s.id as stream, s.flow_id as flow, s.deployment_id as deployment, d.node,
      percentile_cont(0.95) within group (order by d.latency_ms) as p95
    from streams s join decisions d on d.stream_id = s.id
    where s.wanted and s.ended_at is null and d.at > ${since}::timestamptz and d.latency_ms > 0
    group by 1, 2, 3, 4`)
  const found = new Map<string, ModelPace>()
  for (const { stream, flow, deployment, node, p95 } of rows) {
    const plan = (await plans.read(db, deployment))?.plan.streams.find(({ id }) => `${flow}-${id}` === stream)
    const connection = plan?.ticks.find(({ id }) => id === node)?.config['connection']
    if (!plan || typeof connection !== 'string') continue
    const known = found.get(connection) ?? { connection, longSide: 0, streams: 0, p95Ms: 0 }
    found.set(connection, {
      connection,
      longSide: Math.max(known.longSide, plan.taps.longSide),
      streams: known.streams + 1,
      p95Ms: Math.max(known.p95Ms, Math.round(p95)),
    })
  }
  return [...found.values()].sort((a, b) => b.streams - a.streams)
}

async function readLanes({ db, plans }: Deps, laneOf: (type: string | undefined) => Lane): Promise<LaneCount[]> {
  const { rows } = await db.execute<{ deployment: string; node: string; state: string; n: number; oldest: string }>(sql`
    select deployment_id as deployment, node, state, count(*)::int as n, min(created_at) as oldest
    from actions where state not in ('delivered', 'failed') and (due_at is null or due_at <= now()) group by 1, 2, 3`)
  const typeOf = await readTypes(
    db,
    plans,
    rows.map(({ deployment }) => ({ deploymentId: deployment })),
  )
  const empty = (lane: Lane): LaneCount => ({ lane, waiting: 0, running: 0, retrying: 0, oldestAt: null })
  const lanes: Record<Lane, LaneCount> = {
    alerts: empty('alerts'),
    questions: empty('questions'),
    speech: empty('speech'),
  }
  for (const { deployment, node, state, n, oldest } of rows) {
    const lane = lanes[laneOf(typeOf(deployment, node))]
    if (state === 'running') lane.running += n
    else if (state === 'retrying') lane.retrying += n
    else lane.waiting += n
    const at = new Date(oldest).toISOString()
    if (lane.oldestAt === null || at < lane.oldestAt) lane.oldestAt = at
  }
  return Object.values(lanes)
}

/** For the page *System*. */
export function createSystemStore(deps: Deps): SystemStore {
  return guarded<SystemStore>('system', {
    storage: () => readStorage(deps),
    models: () => readModels(deps),
    lanes: (laneOf) => readLanes(deps, laneOf),
  })
}
