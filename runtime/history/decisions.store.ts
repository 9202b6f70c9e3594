// The timeline: every decision, silence too. Written in bulk, one partition a day, thrown away by the day.
import { and, desc, eq, gte, lte, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Decision } from '../../nodes/contract/events.ts'
import type { DecisionQuery, EventStore } from './records.ts'
import type { TickRecord } from './records.ts'
import { countMinutes } from './decision-minutes.store.ts'
import { CursorInstant, readCursor, readLimit, readTime, writeCursor } from './cursor.ts'
import type { Db, Queryable } from '../database/index.ts'
import { plainText } from '../database/index.ts'
import { decisionMinutes, decisions } from '../database/index.ts'

const dayMs = 86_400_000

/** One statement for the decisions of any number of ticks; those there already are left as they are. */
export async function insertDecisions(tx: Queryable, records: readonly TickRecord[]): Promise<void> {
  const rows = records.flatMap((record) => record.decisions.map((decision) => ({ record, decision })))
  if (rows.length === 0) return
  const column = (pick: (row: (typeof rows)[number]) => unknown) => sql.param(rows.map(pick))
  await tx.execute(sql`
    with added as (insert into decisions (flow_id, stream_id, run, tick, node, at, media_time_s, action, reason, text, question, latency_ms, frame_kind,
      visual_tokens, full_rate_tokens, seconds, late)
    select * from unnest(
      ${column(({ record }) => record.flowId)}::text[], ${column(({ record }) => record.streamId)}::text[], ${column(({ record }) => record.run)}::int[],
      ${column(({ decision }) => decision.tick)}::int[], ${column(({ decision }) => decision.node)}::text[],
      ${column(({ decision }) => decision.at)}::timestamptz[], ${column(({ decision }) => decision.mediaTimeS)}::float8[],
      ${column(({ decision }) => decision.action)}::text[], ${column(({ decision }) => decision.reason)}::text[],
      ${column(({ decision }) => plainText(decision.text))}::text[],
      ${column(({ decision }) => (decision.question === undefined ? null : plainText(decision.question)))}::text[],
      ${column(({ decision }) => decision.latencyMs)}::float8[], ${column(({ decision }) => decision.frameKind)}::text[],
      ${column(({ decision }) => Math.round(decision.visualTokens))}::int[], ${column(({ decision }) => Math.round(decision.fullRateTokens))}::int[],
      ${column(({ decision }) => decision.seconds ?? null)}::int[], ${column(({ decision }) => decision.late ?? false)}::bool[])
    on conflict do nothing returning flow_id, stream_id, node, at, action, reason, seconds)
    ${countMinutes()}`)
}

const Position = z.tuple([CursorInstant, z.string(), z.int(), z.int(), z.string()])

function toDecision(row: typeof decisions.$inferSelect): Decision & { stream: string } {
  const {
    tick,
    mediaTimeS,
    node,
    action,
    reason,
    text,
    question,
    latencyMs,
    frameKind,
    visualTokens,
    fullRateTokens,
    seconds,
    late,
    streamId,
  } = row
  return {
    tick,
    at: row.at.toISOString(),
    mediaTimeS,
    node,
    action,
    reason,
    text,
    latencyMs,
    frameKind,
    visualTokens,
    fullRateTokens,
    stream: streamId,
    ...(seconds === null ? {} : { seconds }),
    ...(late ? { late } : {}),
    ...(question === null ? {} : { question }),
  }
}

async function listDecisions(db: Db, query: DecisionQuery): ReturnType<EventStore['decisions']> {
  const limit = readLimit(query.limit, 2_000)
  const [at, stream, run, tick, node] = query.cursor ? readCursor(query.cursor, Position) : []
  const rows = await db
    .select()
    .from(decisions)
    .where(
      and(
        eq(decisions.flowId, query.flow),
        query.stream ? eq(decisions.streamId, query.stream) : undefined,
        query.from ? gte(decisions.at, readTime('from', query.from)) : undefined,
        query.to ? lte(decisions.at, readTime('to', query.to)) : undefined,
        // The first condition says nothing new, but it is the one the index and the partitions understand.
        at === undefined ? undefined : lte(decisions.at, new Date(at)),
        at === undefined
          ? undefined
          : sql`(${decisions.at}, ${decisions.streamId}, ${decisions.run}, ${decisions.tick}, ${decisions.node})
      < (${at}::timestamptz, ${stream}, ${run}::int, ${tick}::int, ${node})`,
      ),
    )
    .orderBy(
      desc(decisions.at),
      desc(decisions.streamId),
      desc(decisions.run),
      desc(decisions.tick),
      desc(decisions.node),
    )
    .limit(limit + 1)
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const next =
    rows.length > limit && last
      ? writeCursor([last.at.toISOString(), last.streamId, last.run, last.tick, last.node])
      : null
  return { decisions: page.map(toDecision), next }
}

/** The API's view of the timeline. */
export function createDecisionStore({ db }: { db: Db }): Pick<EventStore, 'decisions'> {
  return { decisions: (query) => listDecisions(db, query) }
}

/** All decisions of a flow, a day at a time so that no statement takes long. */
export async function removeDecisions(db: Db, flowId: string): Promise<void> {
  await db.delete(decisionMinutes).where(eq(decisionMinutes.flowId, flowId))
  for (;;) {
    const [oldest] = await db
      .select({ at: decisions.at })
      .from(decisions)
      .where(eq(decisions.flowId, flowId))
      .orderBy(decisions.at)
      .limit(1)
    if (!oldest) return
    await db
      .delete(decisions)
      .where(and(eq(decisions.flowId, flowId), lte(decisions.at, new Date(oldest.at.getTime() + dayMs))))
  }
}
