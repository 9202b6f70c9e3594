// What the routes of egress/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'

export const HostSchema = z.object({ host: z.string().min(1).max(300) })

export const egressBodies = {
  'POST /approved-hosts': HostSchema,
}
