// Small values by key, for the runtime's own memory. No secrets, nothing that grows.
import { eq } from 'drizzle-orm'
import type { Db } from './db.ts'
import { guarded } from './db-errors.ts'
import { settings } from './schema.ts'

export interface SettingStore {
  /** Undefined when never set. */
  get(key: string): Promise<unknown>
  /** `undefined` removes it. */
  set(key: string, value: unknown): Promise<void>
}

export function createSettingStore(db: Db): SettingStore {
  return guarded<SettingStore>('settings', {
    get: async (key) =>
      (await db.select({ value: settings.value }).from(settings).where(eq(settings.key, key)))[0]?.value,
    set: async (key, value) => {
      if (value === undefined) await db.delete(settings).where(eq(settings.key, key))
      else await db.insert(settings).values({ key, value }).onConflictDoUpdate({ target: settings.key, set: { value } })
    },
  })
}
