// What was spoken, kept with the event it was about. Never read along with a list of events.
import { eq, inArray, sql } from 'drizzle-orm'
import type { Sound, SoundPort } from '../../nodes/contract/capabilities.ts'
import type { Db, Session } from './db.ts'
import { guarded } from './db-errors.ts'
import { sounds } from './schema.ts'

/** Where the sound of an event is served. */
export function soundUrl(eventId: string): string {
  return `/api/events/${eventId}/audio`
}

/** Which of these events have a sound. */
export async function readSoundIds(session: Session, eventIds: readonly string[]): Promise<Set<string>> {
  if (eventIds.length === 0) return new Set()
  const rows = await session.select({ id: sounds.eventId }).from(sounds).where(inArray(sounds.eventId, [...eventIds]))
  return new Set(rows.map(({ id }) => id))
}

/** The sound of an event, if one was kept. */
export async function readSound(session: Session, eventId: string): Promise<Sound | undefined> {
  const [row] = await session.select().from(sounds).where(eq(sounds.eventId, eventId))
  return row && { bytes: row.bytes, contentType: row.contentType, durationS: row.durationS }
}

/** Keeps sounds: the first one stays, and one whose event has gone meanwhile is let go of. */
export function createSoundStore({ db }: { db: Db }): SoundPort {
  return guarded<SoundPort>('sounds', {
    keep: async (eventId, { bytes, contentType, durationS }) => {
      const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      await db.execute(sql`
        insert into sounds (event_id, content_type, duration_s, bytes)
        select id, ${contentType}::text, ${durationS}::float8, ${data}::bytea from events where id = ${eventId} on conflict do nothing`)
      return soundUrl(eventId)
    },
  })
}
