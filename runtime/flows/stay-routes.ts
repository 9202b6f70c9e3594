// What only another program can do goes on in it: a tab for the Node-RED inside, and bridges to it in the flow here.
import type { Router } from 'express'
import { ConflictError } from '../../nodes/contract/errors.ts'
import { assertOwner, callerOf } from '../live/index.ts'
import { authorOf } from './author.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { sendFlow } from './routes.ts'

/** `POST /api/flows/:id/stay`: for a flow that came from a program which runs inside Heed. Answers with the flow as it is now. */
export function addStayRoutes(api: Router, deps: FlowsRouteDeps): void {
  api.post('/flows/:id/stay', async (request, response) => {
    // What is put there is code, and runs with the rights of Heed's user.
    assertOwner(callerOf(response))
    const { id, revision, document } = await deps.flows.get(request.params.id)
    const stayed = deps.formats.map((format) => format.stay?.(document, id)).find((each) => each !== undefined)
    if (!stayed)
      throw new ConflictError('FLOW_NOTHING_STAYS', 'Nothing in this flow is left that only another program can do.')
    const tab = await deps.nodeRed.addTab(stayed.tab)
    try {
      await sendFlow(deps, response, await deps.flows.update(id, stayed.flow, revision, await authorOf(deps, response)))
    } catch (error) {
      await deps.nodeRed.removeTab(tab).catch(() => undefined)
      throw error
    }
  })
}
