// `/api/approved-hosts`: which hosts of the owner's own network nodes may reach. What connections and flows name counts by
// itself; the rest is approved here, by hand. Opens no address itself.
import type { Router } from 'express'
import { z } from 'zod'
import type { ApiDeps } from './deps.ts'
import { parseBody } from './input.ts'

const HostSchema = z.object({ host: z.string().min(1).max(300) })

/** Adding and removing answer with the list as it is then. */
export function addApprovedHostRoutes(api: Router, { approvedHosts }: ApiDeps): void {
  api.get('/approved-hosts', async (_request, response) => {
    response.json(await approvedHosts.list())
  })
  api.post('/approved-hosts', async (request, response) => {
    await approvedHosts.add(parseBody(HostSchema, request.body).host)
    response.status(201).json(await approvedHosts.list())
  })
  api.delete('/approved-hosts/:host', async (request, response) => {
    await approvedHosts.remove(request.params.host)
    response.status(204).end()
  })
}
