// What the routes of packages/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { ConnectionKindSchema } from '../../nodes/contract/connections.ts'

/** How one package from outside came in. */
export const PackageReportSchema = z.object({
  /** As HEED_NODE_PACKAGES names it. */
  asked: z.string(),
  name: z.string(),
  version: z.string().nullable(),
  /** What it brings, by name. */
  nodes: z.array(z.string()),
  kinds: z.array(ConnectionKindSchema),
  /** What of it cannot be used and why; empty when it is sound. */
  faults: z.array(z.string()),
})
export type PackageReport = z.infer<typeof PackageReportSchema>

export const packagesAnswers = { 'GET /packages': z.object({ packages: z.array(PackageReportSchema) }) }
