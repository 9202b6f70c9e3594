// "Send a test": performs one notification node of a flow once, with a test message, and says in words how it went.
// Records nothing and wakes no other node.
import type { Router } from 'express'
import { z } from 'zod'
import { BadRequestError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { askWords, waitingOf } from './hosts-approval.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { does } from '../../nodes/contract/define.ts'
import { NodeTestSchema } from './route-bodies.ts'

/** `POST /api/flows/:id/nodes/:node/test`; a body `{ config }` tries settings that are not saved yet. */
export function addNodeTestRoutes(api: Router, deps: FlowsRouteDeps): void {
  api.post('/flows/:id/nodes/:node/test', async (request, response) => {
    const { document, id, revision, unapprovedHosts } = await deps.flows.get(request.params.id)
    const node = document.nodes.find((each) => each.id === request.params.node)
    if (!node)
      throw new NotFoundError('NODE_NOT_FOUND', `There is no node “${request.params.node.slice(0, 64)}” in this flow.`)
    const definition = deps.nodes.get(node.type)
    if (definition?.role !== 'action' || !does(definition, 'notify')) {
      throw new BadRequestError(
        'NODE_NOT_TESTABLE',
        `A test message can only be sent by a notification; “${node.id}” is a ${definition?.title ?? node.type}.`,
      )
    }
    const body = parseInput(NodeTestSchema, request.body ?? {})
    const { config } = parseInput(
      z.object({ config: definition.config }),
      { config: body.config ?? node.config },
      'NODE_CONFIG_WRONG',
    )
    const problem = definition
      .check?.(config, { connection: () => undefined })
      .find(({ severity }) => severity === 'error')
    if (problem) return response.json({ ok: false, message: problem.message })
    const [waiting] = await waitingOf(deps, [{ type: node.type, config }], unapprovedHosts)
    if (waiting !== undefined) return response.json({ ok: false, message: askWords(waiting).message })
    return response.json(
      await deps.tryAction({
        flow: { id, name: document.name, revision },
        node: { id: node.id, type: node.type, version: definition.version, config },
      }),
    )
  })
}
