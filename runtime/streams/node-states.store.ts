// What tick nodes remember, by stream: written with the tick that changed it, read by the worker that takes the stream over.
import { and, eq, sql } from 'drizzle-orm'
import type { TickRecord } from '../history/index.ts'
import type { Session } from '../database/index.ts'
import { nodeStates } from '../database/index.ts'

/** One statement for all; of several ticks of one node the newest wins, also against what is stored already. */
export async function writeNodeStates(tx: Session, records: readonly TickRecord[]): Promise<void> {
  const newest = new Map<string, { record: TickRecord; node: string; state: unknown }>()
  for (const record of records) {
    for (const [node, state] of Object.entries(record.states)) {
      const key = `${record.streamId} ${node}`
      const known = newest.get(key)
      if (!known || record.tick > known.record.tick) newest.set(key, { record, node, state })
    }
  }
  if (newest.size === 0) return
  const rows = [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await tx.execute(sql`
    insert into node_states (stream_id, node, run, tick, state)
    select * from unnest(${sql.param(rows.map(({ record }) => record.streamId))}::text[], ${sql.param(rows.map(({ node }) => node))}::text[],
      ${sql.param(rows.map(({ record }) => record.run))}::int[], ${sql.param(rows.map(({ record }) => record.tick))}::int[],
      ${sql.param(rows.map(({ state }) => JSON.stringify(state ?? null)))}::json[])
    on conflict (stream_id, node) do update set run = excluded.run, tick = excluded.tick, state = excluded.state
    where (node_states.run, node_states.tick) <= (excluded.run, excluded.tick)`)
}

/** The states of a run, by node id. */
export async function readNodeStates(
  session: Session,
  streamId: string,
  run: number,
): Promise<Record<string, unknown>> {
  const rows = await session
    .select({ node: nodeStates.node, state: nodeStates.state })
    .from(nodeStates)
    .where(and(eq(nodeStates.streamId, streamId), eq(nodeStates.run, run)))
  return Object.fromEntries(rows.map(({ node, state }) => [node, state]))
}
