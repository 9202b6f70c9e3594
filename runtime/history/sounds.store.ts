// What was spoken, kept with the event it was about: in pieces while it is still being spoken, whole afterwards. Never read
// along with a list of events, and never shown as whole before it is.
import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Sound } from '../../nodes/contract/capabilities.ts'
import type { Db, Queryable } from '../database/index.ts'
import { transaction } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { sounds } from '../database/index.ts'

/** One event has a sound of each node that spoke about it. */
export interface SoundPlace {
  eventId: string
  node: string
}

export interface SoundStore {
  /** Where it is served. */
  url(place: SoundPlace): string
  /** The length of what an earlier try has kept whole already. */
  finished(place: SoundPlace): Promise<{ durationS: number } | undefined>
  /** The first piece, header included; what a try that broke off has left is replaced. */
  begin(place: SoundPlace, contentType: string, bytes: Uint8Array): Promise<void>
  /** `position` counts from 1. */
  append(place: SoundPlace, position: number, bytes: Uint8Array): Promise<void>
  /** Keeps it whole, in place of its pieces. One that is whole stays as it is; with its event gone, nothing is kept. */
  finish(place: SoundPlace, sound: Sound): Promise<void>
  /** Lets go of what was not finished. */
  drop(place: SoundPlace): Promise<void>
}

export interface KeptSound extends Sound {
  node: string
  isFinished: boolean
}

/** What came after a position and a byte; `position` is where to go on. */
export interface SoundPart {
  bytes: Uint8Array
  position: number
  isFinished: boolean
}

/** Where the sound of an event is served; those kept before nodes were told apart have none. */
export function soundUrl({ eventId, node }: SoundPlace): string {
  return `/api/events/${eventId}/audio${node === '' ? '' : `?node=${encodeURIComponent(node)}`}`
}

/** By event, the nodes whose whole sounds are kept with it. */
export async function readSoundNodes(session: Queryable, eventIds: readonly string[]): Promise<Map<string, string[]>> {
  if (eventIds.length === 0) return new Map()
  const rows = await session
    .select({ id: sounds.eventId, node: sounds.node })
    .from(sounds)
    .where(and(inArray(sounds.eventId, [...eventIds]), eq(sounds.isFinished, true)))
    .orderBy(sounds.node)
  return new Map([...Map.groupBy(rows, ({ id }) => id)].map(([id, found]) => [id, found.map(({ node }) => node)]))
}

/** The sound of a node, or without one the first that the event has; an unfinished one is empty here. */
export async function readSound(session: Queryable, eventId: string, node?: string): Promise<KeptSound | undefined> {
  const [row] = await session
    .select()
    .from(sounds)
    .where(and(eq(sounds.eventId, eventId), node === undefined ? undefined : eq(sounds.node, node)))
    .orderBy(sql`${sounds.isFinished} desc`, sounds.node)
    .limit(1)
  return (
    row && {
      bytes: row.bytes,
      contentType: row.contentType,
      durationS: row.durationS,
      node: row.node,
      isFinished: row.isFinished,
    }
  )
}

/** What has come since, out of the pieces or out of the whole: one statement, so never between the two. */
export async function readSoundPart(
  session: Queryable,
  { eventId, node }: SoundPlace,
  from: { position: number; byte: number },
): Promise<SoundPart | undefined> {
  const {
    rows: [row],
  } = await session.execute<{ is_finished: boolean; bytes: Buffer | null; last: number | null }>(sql`
    select s.is_finished, c.last, case when s.is_finished then substring(s.bytes from ${from.byte + 1}::int) else c.bytes end as bytes
    from sounds s left join lateral (
      select string_agg(bytes, ''::bytea order by position) filter (where position >= ${from.position}) as bytes, max(position) as last
      from sound_chunks where event_id = s.event_id and node = s.node) c on true
    where s.event_id = ${eventId} and s.node = ${node}`)
  if (!row) return undefined
  if (row.is_finished) return { bytes: row.bytes ?? new Uint8Array(), position: from.position, isFinished: true }
  // Fewer pieces than were read already: another try has begun anew.
  if (row.last === null || row.last < from.position - 1) return undefined
  return { bytes: row.bytes ?? new Uint8Array(), position: row.last + 1, isFinished: false }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

async function begin(db: Db, { eventId, node }: SoundPlace, contentType: string, bytes: Uint8Array): Promise<void> {
  await transaction(db, async (tx) => {
    await tx.execute(sql`
      insert into sounds (event_id, node, content_type, duration_s, bytes, is_finished)
      select id, ${node}::text, ${contentType}::text, 0, ''::bytea, false from events where id = ${eventId} on conflict do nothing`)
    await tx.execute(sql`delete from sound_chunks where event_id = ${eventId} and node = ${node}`)
    await tx.execute(sql`
      insert into sound_chunks (event_id, node, position, bytes)
      select event_id, node, 0, ${asBuffer(bytes)}::bytea from sounds where event_id = ${eventId} and node = ${node} and not is_finished`)
  })
}

/** The sounds of all workers. */
export function createSoundStore({ db }: { db: Db }): SoundStore {
  const {
    finished,
    begin: beginSound,
    append,
    finish,
    drop,
  } = guarded('sounds', {
    finished: async ({ eventId, node }: SoundPlace) => {
      const [row] = await db
        .select({ durationS: sounds.durationS })
        .from(sounds)
        .where(and(eq(sounds.eventId, eventId), eq(sounds.node, node), eq(sounds.isFinished, true)))
      return row
    },
    begin: (place: SoundPlace, contentType: string, bytes: Uint8Array) => begin(db, place, contentType, bytes),
    append: async ({ eventId, node }: SoundPlace, position: number, bytes: Uint8Array) => {
      await db.execute(sql`
        insert into sound_chunks (event_id, node, position, bytes)
        select event_id, node, ${position}::int, ${asBuffer(bytes)}::bytea from sounds where event_id = ${eventId} and node = ${node} and not is_finished
        on conflict do nothing`)
    },
    // One statement: the first sound of a warning waits for it.
    finish: async ({ eventId, node }: SoundPlace, { bytes, contentType, durationS }: Sound) => {
      await db.execute(sql`
        with kept as (
          insert into sounds as s (event_id, node, content_type, duration_s, bytes, is_finished)
          select id, ${node}::text, ${contentType}::text, ${durationS}::float8, ${asBuffer(bytes)}::bytea, true from events where id = ${eventId}
          on conflict (event_id, node) do update
            set content_type = excluded.content_type, duration_s = excluded.duration_s, bytes = excluded.bytes, is_finished = true where not s.is_finished)
        delete from sound_chunks where event_id = ${eventId} and node = ${node}`)
    },
    drop: async ({ eventId, node }: SoundPlace) => {
      await db
        .delete(sounds)
        .where(and(eq(sounds.eventId, eventId), eq(sounds.node, node), eq(sounds.isFinished, false)))
    },
  })
  return { url: soundUrl, finished, begin: beginSound, append, finish, drop }
}
