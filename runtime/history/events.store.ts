// Recorded facts, found by flow, kind, time and words; newest first. A fact is never changed, only acknowledged.
import { and, asc, eq, inArray, isNotNull, isNull, sql, type SQL } from 'drizzle-orm'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Repeats } from '../../nodes/contract/define.ts'
import type { EventQuery, EventStore, EventView, EventRecord } from './records.ts'
import type { Precision } from './route-answers.ts'
import { readLimit } from './cursor.ts'
import { noteSecondLooks, raiseTroubles } from './alerts.store.ts'
import { conditionOf, countEvents, newestFirst, pageOf, readPage } from './event-list.store.ts'
import {
  type Db,
  type Queryable,
  guarded,
  plainJson,
  plainText,
  events,
  frames,
  recentFrames,
} from '../database/index.ts'
import { createDecisionStore } from './decisions.store.ts'
import { readDeliveries } from './deliveries.store.ts'
import type { PlanCache } from './plans.store.ts'
import { readTimeline } from './timeline.store.ts'
import { createTraceStore } from './traces.store.ts'
import { clipUrl, readClip, readClipTypes } from './clips.store.ts'
import { readSound, readSoundNodes, readSoundPart, soundUrl } from './sounds.store.ts'
import { troubles } from '../../nodes/contract/alerts.ts'

/** Records facts with their pictures; those recorded already are left as they are. */
export async function insertEvents(tx: Queryable, records: readonly EventRecord[]): Promise<void> {
  if (records.length === 0) return
  await tx
    .insert(events)
    .values(
      records.map(({ frame, recent: _recent, at, text, fields, trace = [], ...record }) => ({
        ...record,
        at: new Date(at),
        text: plainText(text),
        // Both are looked into later: counts, steps and what an event is about.
        fields: plainJson(fields),
        trace: plainJson(trace),
        hasFrame: frame !== null,
      })),
    )
    .onConflictDoNothing()
  await insertFrames(tx, records)
  await raiseTroubles(tx, records)
  await noteSecondLooks(tx, records)
}

/** Counts what was said again on the events it was first recorded as; a count that is there already stays. */
export async function countRepeats(tx: Queryable, repeats: readonly Repeats[]): Promise<void> {
  for (const { eventId, ...counted } of repeats)
    await tx.execute(sql`
      update events set fields = (fields::jsonb || ${JSON.stringify({ repeats: counted })}::jsonb)::json
      where id = ${eventId} and coalesce((fields -> 'repeats' ->> 'count')::int, 1) < ${counted.count}`)
}

const shown = {
  id: events.id,
  kind: events.kind,
  flow: events.flowId,
  revision: events.revision,
  stream: events.streamId,
  node: events.node,
  at: events.at,
  mediaTimeS: events.mediaTimeS,
  text: events.text,
  fields: events.fields,
  hasFrame: events.hasFrame,
  acknowledgedAt: events.acknowledgedAt,
  acknowledgedBy: events.acknowledgedBy,
  alert: events.alert,
  incident: events.incident,
  verdict: events.verdict,
  overAt: events.overAt,
  secondLook: events.secondLook,
}
type Row = Pick<
  typeof events.$inferSelect,
  | 'id'
  | 'kind'
  | 'revision'
  | 'node'
  | 'at'
  | 'mediaTimeS'
  | 'text'
  | 'fields'
  | 'hasFrame'
  | 'acknowledgedAt'
  | 'acknowledgedBy'
  | 'alert'
  | 'incident'
  | 'verdict'
  | 'overAt'
  | 'secondLook'
> & { flow: string; stream: string }

function viewOf({
  hasFrame,
  at,
  acknowledgedAt,
  overAt: _overAt,
  ...row
}: Row): Omit<EventView, 'audio' | 'clip' | 'deliveries'> {
  return {
    ...row,
    at: at.toISOString(),
    frame: hasFrame ? { url: `/api/events/${row.id}/frame` } : null,
    acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
  }
}

interface Reading {
  nowMs(): number
  session: Queryable
  plans: PlanCache
}

