// Templates that were saved here, one row each. Saving one again makes it a version newer; flows made of it know theirs.
import { asc, eq, sql } from 'drizzle-orm'
import type { Db } from '../database/index.ts'
import { guarded, plainJson, templates } from '../database/index.ts'
import type { OwnTemplateStore } from './shelf.ts'
import { readTemplate } from './template.ts'

export function createOwnTemplateStore({ db, nowMs }: { db: Db; nowMs(): number }): OwnTemplateStore {
  return guarded<OwnTemplateStore>('templates', {
    list: async () => {
      const rows = await db.select().from(templates).orderBy(asc(templates.id))
      return rows.flatMap(({ template, version }) => {
        const read = readTemplate({ ...template, version })
        return 'template' in read ? [read.template] : []
      })
    },
    save: async (template) => {
      const stored = plainJson({ ...template, version: 1 })
      const savedAt = new Date(nowMs())
      const [row] = await db
        .insert(templates)
        .values({ id: template.id, version: 1, template: stored, savedAt })
        .onConflictDoUpdate({
          target: templates.id,
          set: { template: stored, savedAt, version: sql`${templates.version} + 1` },
        })
        .returning({ version: templates.version })
      return { ...template, version: row?.version ?? 1 }
    },
    remove: async (id) => {
      const gone = await db.delete(templates).where(eq(templates.id, id)).returning({ id: templates.id })
      return gone.length > 0
    },
  })
}
