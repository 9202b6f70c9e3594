// `/api/approved-hosts`: which hosts of the owner's own network nodes may reach. What connections and flows name counts by
// itself; the rest is approved here, by hand. Opens no address itself.
import type { Router } from 'express'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { plainHost } from '../../nodes/contract/hosts.ts'
import type { EgressRouteDeps } from './route-deps.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { HostSchema } from './route-bodies.ts'

/** Adding and removing answer with the list as it is then. */
export function addApprovedHostRoutes(api: Router, { approvedHosts, refusalOf }: EgressRouteDeps): void {
  api.get('/approved-hosts', async (_request, response) => {
    response.json(await approvedHosts.list())
  })
  api.post('/approved-hosts', async (request, response) => {
    const { host } = parseBody(HostSchema, request.body)
    // Whatever else is wrong with it, the list itself says.
    const refusal = refusalOf(plainHost(host) ?? plainHost(host.replace(/:\d{1,5}\s*$/, '')) ?? '')
    if (refusal !== undefined)
      throw new BadRequestError(
        'APPROVED_HOST_REFUSED',
        `${refusal}; nothing in a flow may ever reach it, so approving it would change nothing.`,
      )
    await approvedHosts.add(host)
    response.status(201).json(await approvedHosts.list())
  })
  api.delete('/approved-hosts/:host', async (request, response) => {
    await approvedHosts.remove(request.params.host)
    response.status(204).end()
  })
}
