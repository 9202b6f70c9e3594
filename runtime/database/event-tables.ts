// The tables of what happened: events with their pictures and sounds. Like `schema.ts`: a change here needs a migration.
import { sql, type SQL } from 'drizzle-orm'
import {
  boolean,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core'
import type { EventKind, SecondLook, Verdict } from '../../nodes/contract/events.ts'
import type { TraceStep } from '../../nodes/contract/trace.ts'
import { flows, instant } from './schema.ts'

export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
})
const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** Han, Hiragana, Katakana, Hangul, Thai, Lao, Khmer; as Postgres and JavaScript both read it. */
const unspacedSigns = '\\u0E00-\\u0EFF\\u1780-\\u17FF\\u2E80-\\u9FFF\\uAC00-\\uD7AF\\uF900-\\uFAFF'
export const unspaced = new RegExp(`[${unspacedSigns}]`)
/** Word for word as in the index, or it is not used. */
export const hasUnspaced = (text: SQL): SQL => sql`${text} ~ ${sql.raw(`'[${unspacedSigns}]'`)}`
const spaced = (text: SQL): SQL => sql`regexp_replace(${text}, ${sql.raw(`'([${unspacedSigns}])'`)}, ' \\1 ', 'g')`
export const spacedVector = (text: SQL): SQL => sql`to_tsvector('simple', ${spaced(sql`left(${text}, 20000)`)})`
/** Each sign and each word, in any order. */
export const spacedWords = (words: string): SQL => sql`plainto_tsquery('simple', ${spaced(sql`${words}::text`)})`

export const events = pgTable(
  'events',
  {
    id: text('id').primaryKey(),
    kind: text('kind').$type<EventKind>().notNull(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    streamId: text('stream_id').notNull(),
    node: text('node').notNull(),
    tick: integer('tick').notNull(),
    at: instant('at').notNull(),
    mediaTimeS: doublePrecision('media_time_s').notNull(),
    text: text('text').notNull(),
    fields: json('fields').$type<Record<string, unknown>>().notNull(),
    hasFrame: boolean('has_frame').notNull(),
    acknowledgedAt: instant('acknowledged_at'),
    acknowledgedBy: text('acknowledged_by'),
    /** A person must see it. */
    alert: boolean('alert').notNull().default(false),
    /** Of an alert: the event that identical ones began with, its own id for the first. */
    incident: text('incident'),
    /** Of what began an incident: when it was over, where something said so. */
    overAt: instant('over_at'),
    /** Of an alert: what a second, stronger model said of it. */
    secondLook: json('second_look').$type<SecondLook>(),
    verdict: text('verdict').$type<Verdict>(),
    verdictAt: instant('verdict_at'),
    verdictBy: text('verdict_by'),
    /** Which way it took through the nodes, one step after another; how it was delivered is in `actions`. */
    trace: json('trace').$type<TraceStep[]>().notNull().default([]),
    // Both configurations: `english` finds "fallen" by "fall"; `simple` keeps every other language's words and English stop words.
    // Cut, because a tsvector ends at 1 MiB and a model's long answer must not stop a commit.
    search: tsvector('search').generatedAlwaysAs(
      sql`to_tsvector('simple', left(text, 20000)) || to_tsvector('english', left(text, 20000))`,
    ),
  },
  (table) => [
    index('events_at').on(table.at, table.id),
    index('events_flow_at').on(table.flowId, table.at, table.id),
    index('events_kind_at').on(table.kind, table.at, table.id),
    index('events_stream_at').on(table.streamId, table.at, table.id),
    index('events_flow_kind_at').on(table.flowId, table.kind, table.at, table.id),
    // Scripts written without spaces, sign by sign: Postgres takes a whole sentence of them for one word.
    index('events_unspaced')
      .using('gin', spacedVector(sql`text`))
      .where(hasUnspaced(sql`text`)),
    index('events_search').using('gin', table.search),
    index('events_alerts')
      .on(table.at, table.id)
      .where(sql`alert`),
    index('events_flow_alerts')
      .on(table.flowId, table.at, table.id)
      .where(sql`alert`),
    index('events_unseen')
      .on(table.at, table.id)
      .where(sql`alert and acknowledged_at is null`),
    index('events_open')
      .on(table.streamId, table.node, table.at)
      .where(sql`alert and acknowledged_at is null`),
    index('events_incidents')
      .on(table.at, table.id)
      .where(sql`incident = id`),
    index('events_incident')
      .on(table.incident)
      .where(sql`incident is not null`),
    index('events_verdict')
      .on(table.flowId, table.at)
      .where(sql`verdict is not null`),
  ],
)

export const frames = pgTable('frames', {
  eventId: text('event_id')
    .primaryKey()
    .references(() => events.id, { onDelete: 'cascade' }),
  jpeg: bytea('jpeg').notNull(),
})

/** What a stream saw up to a delegation. */
export const recentFrames = pgTable(
  'recent_frames',
  {
    eventId: text('event_id')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    mediaTimeS: doublePrecision('media_time_s').notNull(),
    jpeg: bytea('jpeg').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.position] })],
)

/** What a node spoke about an event. While it is still being spoken, its bytes are in `sound_chunks`. */
export const sounds = pgTable(
  'sounds',
  {
    eventId: text('event_id')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    node: text('node').notNull().default(''),
    contentType: text('content_type').notNull(),
    durationS: doublePrecision('duration_s').notNull(),
    bytes: bytea('bytes').notNull(),
    isFinished: boolean('is_finished').notNull().default(true),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.node] })],
)

/** A short moving picture that a node made about an event. */
export const eventClips = pgTable(
  'event_clips',
  {
    eventId: text('event_id')
      .notNull()
      .references(() => events.id, { onDelete: 'cascade' }),
    node: text('node').notNull(),
    /** The event that it shows, where that is another. */
    about: text('about').notNull(),
    contentType: text('content_type').notNull(),
    durationS: doublePrecision('duration_s').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.node] }), index('event_clips_about').on(table.about)],
)

export const soundChunks = pgTable(
  'sound_chunks',
  {
    eventId: text('event_id').notNull(),
    node: text('node').notNull(),
    position: integer('position').notNull(),
    bytes: bytea('bytes').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.eventId, table.node, table.position] }),
    foreignKey({ columns: [table.eventId, table.node], foreignColumns: [sounds.eventId, sounds.node] }).onDelete(
      'cascade',
    ),
  ],
)
