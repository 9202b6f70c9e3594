// What the routes of egress/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

/** Added by hand, and named by connections and flows. */
export const ApprovedHostsSchema = z.object({ byHand: z.array(z.string()), named: z.array(z.string()) })
export type ApprovedHosts = z.infer<typeof ApprovedHostsSchema>

export const egressAnswers = {
  'GET /approved-hosts': ApprovedHostsSchema,
  'POST /approved-hosts': ApprovedHostsSchema,
  'DELETE /approved-hosts/:host': null,
}
