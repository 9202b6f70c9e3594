// The tables of rehearsals: what each goes by, and what came of it clip by clip.
import { sql } from 'drizzle-orm'
import { doublePrecision, index, integer, json, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { flows, instant } from './schema.ts'

/** A flow's plan run over clips, with the world kept out. `running` from the beginning: waiting for its turn is part of it. */
export const rehearsals = pgTable(
  'rehearsals',
  {
    id: text('id').primaryKey(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    revision: integer('revision').notNull(),
    state: text('state').$type<'running' | 'finished' | 'failed' | 'cancelled'>().notNull(),
    reason: text('reason'),
    /** What it goes by: request, plan, tests. */
    basis: json('basis').$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [
    index('rehearsals_flow').on(table.flowId, table.createdAt),
    index('rehearsals_running')
      .on(table.id)
      .where(sql`${table.state} = 'running'`),
  ],
)

/** One clip of a rehearsal: how far it is, then what came of it. */
export const rehearsalClips = pgTable(
  'rehearsal_clips',
  {
    rehearsalId: text('rehearsal_id')
      .notNull()
      .references(() => rehearsals.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    clip: text('clip').notNull(),
    /** 0 to 1. */
    progress: doublePrecision('progress').notNull(),
    /** What came of it in few words: checks, costs. */
    figures: json('figures').$type<Record<string, unknown>>(),
    /** Second by second. */
    timeline: json('timeline').$type<Record<string, unknown>>(),
    /** What models and agents said, for a replay. */
    recording: json('recording').$type<Record<string, unknown>>(),
  },
  (table) => [primaryKey({ columns: [table.rehearsalId, table.position] })],
)
