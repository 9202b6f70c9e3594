// Who else has a flow open, and at which card: told to every open browser and kept nowhere. A window says so again every few seconds.
import type { Router } from 'express'
import { z } from 'zod'
import { parseInput, requireBody } from '../../nodes/contract/input.ts'
import type { FlowsRouteDeps } from './route-deps.ts'

const id = z.string().min(1).max(64)
const PresenceSchema = z.object({ window: id, node: id.nullable().default(null), isGone: z.boolean().default(false) })

/** `POST /api/flows/:id/presence` */
export function addPresenceRoutes(api: Router, { bus }: Pick<FlowsRouteDeps, 'bus'>): void {
  api.post('/flows/:id/presence', (request, response) => {
    const presence = parseInput(PresenceSchema, requireBody(request.body))
    bus.publish({ type: 'presence', flow: request.params.id.slice(0, 64), ...presence })
    response.status(204).end()
  })
}
