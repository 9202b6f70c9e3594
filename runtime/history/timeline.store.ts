// The timeline of one camera or of all: decisions added up by steps of time, and what happened among them. A minute is read second by
// second, a week by the minute; what it costs follows the width of the picture, not the length of the time.
import { and, desc, eq, gte, inArray, lt, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { EventKind } from '../../nodes/contract/events.ts'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import type { Db } from '../database/index.ts'
import { events } from '../database/index.ts'
import { readTime } from './cursor.ts'
import { sharedOut } from './decision-minutes.store.ts'
import type { TimelineQuery } from './records.ts'
import type { Timeline } from './route-answers.ts'

const stepsS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]
/** From this step on the minutes know it all. */
const minuteS = 60
const mostMarks = 500
/** What stands beside the decisions: alerts, whatever their kind, and these. */
const markedKinds: readonly EventKind[] = [
  'answer.received',
  'delegation.failed',
  'stream.lost',
  'stream.resumed',
  'stream.started',
  'stream.stopped',
]

/** The step and the whole steps that cover the asked span, at most about `most` of them. */
export function stepsOf(fromMs: number, toMs: number, most: number): { stepS: number; first: number; count: number } {
  const wantedS = (toMs - fromMs) / 1000 / most
  const stepS = stepsS.find((each) => each >= wantedS) ?? Math.ceil(wantedS / 86_400) * 86_400
  const first = Math.floor(fromMs / 1000 / stepS)
  return { stepS, first, count: Math.max(1, Math.ceil(toMs / 1000 / stepS) - first) }
}

interface Cell extends Record<string, unknown> {
  flow: string
  stream: string
  node: string
  action: Timeline['tracks'][number]['lanes'][number]['action']
  reason: Timeline['tracks'][number]['lanes'][number]['reason']
  bucket: string
  times: number
  seconds: number
}

/** Whole steps of time: by the database's own arithmetic of instants, which is a fraction of what numbers of seconds cost it. */
const stepOf = (instant: SQL, stepS: number): SQL =>
  sql`date_bin(${sql.raw(`interval '${stepS} seconds'`)}, ${instant}, timestamptz 'epoch')`
const numberOf = (step: SQL, stepS: number): SQL =>
  sql`round(extract(epoch from ${step}) / ${sql.raw(String(stepS))})::int8`

/** Each camera's rows by the index of its own, however many there are. */
function cellsOf(wanted: SQL, fromMs: number, toMs: number, stepS: number): SQL {
  const [from, to] = [new Date(fromMs).toISOString(), new Date(toMs).toISOString()]
  const added =
    stepS >= minuteS
      ? sql`select m.node, m.action, m.reason, ${stepOf(sql`m.minute`, stepS)} as step, sum(m.times)::int as times, sum(m.seconds) as seconds
        from decision_minutes m
        where m.stream_id = s.id and m.minute >= ${from}::timestamptz and m.minute < ${to}::timestamptz group by 1, 2, 3, 4`
      : sql`select d.node, d.action, d.reason, ${stepOf(sql`d.at`, stepS)} as step, count(*)::int as times, sum(coalesce(d.seconds, 1))::float8 as seconds
        from decisions d
        where d.stream_id = s.id and d.at >= ${from}::timestamptz and d.at < ${to}::timestamptz and (d.seconds is null or d.seconds <= 1)
        group by 1, 2, 3, 4`
  const cells = sql`select s.flow_id as flow, s.id as stream, one.node, one.action, one.reason, ${numberOf(sql`one.step`, stepS)} as bucket,
      one.times, one.seconds
    from streams s cross join lateral (${added}) as one where ${wanted}`
  if (stepS >= minuteS) return cells
  // A row that stands for many seconds is shared out, and may end behind the span.
  const long = sql`(select d.stream_id, d.node, d.action, d.reason, d.at, d.seconds from decisions d
    where d.stream_id = s.id and d.at >= ${from}::timestamptz and d.at < ${to}::timestamptz + interval '10 minutes' and d.seconds > 1)`
  return sql`${cells} union all select s.flow_id as flow, s.id as stream, one.node, one.action, one.reason, bucket,
      count(*) filter (where bucket = last_bucket)::int as times, sum(share) as seconds
    from streams s cross join lateral ${sharedOut(long, stepS)}
    where ${wanted} group by 1, 2, 3, 4, 5, 6`
}

