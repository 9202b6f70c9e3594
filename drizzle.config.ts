// For drizzle-kit: reads the schema, writes the SQL of the next migration. A person reads it and sets its first line.
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: [
    './runtime/database/schema.ts',
    './runtime/database/event-tables.ts',
    './runtime/database/rehearsal-tables.ts',
    './runtime/database/camera-tables.ts',
    './runtime/database/timeline-tables.ts',
  ],
  out: './migrations',
})
