// The tables of looking back: what was decided, by the minute, and the pictures around what happened. Like `schema.ts`: a change here
// needs a migration.
import { doublePrecision, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { DecisionAction, Reason } from '../../nodes/contract/events.ts'
import { bytea } from './event-tables.ts'
import { flows, instant } from './schema.ts'

/** Decisions added up by the minute, written with them: a week is read from thousands of rows, not from half a million. */
export const decisionMinutes = pgTable(
  'decision_minutes',
  {
    flowId: text('flow_id').notNull(),
    streamId: text('stream_id').notNull(),
    minute: instant('minute').notNull(),
    node: text('node').notNull(),
    action: text('action').$type<DecisionAction>().notNull(),
    reason: text('reason').$type<Reason>().notNull(),
    /** How many decisions. */
    times: integer('times').notNull(),
    /** Of this minute, what those decisions stand for. */
    seconds: doublePrecision('seconds').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.streamId, table.minute, table.node, table.action, table.reason] }),
    index('decision_minutes_flow').on(table.flowId, table.minute),
    index('decision_minutes_minute').on(table.minute),
  ],
)

/** What a stream showed in the seconds before and after something happened. */
export const film = pgTable(
  'film',
  {
    streamId: text('stream_id').notNull(),
    at: instant('at').notNull(),
    flowId: text('flow_id')
      .notNull()
      .references(() => flows.id, { onDelete: 'cascade' }),
    jpeg: bytea('jpeg').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.streamId, table.at] }),
    index('film_flow').on(table.flowId),
    index('film_at').on(table.at),
  ],
)
