// The picture kept with an event. Never read along with a list of events.
import { asc, eq } from 'drizzle-orm'
import type { EventRecord } from './records.ts'
import type { Queryable } from '../database/index.ts'
import { frames, recentFrames } from '../database/index.ts'

/** Keeps the pictures of these events, once. */
export async function insertFrames(tx: Queryable, records: readonly EventRecord[]): Promise<void> {
  const rows = records.flatMap(({ id, frame }) => (frame ? [{ eventId: id, jpeg: frame }] : []))
  if (rows.length > 0) await tx.insert(frames).values(rows).onConflictDoNothing()
  const recent = records.flatMap(({ id, recent: pictures = [] }) =>
    pictures.map((picture, position) => ({ eventId: id, position, ...picture })),
  )
  if (recent.length > 0) await tx.insert(recentFrames).values(recent).onConflictDoNothing()
}

/** What the stream saw up to an event, oldest first. */
export async function readRecentFrames(
  session: Queryable,
  eventId: string,
): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]> {
  return await session
    .select({ mediaTimeS: recentFrames.mediaTimeS, jpeg: recentFrames.jpeg })
    .from(recentFrames)
    .where(eq(recentFrames.eventId, eventId))
    .orderBy(asc(recentFrames.position))
}

/** The JPEG of an event, if one was kept. */
export async function readFrame(session: Queryable, eventId: string): Promise<Uint8Array | undefined> {
  const [row] = await session.select({ jpeg: frames.jpeg }).from(frames).where(eq(frames.eventId, eventId))
  return row?.jpeg
}