function tracksOf(cells: readonly Cell[], first: number, count: number): Timeline['tracks'] {
  const tracks = Map.groupBy(cells, ({ flow, stream, node }) => JSON.stringify([flow, stream, node]))
  return [...tracks.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, own]) => {
      const [any] = own
      if (!any) return []
      const lanes = Map.groupBy(own, ({ action, reason }) => `${action} ${reason}`)
      return {
        flow: any.flow,
        stream: any.stream,
        node: any.node,
        lanes: [...lanes.entries()]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .flatMap(([, row]) => laneOf(row, first, count)),
      }
    })
}

function laneOf(row: readonly Cell[], first: number, count: number): Timeline['tracks'][number]['lanes'] {
  const seconds = new Array<number>(count).fill(0)
  let times = 0
  for (const cell of row) {
    const place = Number(cell.bucket) - first
    if (place < 0 || place >= count) continue
    seconds[place] = Math.round(((seconds[place] ?? 0) + cell.seconds) * 10) / 10
    times += cell.times
  }
  const [any] = row
  return any && seconds.some((each) => each > 0) ? [{ action: any.action, reason: any.reason, times, seconds }] : []
}

async function marksOf(db: Db, query: TimelineQuery, fromMs: number, toMs: number) {
  const among = and(
    query.flow ? eq(events.flowId, query.flow) : undefined,
    query.stream ? eq(events.streamId, query.stream) : undefined,
    gte(events.at, new Date(fromMs)),
    lt(events.at, new Date(toMs)),
  )
  const read = (which: SQL | undefined) =>
    db
      .select({
        id: events.id,
        kind: events.kind,
        flow: events.flowId,
        stream: events.streamId,
        at: events.at,
        text: events.text,
        alert: events.alert,
        hasFrame: events.hasFrame,
        acknowledgedAt: events.acknowledgedAt,
        verdict: events.verdict,
      })
      .from(events)
      .where(and(among, which))
      .orderBy(desc(events.at), desc(events.id))
      .limit(mostMarks + 1)
  const [alerts, others] = await Promise.all([
    read(eq(events.alert, true)),
    read(and(eq(events.alert, false), inArray(events.kind, [...markedKinds]))),
  ])
  const found = [...alerts, ...others].sort((a, b) => b.at.getTime() - a.at.getTime())
  return {
    marks: found.slice(0, mostMarks).map(({ hasFrame, acknowledgedAt, at, ...mark }) => ({
      ...mark,
      at: at.toISOString(),
      frame: hasFrame ? { url: `/api/events/${mark.id}/frame` } : null,
      isSeen: acknowledgedAt !== null,
    })),
    hasMore: found.length > mostMarks,
  }
}

/** `from` and `to` come back as whole steps. Throws BadRequestError QUERY_TIME_INVALID for a span that is none. */
export async function readTimeline(db: Db, query: TimelineQuery): Promise<Timeline> {
  const [fromMs, toMs] = [readTime('from', query.from).getTime(), readTime('to', query.to).getTime()]
  if (toMs <= fromMs)
    throw new BadRequestError('QUERY_TIME_INVALID', '"to" is not after "from". Ask for a span of time with an end.')
  const { stepS, first, count } = stepsOf(fromMs, toMs, query.steps)
  const [startMs, endMs] = [first * stepS * 1000, (first + count) * stepS * 1000]
  const wanted = sql`${query.flow ? sql`s.flow_id = ${query.flow}` : sql`true`} and ${query.stream ? sql`s.id = ${query.stream}` : sql`true`}`
  const [cells, { marks, hasMore }] = await Promise.all([
    db.execute<Cell>(cellsOf(wanted, startMs, endMs, stepS)),
    marksOf(db, query, startMs, endMs),
  ])
  return {
    from: new Date(startMs).toISOString(),
    to: new Date(endMs).toISOString(),
    stepS,
    tracks: tracksOf(cells.rows, first, count),
    marks,
    hasMore,
  }
}
