// Kept pictures over HTTP: what there is, one picture of it, and away with it.
import type { Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { addPictureRoutes } from './picture-routes.ts'
import type { RecordingsRouteDeps } from './route-deps.ts'

const AtSchema = z.object({ at: z.iso.datetime({ offset: true }) })

/** `/api/flows/:id/recordings`. */
export function addRecordingRoutes(api: Router, deps: RecordingsRouteDeps): void {
  const { flows, recordings } = deps
  addPictureRoutes(api, deps)
  api.get('/flows/:id/recordings', async (request, response) => {
    await flows.get(request.params.id)
    response.json({ recordings: await recordings.list(request.params.id) })
  })
  api.get('/flows/:id/recordings/:camera/frame', async (request, response) => {
    const { id: flow, camera } = request.params
    const { at } = parseInput(AtSchema, request.query, 'HTTP_QUERY_WRONG')
    await flows.get(flow)
    const picture = await recordings.pictureAt({ flow, camera }, Date.parse(at))
    if (!picture)
      throw new NotFoundError('RECORDING_NO_PICTURE', `No picture of this camera is kept from the minute up to ${at}.`)
    response.set({ 'Content-Type': 'image/jpeg', 'X-Heed-At': new Date(picture.atMs).toISOString() })
    response.send(Buffer.from(picture.jpeg))
  })
  api.delete('/flows/:id/recordings/:camera', async (request, response) => {
    await flows.get(request.params.id)
    await recordings.forget(request.params.id, request.params.camera)
    response.status(204).end()
  })
}
