// Cameras that are things of their own. Like `schema.ts`: a change here needs a migration.
import { customType, json, pgTable, text } from 'drizzle-orm/pg-core'
import type { Point } from '../../nodes/contract/frames.ts'
import { instant } from './schema.ts'

const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
})

/** What came of opening it once. */
export interface CameraTrial {
  ok: boolean
  /** ISO 8601. */
  at: string
  /** In words: its size and rhythm, or what is wrong. */
  text: string
  code?: string
}

export const cameras = pgTable('cameras', {
  name: text('name').primaryKey(),
  /** Part of its streams' ids; never changes. */
  id: text('id').notNull().unique(),
  /** As a camera node says it, the login left out: that is in `url_credentials` under `camera:<name>`. */
  config: json('config').$type<Record<string, unknown>>().notNull(),
  tags: json('tags').$type<string[]>().notNull().default([]),
  /** Covered in every picture that leaves the decoder. */
  masks: json('masks').$type<Point[][]>().notNull().default([]),
  trial: json('trial').$type<CameraTrial>(),
  /** The last picture of a trial, masks burned in. */
  picture: bytea('picture'),
  pictureAt: instant('picture_at'),
  createdAt: instant('created_at').notNull(),
  /** When what it is opened with last changed. */
  updatedAt: instant('updated_at').notNull(),
})
