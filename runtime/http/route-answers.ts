// What every route of the API answers, by method and path; null where it is no JSON. Schemas only.
import { z } from 'zod'
import { accountsAnswers } from '../accounts/route-answers.ts'
import { actionsAnswers } from '../actions/route-answers.ts'
import { camerasAnswers } from '../cameras/route-answers.ts'
import { channelsAnswers } from '../channels/route-answers.ts'
import { connectionsAnswers } from '../connections/route-answers.ts'
import { egressAnswers } from '../egress/route-answers.ts'
import { flowsAnswers } from '../flows/route-answers.ts'
import { historyAnswers } from '../history/route-answers.ts'
import { liveAnswers } from '../live/route-answers.ts'
import { nodeRedAnswers } from '../node-red/route-answers.ts'
import { packagesAnswers } from '../packages/route-answers.ts'
import { recordingsAnswers } from '../recordings/route-answers.ts'
import { rehearsalsAnswers } from '../rehearsals/route-answers.ts'
import { streamsAnswers } from '../streams/route-answers.ts'
import { systemAnswers } from '../system/route-answers.ts'
import { templatesAnswers } from '../templates/route-answers.ts'

/** Each check says more of itself than whether all is well. Strangers, and whoever asks while nobody can be known, hear `status` alone. */
export const HealthSchema = z.object({
  status: z.enum(['ok', 'degraded']),
  version: z.string().optional(),
  checks: z.record(z.string(), z.looseObject({ ok: z.boolean(), detail: z.string().optional() })).optional(),
})
export type Health = z.infer<typeof HealthSchema>

export const routeAnswers = {
  'GET /health': HealthSchema,
  ...accountsAnswers,
  ...actionsAnswers,
  ...camerasAnswers,
  ...channelsAnswers,
  ...connectionsAnswers,
  ...egressAnswers,
  ...flowsAnswers,
  ...historyAnswers,
  ...liveAnswers,
  ...nodeRedAnswers,
  ...packagesAnswers,
  ...recordingsAnswers,
  ...rehearsalsAnswers,
  ...streamsAnswers,
  ...systemAnswers,
  ...templatesAnswers,
} satisfies Record<`${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`, z.ZodType | null>

export type Route = keyof typeof routeAnswers
/** What a route answers when it does what it was asked; without JSON nothing. */
export type RouteAnswer<R extends Route> = (typeof routeAnswers)[R] extends z.ZodType
  ? z.infer<(typeof routeAnswers)[R]>
  : void
