import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as cameraTables from '../../runtime/database/camera-tables.ts'
import * as eventTables from '../../runtime/database/event-tables.ts'
import * as otherTables from '../../runtime/database/schema.ts'
import * as rehearsalTables from '../../runtime/database/rehearsal-tables.ts'
import * as timelineTables from '../../runtime/database/timeline-tables.ts'
import { withDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await withDatabase()
})
afterAll(async () => {
  await database.drop()
})

const tables = Object.values<unknown>({
  ...otherTables,
  ...eventTables,
  ...rehearsalTables,
  ...cameraTables,
  ...timelineTables,
}).filter((value): value is PgTable => is(value, PgTable))

test.each(tables.map((table) => [getTableName(table), table] as const))(
  'the migrations make %s as the schema says',
  async (name, table) => {
    const rows = await database.query<{ name: string; required: boolean }>(
      "select column_name as name, is_nullable = 'NO' as required from information_schema.columns where table_schema = 'public' and table_name = $1 order by 1",
      [name],
    )
    const wanted = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      required: column.notNull,
    }))
    expect(rows).toEqual(wanted.sort((a, b) => (a.name < b.name ? -1 : 1)))
  },
)

test('the migrations make no table that the schema does not know, but for the days of decisions', async () => {
  const rows = await database.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  )
  const known = new Set(tables.map((table) => getTableName(table)))
  expect(rows.map(({ name }) => name).filter((name) => !known.has(name) && name !== 'decisions_default')).toEqual([])
})
