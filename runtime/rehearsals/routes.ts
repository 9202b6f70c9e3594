// Rehearsals over HTTP: begin one, see how far it is and what came of it, as JSON or as JUnit, end it.
import type { Router } from 'express'
import { parseInput } from '../../nodes/contract/input.ts'
import { addPastEventRoutes } from './event-routes.ts'
import { replayOf } from './event-tests.ts'
import { addLabelledRoutes } from './labelled-routes.ts'
import { junitOf } from './junit.ts'
import { newRehearsal } from './new-rehearsal.ts'
import { RehearsalSchema } from './route-bodies.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'
import { addTryRoutes } from './try-routes.ts'

/** `/api/flows/:id/rehearsals` and `/api/rehearsals/:id`. */
export function addRehearsalRoutes(api: Router, deps: RehearsalsRouteDeps): void {
  const { flows, rehearsals, rehearsing } = deps
  const begin = async (order: Awaited<ReturnType<typeof newRehearsal>>): Promise<string> => {
    const id = await rehearsals.create(order)
    // Whoever runs them looks into the store again and again: a queue that is away now only delays.
    await rehearsing.add(id).catch((error: unknown) => deps.log.warn({ rehearsal: id, err: error }, 'queue not told'))
    return id
  }
  addPastEventRoutes(api, deps, begin)
  addLabelledRoutes(api, deps)
  addTryRoutes(api, deps)
  api.post('/flows/:id/rehearsals', async (request, response) => {
    const asked = parseInput(RehearsalSchema, request.body ?? {})
    const id = await begin(await newRehearsal(deps, request.params.id, asked))
    response.status(202).set('Location', `/api/rehearsals/${id}`)
    response.json({ rehearsal: { id, state: 'running' } })
  })
  api.get('/flows/:id/rehearsals', async (request, response) => {
    await flows.get(request.params.id)
    response.json({ rehearsals: await rehearsals.list(request.params.id) })
  })
  api.get('/rehearsals/:id', async (request, response) => {
    const view = await rehearsals.get(request.params.id)
    response.vary('Accept')
    if (request.accepts(['application/json', 'application/xml', 'text/xml']) !== 'application/json') {
      const { document } = await flows.get(view.flow)
      response.type('application/xml').send(junitOf(view, document.name))
      return
    }
    const replay = replayOf(view)
    response.json({ ...view, ...(replay ? { replay } : {}) })
  })
  api.post('/rehearsals/:id/cancel', async (request, response) => {
    const { id } = request.params
    if (await rehearsals.cancel(id)) rehearsing.cancel(id)
    const { state } = await rehearsals.get(id)
    response.status(202).json({ rehearsal: { id, state } })
  })
}
