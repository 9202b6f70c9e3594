// Lists of events: filters, pages by key, and counts. A page costs what it shows, however many events there are: what would have to
// count them all stops at a bound and says so.
import { and, desc, eq, gte, inArray, isNotNull, isNull, lte, notInArray, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { troubles } from '../../nodes/contract/alerts.ts'
import type { EventKind } from '../../nodes/contract/events.ts'
import type { Db } from '../database/index.ts'
import { events, hasUnspaced, plainText, spacedPhrase, spacedVector, unspaced } from '../database/index.ts'
import { CursorInstant, readCursor, readTime, writeCursor } from './cursor.ts'
import type { EventChoice, EventQuery } from './records.ts'

/** Counted exactly up to here; beyond, "at least so many" is all that anybody needs. */
export const mostCounted = 10_000

/**
 * Words in any order and form, "quoted phrases", -without; as people type into a search field. In scripts without spaces each group of
 * signs is looked for as it stands.
 */
function matches(words: string): SQL | undefined {
  if (!unspaced.test(words))
    return sql`${events.search} @@ (websearch_to_tsquery('simple', ${words}) || websearch_to_tsquery('english', ${words}))`
  const text = sql`${events.text}`
  const parts = words.split(/\s+/).map((part) => sql`${spacedVector(text)} @@ ${spacedPhrase(part)}`)
  return and(hasUnspaced(text), ...parts)
}

const isUnseen = and(eq(events.alert, true), isNull(events.acknowledgedAt))

const isUrgent = and(isUnseen, notInArray(events.kind, [...troubles]))
const isFirst = sql`${events.incident} = ${events.id}`
const choices: Record<EventChoice, SQL | undefined> = {
  alerts: eq(events.alert, true),
  unseen: isUnseen,
  urgent: isUrgent,
  incidents: and(isUnseen, isFirst),
  'urgent-incidents': and(isUrgent, isFirst),
  'seen-incidents': and(isNotNull(events.acknowledgedAt), isFirst),
  'any-incidents': isFirst,
}

/** Everything a query asks for but its page. */
export function conditionOf(query: Omit<EventQuery, 'limit' | 'cursor'>): SQL | undefined {
  const words = query.q === undefined ? undefined : plainText(query.q).trim()
  const kinds = query.kind?.split(',').map((kind) => kind.trim() as EventKind)
  return and(
    query.flow ? eq(events.flowId, query.flow) : undefined,
    query.stream ? eq(events.streamId, query.stream) : undefined,
    kinds ? inArray(events.kind, kinds) : undefined,
    words ? matches(words) : undefined,
    query.from ? gte(events.at, readTime('from', query.from)) : undefined,
    query.to ? lte(events.at, readTime('to', query.to)) : undefined,
    query.only && choices[query.only],
    query.verdict === undefined
      ? undefined
      : query.verdict === 'none'
        ? isNull(events.verdict)
        : query.verdict === 'any'
          ? isNotNull(events.verdict)
          : eq(events.verdict, query.verdict),
    query.incident ? eq(events.incident, query.incident) : undefined,
  )
}

const Position = z.tuple([CursorInstant, z.string()])
export const newestFirst = [desc(events.at), desc(events.id)]

/** Behind the last one of the page before. */
export function behind(cursor: string | undefined): SQL | undefined {
  if (!cursor) return undefined
  const [at, id] = readCursor(cursor, Position)
  return sql`(${events.at}, ${events.id}) < (${at}::timestamptz, ${id})`
}

/**
 * What a page is made of. Of several kinds each is read by itself, newest first, as far as the page may need it: one index gives the order
 * of one kind, none gives that of several.
 */
export function pageCondition({ cursor, ...query }: Omit<EventQuery, 'limit'>, limit: number): SQL | undefined {
  const kinds = query.kind?.split(',').map((kind) => kind.trim()) ?? []
  const whole = and(conditionOf(query), behind(cursor))
  if (kinds.length < 2) return whole
  const each = kinds.map(
    (kind) => sql`(select ${events.id} from ${events} where ${and(conditionOf({ ...query, kind }), behind(cursor))}
      order by ${events.at} desc, ${events.id} desc limit ${limit})`,
  )
  return sql`${events.id} in (${sql.join(each, sql` union all `)})`
}

/** Cuts a page out of one row more than it shows. */
export function pageOf<T extends { at: Date; id: string }>(
  rows: T[],
  limit: number,
): { page: T[]; next: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { page, next: rows.length > limit && last ? writeCursor([last.at.toISOString(), last.id]) : null }
}

/** How many there are, counted up to the bound. */
export async function countUpTo(db: Db, condition: SQL | undefined, most: number): Promise<number> {
  const found = db
    .select({ one: sql`1` })
    .from(events)
    .where(condition)
    .limit(most)
    .as('found')
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(found)
  return row?.count ?? 0
}

export interface EventCounts {
  total: number
  unseen: number
  totalIsAtLeast?: true
}

/** Of all pages of a query: how many it finds, and how many of those a person has yet to see. */
export async function countEvents(db: Db, query: Omit<EventQuery, 'limit' | 'cursor'>): Promise<EventCounts> {
  const condition = conditionOf(query)
  const [found, unseen] = await Promise.all([
    countUpTo(db, condition, mostCounted + 1),
    // Nobody has millions of these: exact, however many.
    countUpTo(db, conditionOf({ ...query, only: 'unseen' }), 1_000_000),
  ])
  return {
    total: Math.min(found, mostCounted),
    unseen,
    ...(found > mostCounted ? { totalIsAtLeast: true as const } : {}),
  }
}