async function toViews({ session, plans, nowMs }: Reading, rows: readonly Row[]): Promise<EventView[]> {
  const deliveries = await readDeliveries(
    session,
    plans,
    rows.map(({ id }) => id),
  )
  // What was spoken is kept with the event it was about; the record of speaking points there.
  const aboutOf = (row: Row): string =>
    row.kind === 'speech.played' && typeof row.fields.about === 'string' ? row.fields.about : row.id
  const spoken = await readSoundNodes(session, rows.map(aboutOf))
  const audioOf = (row: Row): EventView['audio'] => {
    const nodes = spoken.get(aboutOf(row)) ?? []
    const node =
      row.kind === 'speech.played'
        ? (nodes.find((each) => each === row.node) ?? nodes.find((each) => each === ''))
        : nodes[0]
    return node === undefined ? null : { url: soundUrl({ eventId: aboutOf(row), node }) }
  }
  const clips = await readClipTypes(
    session,
    rows.map(({ id }) => id),
  )
  const clipOf = ({ id }: Row): EventView['clip'] => {
    const contentType = clips.get(id)
    return contentType === undefined ? null : { url: clipUrl(id), contentType }
  }
  const incidents = await readIncidents(session, rows, nowMs())
  const againOf = ({ id }: Row): Pick<EventView, 'again'> => {
    const again = incidents.get(id)
    return again ? { again } : {}
  }
  return rows.map((whole) => ({
    ...viewOf(whole),
    ...againOf(whole),
    audio: audioOf(whole),
    clip: clipOf(whole),
    deliveries: deliveries.get(whole.id) ?? [],
  }))
}

async function listEvents(
  { db, plans, nowMs }: { db: Db; plans: PlanCache; nowMs(): number },
  query: EventQuery,
): ReturnType<EventStore['list']> {
  const limit = readLimit(query.limit)
  const [rows, counts] = await Promise.all([
    readPage(
      (condition) =>
        db
          .select(shown)
          .from(events)
          .where(condition)
          .orderBy(...newestFirst)
          .limit(limit + 1),
      query,
      limit + 1,
    ),
    countEvents(db, query),
  ])
  const { page, next } = pageOf(rows, limit)
  return { events: await toViews({ session: db, plans, nowMs }, page), next, ...counts }
}

async function getEvent(reading: Reading, id: string): Promise<EventView> {
  const [view] = await toViews(reading, await reading.session.select(shown).from(events).where(eq(events.id, id)))
  if (!view) throw new NotFoundError('EVENT_NOT_FOUND', `There is no event ${id}. Events are kept for a while only.`)
  return view
}

/**
 * The event, those of its escalation (whoever has seen "nobody has acknowledged this" has seen this, and the other way round), and those that
 * were one incident with any of them up to now.
 */
function inEscalationOf(id: string): SQL {
  return sql`${events.id} in (
    with recursive up as (
      select id, kind, fields ->> 'about' as about from events where id = ${id}
      union select e.id, e.kind, e.fields ->> 'about' from events e join up on e.id = up.about and up.kind like 'notification.%'),
    same as (
      select id from up
      union select e.id from events e join events m on m.incident = e.incident where m.id in (select id from up) and e.acknowledged_at is null),
    down as (
      select id from same
      union select e.id from events e join down on e.fields ->> 'about' = down.id and e.kind = 'notification.unacknowledged')
    select id from down)`
}

/** By flow, of those that any alert was judged of. */
async function readPrecision(db: Db, flow?: string): Promise<(Precision & { flow: string })[]> {
  const rows = await db
    .select({
      flow: events.flowId,
      right: sql<number>`(count(*) filter (where ${events.verdict} = 'right'))::int`,
      wrong: sql<number>`(count(*) filter (where ${events.verdict} = 'wrong'))::int`,
    })
    .from(events)
    .where(and(flow === undefined ? undefined : eq(events.flowId, flow), isNotNull(events.verdict)))
    .groupBy(events.flowId)
  return rows.map((row) => ({ ...row, precision: row.right / (row.right + row.wrong) }))
}

function notAlert(): ConflictError {
  return new ConflictError('EVENT_NOT_ALERT', 'This was no alert, so it can be neither right nor wrong.')
}

