// Moving pictures that nodes made about events. Kept with the event they hang on, and gone with it; never read along with a list.
import { eq, inArray, or } from 'drizzle-orm'
import type { MovingPicture } from '../../nodes/contract/capabilities.ts'
import type { Db, Queryable } from '../database/index.ts'
import { eventClips, guarded } from '../database/index.ts'

export interface ClipStore {
  /** Once for each event and node; with its event gone, nothing is kept. */
  put(place: { eventId: string; node: string; about: string }, clip: MovingPicture): Promise<void>
}

/** Where the one of an event is served. */
export const clipUrl = (eventId: string): string => `/api/events/${eventId}/clip`

/** Of an event, or made about it elsewhere. */
export async function readClip(session: Queryable, eventId: string): Promise<MovingPicture | undefined> {
  const [row] = await session
    .select({ bytes: eventClips.bytes, contentType: eventClips.contentType, durationS: eventClips.durationS })
    .from(eventClips)
    .where(or(eq(eventClips.eventId, eventId), eq(eventClips.about, eventId)))
    .limit(1)
  return row
}

/** Of these events those that have one, with its type. */
export async function readClipTypes(session: Queryable, eventIds: readonly string[]): Promise<Map<string, string>> {
  if (eventIds.length === 0) return new Map()
  const ids = [...eventIds]
  const rows = await session
    .select({ id: eventClips.eventId, about: eventClips.about, contentType: eventClips.contentType })
    .from(eventClips)
    .where(or(inArray(eventClips.eventId, ids), inArray(eventClips.about, ids)))
  return new Map(rows.flatMap(({ about, contentType, id }) => [about, id].map((each) => [each, contentType] as const)))
}

export function createClipStore({ db }: { db: Db }): ClipStore {
  return guarded<ClipStore>('clips', {
    put: async ({ about, eventId, node }, { bytes, contentType, durationS }) => {
      await db
        .insert(eventClips)
        .values({ eventId, node, about, bytes, contentType, durationS })
        .onConflictDoUpdate({
          target: [eventClips.eventId, eventClips.node],
          set: { bytes, contentType, durationS },
        })
    },
  })
}
