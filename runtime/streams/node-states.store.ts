// What tick nodes remember, by stream: written with the tick that changed it, read by the worker that takes the stream over.
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { versionedType, type Rehomed } from '../compile/index.ts'
import type { TickRecord } from '../history/index.ts'
import type { Queryable } from '../database/index.ts'
import { nodeStates } from '../database/index.ts'

/** One statement for all; of several ticks of one node the newest wins, also against what is stored already. */
export async function writeNodeStates(tx: Queryable, records: readonly TickRecord[]): Promise<void> {
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
    insert into node_states (stream_id, node, run, tick, state, of)
    select * from unnest(${sql.param(rows.map(({ record }) => record.streamId))}::text[], ${sql.param(rows.map(({ node }) => node))}::text[],
      ${sql.param(rows.map(({ record }) => record.run))}::int[], ${sql.param(rows.map(({ record }) => record.tick))}::int[],
      ${sql.param(rows.map(({ state }) => JSON.stringify(state ?? null)))}::json[],
      ${sql.param(rows.map(({ record, node }) => record.types?.[ownerOf(node)] ?? null))}::text[])
    on conflict (stream_id, node) do update set run = excluded.run, tick = excluded.tick, state = excluded.state, of = excluded.of
    where (node_states.run, node_states.tick) <= (excluded.run, excluded.tick)`)
}

/** A model's memory lies beside its node's state, as `model#memory`. */
const ownerOf = (key: string): string => key.split('#', 1)[0] ?? ''

/** The states of a run, by node id: of the plan's nodes those that are still of the type and version that left them. */
export async function readNodeStates(
  session: Queryable,
  streamId: string,
  run: number,
  plan: PlanStream,
): Promise<Record<string, unknown>> {
  const rows = await session
    .select({ node: nodeStates.node, state: nodeStates.state, of: nodeStates.of })
    .from(nodeStates)
    .where(and(eq(nodeStates.streamId, streamId), eq(nodeStates.run, run)))
  const types = new Map(plan.ticks.map((node) => [node.id, versionedType(node)]))
  const fits = ({ node, of }: (typeof rows)[number]): boolean => {
    const type = types.get(ownerOf(node))
    return of === null || type === undefined || of === type
  }
  return Object.fromEntries(rows.filter(fits).map(({ node, state }) => [node, state]))
}

/** A run of a stream, and where it stands. */
export interface StreamPlace {
  streamId: string
  run: number
  tick: number
}

type Moving = typeof nodeStates.$inferInsert & { to: string }

/** Takes what nodes remember that live in another stream from now on; `places` are the runs they leave, by camera. */
export async function takeNodeStates(
  tx: Queryable,
  moves: readonly Rehomed[],
  places: ReadonlyMap<string, StreamPlace>,
): Promise<Moving[]> {
  const taken: Moving[] = []
  for (const { node, from, to } of moves) {
    const place = places.get(from)
    if (!place) continue
    const rows = await tx
      .delete(nodeStates)
      .where(
        and(
          eq(nodeStates.streamId, place.streamId),
          eq(nodeStates.run, place.run),
          inArray(nodeStates.node, [node, `${node}#memory`]),
        ),
      )
      .returning()
    taken.push(...rows.map((row) => ({ ...row, to })))
  }
  return taken
}

/** Lays them down where they live now. */
export async function putNodeStates(
  tx: Queryable,
  taken: readonly Moving[],
  places: ReadonlyMap<string, StreamPlace>,
): Promise<void> {
  for (const { to, node, state, of } of taken) {
    const place = places.get(to)
    if (!place) continue
    const fresh = { run: place.run, tick: place.tick, state, of }
    await tx
      .insert(nodeStates)
      .values({ streamId: place.streamId, node, ...fresh })
      .onConflictDoUpdate({ target: [nodeStates.streamId, nodeStates.node], set: fresh })
  }
}
