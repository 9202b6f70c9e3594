// Whose turn it is to speak, for all workers together: one row a queue, taken by one holder at a time. A turn is a lease, so
// that a worker that dies silences nobody; times come from the caller's clock.
import { and, eq, sql } from 'drizzle-orm'
import type { Db } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { voiceTurns } from '../database/index.ts'

export interface VoiceTurnStore {
  /** The queue's turn until `untilMs`, with the time when what was said before has been said; undefined while another one holds it. */
  take(queue: string, holder: string, at: { nowMs: number; untilMs: number }): Promise<number | undefined>
  /** Keeps it, and says until when it will be heard at least; false when it is held no more. */
  renew(queue: string, holder: string, at: { untilMs: number; freeAtMs: number }): Promise<boolean>
  /** Gives it to the next one; nothing when it is held no more. */
  release(queue: string, holder: string, freeAtMs: number): Promise<void>
}

const instant = (ms: number) => sql`${new Date(ms).toISOString()}::timestamptz`

/** Turns in the database. */
export function createVoiceTurnStore({ db }: { db: Db }): VoiceTurnStore {
  const mine = (queue: string, holder: string) => and(eq(voiceTurns.queue, queue), eq(voiceTurns.holder, holder))
  const later = (ms: number) => sql`greatest(${voiceTurns.freeAt}, ${instant(ms)})`
  return guarded<VoiceTurnStore>('voiceTurns', {
    take: async (queue, holder, { nowMs, untilMs }) => {
      // The row is locked while it is changed: of two that come at once, the second one sees the first one's name.
      const {
        rows: [row],
      } = await db.execute<{ free_at_ms: number }>(sql`
        insert into voice_turns as t (queue, holder, held_until, free_at) values (${queue}, ${holder}, ${instant(untilMs)}, ${instant(nowMs)})
        on conflict (queue) do update set holder = excluded.holder, held_until = excluded.held_until
        where t.holder is null or t.holder = excluded.holder or t.held_until <= ${instant(nowMs)}
        returning (extract(epoch from free_at) * 1000)::float8 as free_at_ms`)
      return row?.free_at_ms
    },
    renew: async (queue, holder, { untilMs, freeAtMs }) => {
      const { rowCount } = await db
        .update(voiceTurns)
        .set({ heldUntil: new Date(untilMs), freeAt: later(freeAtMs) })
        .where(mine(queue, holder))
      return rowCount === 1
    },
    release: async (queue, holder, freeAtMs) => {
      await db
        .update(voiceTurns)
        .set({ holder: null, freeAt: later(freeAtMs) })
        .where(mine(queue, holder))
    },
  })
}
