// Pictures of the past, by stream and moment: those of events, and those of the seconds around them.
import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../database/index.ts'
import { film, guarded, isOrphan } from '../database/index.ts'
import type { FilmStore, PastPicture } from './records.ts'

interface Row extends Record<string, unknown> {
  at: string
  event: string | null
}
const instant = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`
const toPicture = ({ at, event }: Row): PastPicture => ({ atMs: new Date(at).getTime(), event })

/** Both kinds within a span, each by the index of its own. */
const within = (stream: string, fromMs: number, toMs: number) => sql`(
  select at, null as event from film where stream_id = ${stream} and at >= ${instant(fromMs)} and at <= ${instant(toMs)}
  union all
  select at, id as event from events
    where stream_id = ${stream} and has_frame and at >= ${instant(fromMs)} and at <= ${instant(toMs)}) as p`

async function nearest(db: Db, stream: string, atMs: number, withinMs: number): Promise<PastPicture | undefined> {
  const at = instant(atMs)
  const side = (compare: '<=' | '>', order: 'asc' | 'desc') => {
    const [is, by] = [sql.raw(compare), sql.raw(order)]
    const from = instant(atMs - withinMs)
    const to = instant(atMs + withinMs)
    return sql`(select at, null as event from film where stream_id = ${stream} and at ${is} ${at} and at between ${from} and ${to}
        order by at ${by} limit 1)
      union all (select at, id as event from events where stream_id = ${stream} and has_frame and at ${is} ${at} and at between ${from} and ${to}
        order by at ${by} limit 1)`
  }
  const { rows } = await db.execute<Row>(
    sql`select at, event from (${side('<=', 'desc')} union all ${side('>', 'asc')}) as p
      order by abs(extract(epoch from at - ${at})), event nulls last limit 1`,
  )
  return rows[0] && toPicture(rows[0])
}

/** The pictures of the API and of the film around events. */
export function createFilmStore({ db }: { db: Db }): FilmStore {
  return guarded<FilmStore>('film', {
    add: async (stream, flow, pictures) => {
      if (pictures.length === 0) return
      const rows = pictures.map(({ atMs, jpeg }) => ({ streamId: stream, flowId: flow, at: new Date(atMs), jpeg }))
      try {
        await db.insert(film).values(rows).onConflictDoNothing()
      } catch (thrown) {
        // The flow was deleted meanwhile.
        if (!isOrphan(thrown)) throw thrown
      }
    },
    list: async (stream, fromMs, toMs, most) => {
      const widthS = Math.max(0.001, (toMs - fromMs) / 1000 / most)
      const { rows } = await db.execute<Row>(
        sql`select distinct on (place) at, event from (
            select at, event, floor(extract(epoch from at - ${instant(fromMs)}) / ${widthS}::float8) as place
            from ${within(stream, fromMs, toMs)}) as placed
          order by place, event nulls last, at`,
      )
      return rows.map(toPicture)
    },
    nearest: (stream, atMs, withinMs) => nearest(db, stream, atMs, withinMs),
    jpeg: async (stream, atMs) => {
      const [row] = await db
        .select({ jpeg: film.jpeg })
        .from(film)
        .where(and(eq(film.streamId, stream), eq(film.at, new Date(atMs))))
      return row?.jpeg
    },
  })
}
