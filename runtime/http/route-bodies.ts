// What every route of the API that takes a body takes, by method and path. Schemas only.
import type { z } from 'zod'
import type { Route } from './route-answers.ts'
import { accountsBodies } from '../accounts/route-bodies.ts'
import { camerasBodies } from '../cameras/route-bodies.ts'
import { channelsBodies } from '../channels/route-bodies.ts'
import { connectionsBodies } from '../connections/route-bodies.ts'
import { egressBodies } from '../egress/route-bodies.ts'
import { flowsBodies } from '../flows/route-bodies.ts'
import { historyBodies } from '../history/route-bodies.ts'
import { nodeRedBodies } from '../node-red/route-bodies.ts'
import { rehearsalsBodies } from '../rehearsals/route-bodies.ts'
import { streamsBodies } from '../streams/route-bodies.ts'
import { templatesBodies } from '../templates/route-bodies.ts'

export const routeBodies = {
  ...accountsBodies,
  ...camerasBodies,
  ...channelsBodies,
  ...connectionsBodies,
  ...egressBodies,
  ...flowsBodies,
  ...historyBodies,
  ...nodeRedBodies,
  ...rehearsalsBodies,
  ...streamsBodies,
  ...templatesBodies,
} satisfies Partial<Record<Route, z.ZodType>>

/** What is sent to a route; to one that reads no body, nothing but an empty one. */
export type RouteBody<R extends Route> = R extends keyof typeof routeBodies
  ? z.input<(typeof routeBodies)[R]>
  : Record<string, never>
