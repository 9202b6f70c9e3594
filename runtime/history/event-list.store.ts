// Lists of events: filters, pages by key, and counts. A page costs what it shows, however many events there are: what would have to
// count them all stops at a bound and says so.
import { and, desc, eq, gte, inArray, isNotNull, isNull, lte, notInArray, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { z } from 'zod'
import { troubles } from '../../nodes/contract/alerts.ts'
import type { EventKind } from '../../nodes/contract/events.ts'
import type { Db } from '../database/index.ts'
import { events, hasUnspaced, plainText, spacedVector, spacedWords, unspaced } from '../database/index.ts'
import { CursorInstant, readCursor, readTime, writeCursor } from './cursor.ts'
import type { EventChoice, EventQuery } from './records.ts'

/** Counted exactly up to here; beyond, "at least so many" is all that anybody needs. */
const mostCounted = { all: 10_000, withWords: 1_000 }
/** How many of the newest are looked through for words before their index is asked: it knows all that have them, but not in the order of time. */
const lookedThrough = { forPage: 10_000, forCount: 20_000 }

/** The groups of signs and words of a search: `摔倒`, `"a phrase"`, `-without`. */
function groupsOf(words: string): { text: string; isWanted: boolean }[] {
  return [...words.matchAll(/(-?)(?:"([^"]*)"?|(\S+))/g)].flatMap(([, minus, phrase, word]) => {
    const text = (phrase ?? word ?? '').replaceAll(/[\s"“”「」『』《》]/g, '')
    return text === '' ? [] : [{ text, isWanted: minus === '' }]
  })
}

/** In scripts without spaces each group of signs is looked for as it stands; what is read anyway is asked by this alone. */
function hasSigns(words: string): SQL | undefined {
  return and(
    ...groupsOf(words).map(({ text, isWanted }) => {
      const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
      return sql`replace(${events.text}, ' ', '') ${sql.raw(isWanted ? 'ilike' : 'not ilike')} ${pattern}`
    }),
  )
}

/**
 * Words in any order and form, "quoted phrases", -without; as people type into a search field. The index over single signs says which events
 * have all of them; it is not asked for their order, for which it would have to take each text apart again.
 */
function matches(words: string, areFew: boolean): SQL | undefined {
  if (!unspaced.test(words))
    return sql`${events.search} @@ (websearch_to_tsquery('simple', ${words}) || websearch_to_tsquery('english', ${words}))`
  const text = sql`${events.text}`
  if (areFew) return hasSigns(words)
  const wanted = groupsOf(words).filter((group) => group.isWanted && unspaced.test(group.text))
  const signs = wanted.map((group) => sql`${spacedVector(text)} @@ ${spacedWords(group.text)}`)
  return and(...(signs.length > 0 ? [hasUnspaced(text), ...signs] : []), hasSigns(words))
}

const wordsOf = ({ q }: { q?: string | undefined }): string | undefined =>
  q === undefined ? undefined : plainText(q).trim()

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

/** Nobody has millions of these: read through by their own index, whatever words they are to have. */
const few: ReadonlySet<EventChoice | undefined> = new Set<EventChoice>([
  'unseen',
  'urgent',
  'incidents',
  'urgent-incidents',
])

/** Everything a query asks for but its page. */
export function conditionOf(query: Omit<EventQuery, 'limit' | 'cursor'>): SQL | undefined {
  const words = wordsOf(query)
  const kinds = query.kind?.split(',').map((kind) => kind.trim() as EventKind)
  return and(
    query.flow ? eq(events.flowId, query.flow) : undefined,
    query.stream ? eq(events.streamId, query.stream) : undefined,
    kinds ? inArray(events.kind, kinds) : undefined,
    words ? matches(words, few.has(query.only)) : undefined,
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
function pageCondition({ cursor, ...query }: Omit<EventQuery, 'limit'>, limit: number): SQL | undefined {
  const kinds = query.kind?.split(',').map((kind) => kind.trim()) ?? []
  const whole = and(conditionOf(query), behind(cursor))
  if (kinds.length < 2) return whole
  const each = kinds.map(
    (kind) => sql`(select ${events.id} from ${events} where ${and(conditionOf({ ...query, kind }), behind(cursor))}
      order by ${events.at} desc, ${events.id} desc limit ${limit})`,
  )
  return sql`${events.id} in (${sql.join(each, sql` union all `)})`
}

/** Not older than the last one of the `most` newest; nothing is when there are fewer. */
const amongNewest = (condition: SQL | undefined, most: number): SQL =>
  sql`(${events.at}, ${events.id}) >= (select ${events.at}, ${events.id} from ${events} where ${condition ?? sql`true`}
    order by ${events.at} desc, ${events.id} desc offset ${most - 1} limit 1)`

/** What finds the words of a query among its newest events, without the index over signs. */
function amongNewestWith(words: string, query: Omit<EventQuery, 'limit'>, most: number): SQL | undefined {
  const { q: _words, cursor, ...rest } = query
  const scope = and(conditionOf(rest), behind(cursor))
  return and(scope, amongNewest(scope, most), unspaced.test(words) ? hasSigns(words) : matches(words, false))
}

/**
 * The rows of one page, read by what costs least. Frequent words are found among the newest events at once; what is not is seldom, and found
 * by the index over words: kept apart from the order of time, which Postgres would else follow through millions that lack them.
 */
export async function readPage<T>(
  read: (condition: SQL | undefined) => Promise<T[]>,
  query: Omit<EventQuery, 'limit'>,
  limit: number,
): Promise<T[]> {
  const words = wordsOf(query)
  if (!words) return await read(pageCondition(query, limit))
  const near = await read(amongNewestWith(words, query, lookedThrough.forPage))
  if (near.length >= limit) return near
  return await read(sql`${events.id} in (select id from (select ${events.id}, ${events.at} from ${events}
    where ${and(conditionOf(query), behind(query.cursor))} offset 0) as found order by at desc, id desc limit ${limit})`)
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
async function countUpTo(db: Db, condition: SQL | undefined, most: number): Promise<number> {
  const found = db
    .select({ one: sql`1` })
    .from(events)
    .where(condition)
    .limit(most)
    .as('found')
  const [row] = await db.select({ count: sql<number>`count(*)::int` }).from(found)
  return row?.count ?? 0
}

/** The same, planned as if all were read: what is seldom is found by its index, and what is frequent ends at the bound all the same. */
async function countSeldom(db: Db, condition: SQL | undefined, most: number): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`select count(*)::int as count from
    (select 1 from (select 1 from ${events} where ${condition} offset 0) as apart limit ${most}) as found`)
  return rows[0]?.count ?? 0
}

/** Of the newest alone, the first so many that have these signs. */
async function countNewest(db: Db, scope: SQL | undefined, words: string, most: number): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`select count(*)::int as count from (select 1 from
    (select * from ${events} where ${scope ?? sql`true`} order by at desc, id desc limit ${lookedThrough.forCount}) as ${events}
    where ${hasSigns(words)} limit ${most}) as found`)
  return rows[0]?.count ?? 0
}

/** Exact. What nobody has seen is few and has its own index: taken first, whatever else is asked of it. */
async function countUnseen(db: Db, query: Omit<EventQuery, 'limit' | 'cursor'>): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`select count(*)::int as count from
    (select * from ${events} where ${isUnseen} offset 0) as ${events} where ${conditionOf({ ...query, only: 'unseen' })}`)
  return rows[0]?.count ?? 0
}

export interface EventCounts {
  total: number
  unseen: number
  totalIsAtLeast?: true
}

/** Of all pages of a query: how many it finds, and how many of those a person has yet to see. */
export async function countEvents(db: Db, query: Omit<EventQuery, 'limit' | 'cursor'>): Promise<EventCounts> {
  const words = wordsOf(query)
  const most = words ? mostCounted.withWords : mostCounted.all
  const whole = conditionOf(query)
  const { q: _words, ...rest } = query
  const isUnspaced = words !== undefined && unspaced.test(words)
  const count = async (): Promise<number> => {
    const found = isUnspaced ? await countNewest(db, conditionOf(rest), words, most + 1) : 0
    if (found > most) return found
    return await (words ? countSeldom : countUpTo)(db, whole, most + 1)
  }
  const [found, unseen] = await Promise.all([count(), countUnseen(db, query)])
  return {
    total: Math.min(found, most),
    unseen,
    ...(found > most ? { totalIsAtLeast: true as const } : {}),
  }
}
