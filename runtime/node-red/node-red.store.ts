// The switch, and which one of several processes runs Node-RED: a row that is compared and set in one statement, by the database's
// clock, so that two machines whose clocks differ never both believe to have it.
import { eq, inArray, sql } from 'drizzle-orm'
import { guarded, settings, type Db } from '../database/index.ts'
import { KeptSchema, SwitchSchema, type NodeRedStatus, type NodeRedStore } from './records.ts'

const switchKey = 'node-red'
const holdKey = 'node-red.hold'
const keptKey = { flows: 'node-red.flows', credentials: 'node-red.credentials' }

/** Kept among the settings: the switch, the hold, and what was last deployed, as the text it came as. */
export function createNodeRedStore(db: Db): NodeRedStore {
  const nowMs = sql`extract(epoch from clock_timestamp()) * 1000`
  return guarded<NodeRedStore>('node-red', {
    readSwitch: async () => {
      const [row] = await db.select({ value: settings.value }).from(settings).where(eq(settings.key, switchKey))
      return row && SwitchSchema.parse(row.value)
    },
    writeSwitch: async (value) => {
      await db
        .insert(settings)
        .values({ key: switchKey, value })
        .onConflictDoUpdate({ target: settings.key, set: { value } })
    },
    hold: async ({ holder, url, status }, forMs, takesOver) => {
      const value = sql`json_build_object('holder', ${holder}::text, 'url', ${url}::text,
        'untilMs', ${nowMs} + ${forMs}::float8, 'status', ${JSON.stringify(status)}::json)`
      const { rowCount } = await db.execute(sql`
        insert into settings (key, value) values (${holdKey}, ${value})
        on conflict (key) do update set value = excluded.value
        where settings.value->>'holder' = ${holder} or ${takesOver}::boolean
          or (settings.value->>'untilMs')::float8 < ${nowMs}`)
      return rowCount === 1
    },
    release: async (holder) => {
      await db.execute(sql`delete from settings where key = ${holdKey} and value->>'holder' = ${holder}`)
    },
    readKept: async () => {
      const rows = await db
        .select()
        .from(settings)
        .where(inArray(settings.key, Object.values(keptKey)))
      const found = Object.entries(keptKey).flatMap(([what, key]) => {
        const value = rows.find((row) => row.key === key)?.value
        return value === undefined ? [] : [[what, KeptSchema.parse(value).text] as const]
      })
      return Object.fromEntries(found)
    },
    keep: async (holder, what, text) => {
      const { rowCount } = await db.execute(sql`
        insert into settings (key, value) select ${keptKey[what]}, json_build_object('text', ${text}::text)
        where exists (select from settings where key = ${holdKey} and value->>'holder' = ${holder}
          and (value->>'untilMs')::float8 >= ${nowMs})
        on conflict (key) do update set value = excluded.value`)
      return rowCount === 1
    },
    holder: async () => {
      const { rows } = await db.execute<{ holder: string; url: string; status: NodeRedStatus }>(sql`
        select value->>'holder' as holder, value->>'url' as url, value->'status' as status from settings
        where key = ${holdKey} and (value->>'untilMs')::float8 >= ${nowMs}`)
      return rows[0]
    },
  })
}