/** The events of the API, with the timeline of decisions. */
export function createEventStore({ db, plans, nowMs }: { db: Db; plans: PlanCache; nowMs(): number }): EventStore {
  return guarded<EventStore>('events', {
    list: (query) => listEvents({ db, plans, nowMs }, query),
    get: (id) => getEvent({ session: db, plans, nowMs }, id),
    frame: (id) => readFrame(db, id),
    recentFrames: (id) => readRecentFrames(db, id),
    sound: (id, node) => readSound(db, id, node),
    clip: (id) => readClip(db, id),
    soundPart: (id, node, from) => readSoundPart(db, { eventId: id, node }, from),
    acknowledge: async (id, by) => {
      // The first one counts. Locked in order, so that two links of one escalation do not wait for each other.
      const waiting = db
        .select({ id: events.id })
        .from(events)
        .where(and(inEscalationOf(id), isNull(events.acknowledgedAt)))
        .orderBy(asc(events.id))
        .for('update')
      const taken = await db
        .update(events)
        .set({ acknowledgedAt: new Date(nowMs()), acknowledgedBy: by })
        .where(inArray(events.id, waiting))
        .returning({ id: events.id })
      const seen = taken.map((row) => row.id)
      return { event: await getEvent({ session: db, plans, nowMs }, id), isFirst: seen.includes(id), seen }
    },
    acknowledgeAll: async ({ upTo, ...query }, by) => {
      const waiting = db
        .select({ id: events.id })
        .from(events)
        .where(conditionOf({ ...query, to: upTo, only: 'unseen' }))
        .orderBy(asc(events.id))
        .for('update')
      return await db
        .update(events)
        .set({ acknowledgedAt: new Date(nowMs()), acknowledgedBy: by })
        .where(inArray(events.id, waiting))
        .returning({ id: events.id, flow: events.flowId })
    },
    rate: async (id, verdict, by) => {
      const judged =
        verdict === null ? { verdictAt: null, verdictBy: null } : { verdictAt: new Date(nowMs()), verdictBy: by }
      const { rowCount } = await db
        .update(events)
        .set({ verdict, ...judged })
        .where(and(eq(events.id, id), eq(events.alert, true)))
      const event = await getEvent({ session: db, plans, nowMs }, id)
      if (rowCount === 0) throw notAlert()
      return event
    },
    precision: async (flow) => {
      const [found] = await readPrecision(db, flow)
      return { right: found?.right ?? 0, wrong: found?.wrong ?? 0, precision: found?.precision ?? null }
    },
    precisions: () => readPrecision(db),
    ...createTraceStore({ db }),
    ...createDecisionStore({ db }),
    timeline: (query) => readTimeline(db, query),
  })
}

/** Keeps the pictures of these events, once. */
async function insertFrames(tx: Queryable, records: readonly EventRecord[]): Promise<void> {
  const rows = records.flatMap(({ id, frame }) => (frame ? [{ eventId: id, jpeg: frame }] : []))
  if (rows.length > 0) await tx.insert(frames).values(rows).onConflictDoNothing()
  const recent = records.flatMap(({ id, recent: pictures = [] }) =>
    pictures.map((picture, position) => ({ eventId: id, position, ...picture })),
  )
  if (recent.length > 0) await tx.insert(recentFrames).values(recent).onConflictDoNothing()
}

/** What the stream saw up to an event, oldest first. */
async function readRecentFrames(
  session: Queryable,
  eventId: string,
): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]> {
  return await session
    .select({ mediaTimeS: recentFrames.mediaTimeS, jpeg: recentFrames.jpeg })
    .from(recentFrames)
    .where(eq(recentFrames.eventId, eventId))
    .orderBy(asc(recentFrames.position))
}

/** The JPEG of an event, if one was kept. */
async function readFrame(session: Queryable, eventId: string): Promise<Uint8Array | undefined> {
  const [row] = await session.select({ jpeg: frames.jpeg }).from(frames).where(eq(frames.eventId, eventId))
  return row?.jpeg
}

/** Said again within this it goes on; trouble goes on until something says that it is over. */
const overAfterMs = 10 * 60_000

/** By the id of what began it. */
async function readIncidents(
  session: Queryable,
  begun: readonly { id: string; kind: string; incident: string | null; overAt: Date | null }[],
  nowMs: number,
): Promise<Map<string, NonNullable<EventView['again']>>> {
  const first = new Map(begun.filter(({ id, incident }) => incident === id).map((row) => [row.id, row]))
  if (first.size === 0) return new Map()
  // Fields of older versions may hold what Postgres refuses to look into: those are left alone.
  const repeats = sql`(case when ${events.fields}::text like '%"repeats"%' and ${events.fields}::text not like '%\\\\u0000%'
    then ${events.fields} -> 'repeats' end)`
  const rows = await session
    .select({
      incident: events.incident,
      // What the model said again is counted on the event itself.
      count: sql<number>`sum(greatest(1, coalesce((${repeats} ->> 'count')::int, 1)))::int`,
      lastAt: sql<string>`max(greatest(${events.at}, (${repeats} ->> 'lastAt')::timestamptz))`,
    })
    .from(events)
    .where(inArray(events.incident, [...first.keys()]))
    .groupBy(events.incident)
  return new Map(
    rows.flatMap(({ incident, count, lastAt }) => {
      const row = first.get(incident ?? '')
      if (!row) return []
      const lastMs = new Date(lastAt).getTime()
      const isTrouble = troubles.some((kind) => kind === row.kind)
      const overMs = row.overAt?.getTime() ?? (isTrouble ? Infinity : lastMs + overAfterMs)
      const overAt = overMs <= nowMs ? new Date(overMs).toISOString() : null
      return [[row.id, { count, lastAt: new Date(lastMs).toISOString(), overAt }] as const]
    }),
  )
}
