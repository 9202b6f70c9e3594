// Messages on their way into sessions: answers, questions, other cameras' streams. Kept until a tick has used them up.
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import type { SessionInput } from './records.ts'
import type { Db, Queryable } from '../database/index.ts'
import { inputs } from '../database/index.ts'

const mostAtOnce = 100

/** Adds those that are new and whose stream exists; a second try adds nothing, also after they were used up. */
export async function insertInputs(tx: Queryable, rows: readonly SessionInput[], nowMs: number): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(sql`
    insert into inputs (id, stream_id, node, port, message, created_at)
    select given.id, given.stream_id, given.node, given.port, given.message, ${new Date(nowMs).toISOString()}::timestamptz
    from unnest(${sql.param(rows.map((row) => row.id))}::text[], ${sql.param(rows.map((row) => row.streamId))}::text[],
      ${sql.param(rows.map((row) => row.node))}::text[], ${sql.param(rows.map((row) => row.port))}::text[],
      ${sql.param(rows.map((row) => JSON.stringify(row.message)))}::json[]) with ordinality as given (id, stream_id, node, port, message, nth)
    join streams s on s.id = given.stream_id
    order by given.nth
    on conflict (id) do nothing`)
}

/** Marks what a tick has used up. */
export async function consumeInputs(
  tx: Queryable,
  streamId: string,
  ids: readonly string[],
  nowMs: number,
): Promise<void> {
  if (ids.length === 0) return
  await tx
    .update(inputs)
    .set({ consumedAt: new Date(nowMs) })
    .where(and(eq(inputs.streamId, streamId), inArray(inputs.id, [...ids]), isNull(inputs.consumedAt)))
}

/** The engine's read, and the way in for questions asked from outside. */
export function createInputStore({ db, nowMs }: { db: Db; nowMs(): number }) {
  const engine = {
    readInputs: async (streamId: string) =>
      await db
        .select({
          id: inputs.id,
          streamId: inputs.streamId,
          node: inputs.node,
          port: inputs.port,
          message: inputs.message,
        })
        .from(inputs)
        .where(and(eq(inputs.streamId, streamId), isNull(inputs.consumedAt)))
        .orderBy(asc(inputs.seq))
        .limit(mostAtOnce),
  }
  return {
    ...engine,
    addInputs: async (rows: SessionInput[]): Promise<void> => await insertInputs(db, rows, nowMs()),
  }
}
