// Identical alerts as one incident: how often, until when, and whether it is over. Reads only; `alerts.store.ts` says what belongs together.
import { troubles } from '../../nodes/contract/alerts.ts'
import { inArray, sql } from 'drizzle-orm'
import type { Queryable } from '../database/index.ts'
import { events } from '../database/index.ts'
import type { EventView } from './records.ts'

/** Said again within this it goes on; trouble goes on until something says that it is over. */
const overAfterMs = 10 * 60_000

/** By the id of what began it. */
export async function readIncidents(
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
