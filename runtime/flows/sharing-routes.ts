// Flows that are given away, and what those that came from elsewhere wait for: what they would reach waits for the owner's yes.
import type { Router } from 'express'
import type { FlowsRouteDeps } from './route-deps.ts'
import { authorOf } from './author.ts'
import { addExportRoutes } from './export-routes.ts'
import { unapprovedInNodes, waitingOf } from './hosts-approval.ts'
import { sendFlow } from './routes.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { requiresOf } from './requires.ts'
import { HostsSchema, NameSchema, PastedSchema } from './route-bodies.ts'

/** Of each flow `export`, `requires`, `approve-hosts`, `unapproved`, `duplicate`. */
export function addSharingRoutes(api: Router, deps: FlowsRouteDeps): void {
  const { flows } = deps

  addExportRoutes(api, deps)
  api.get('/flows/:id/requires', async (request, response) => {
    const flow = await flows.get(request.params.id)
    const unapprovedHosts = await waitingOf(deps, flow.document.nodes, flow.unapprovedHosts)
    response.json({ requires: await requiresOf(deps, flow.document, unapprovedHosts), unapprovedHosts })
  })
  api.post('/flows/:id/approve-hosts', async (request, response) => {
    const { hosts } = parseBody(HostsSchema, request.body)
    await sendFlow(deps, response, await flows.approveHosts(request.params.id, hosts))
  })
  // What is pasted was not typed: it may be a stranger's, by way of another flow or a text. Told before the save that holds it.
  api.post('/flows/:id/unapproved', async (request, response) => {
    const { nodes } = parseBody(PastedSchema, request.body)
    await sendFlow(deps, response, await flows.addUnapproved(request.params.id, await unapprovedInNodes(deps, nodes)))
  })
  api.post('/flows/:id/duplicate', async (request, response) => {
    const { name } = parseBody(NameSchema, request.body)
    const flow = await flows.duplicate(request.params.id, name, await authorOf(deps, response))
    response.set('Location', `/api/flows/${flow.id}`)
    await sendFlow(deps, response, flow, 201)
  })
}
