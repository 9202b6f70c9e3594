// The switch of the Node-RED inside, how it does, and the pictures it fetches.
import type { Router } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { assertOwner, callerOf } from '../live/index.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import type { NodeRedRouteDeps } from './route-deps.ts'
import { ChangeSchema } from './route-bodies.ts'

/** `GET` and `PUT /api/node-red`, and `GET /api/node-red/pictures/:token`, which the token alone opens. */
export function addNodeRedRoutes(api: Router, { nodeRed }: NodeRedRouteDeps): void {
  api.get('/node-red', async (_request, response) => {
    response.json({ nodeRed: await nodeRed.status() })
  })
  api.put('/node-red', async (request, response) => {
    assertOwner(callerOf(response))
    const { isOn, reachable } = parseBody(ChangeSchema, request.body)
    const change = { ...(isOn === undefined ? {} : { isOn }), ...(reachable === undefined ? {} : { reachable }) }
    response.json({ nodeRed: await nodeRed.change(change) })
  })
  api.get('/node-red/pictures/:token', async (request, response) => {
    const jpeg = await nodeRed.picture(request.params.token)
    if (jpeg === undefined) throw new NotFoundError('EVENT_FRAME_MISSING', 'There is no picture with this event.')
    response.set({ 'Content-Type': 'image/jpeg', 'Cache-Control': 'private, max-age=3600' }).send(Buffer.from(jpeg))
  })
}
