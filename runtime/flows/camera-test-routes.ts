// `POST /api/cameras/test`: tries a camera once and answers with what it gives or, in words, what is wrong. Saves nothing.
import type { Router } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { askWords, waitingOf } from './hosts-approval.ts'
import { parseBody, parseInput } from '../../nodes/contract/input.ts'
import { does } from '../../nodes/contract/define.ts'
import { CameraTestSchema } from './route-bodies.ts'

/** A flow that is not there (any more) has brought nothing with it. */
async function unapprovedOf(deps: FlowsRouteDeps, flow: string | undefined): Promise<readonly string[]> {
  if (flow === undefined) return []
  try {
    return (await deps.flows.get(flow)).unapprovedHosts
  } catch (thrown) {
    if (thrown instanceof NotFoundError) return []
    throw thrown
  }
}

/** With `flow` and `node` the camera's stored user name and password are used where the URL says `***@`. */
export function addCameraRoutes(api: Router, deps: FlowsRouteDeps): void {
  api.post('/cameras/test', async (request, response) => {
    const { config, flow, node, filters } = parseBody(CameraTestSchema, request.body)
    const source = [...deps.nodes.values()].find((each) => does(each, 'capture'))
    const camera = source ? parseInput(source.config, config, 'CAMERA_CONFIG_WRONG') : config
    const [waiting] = await waitingOf(
      deps,
      [{ type: source?.type ?? '', config: camera }],
      await unapprovedOf(deps, flow),
    )
    if (waiting !== undefined) return response.json({ ok: false, ...askWords(waiting, 'reach') })
    const owner = flow !== undefined && node !== undefined ? { flowId: flow, nodeId: node } : undefined
    return response.json(await deps.media.probe(camera, owner, ...(filters ? [filters] : [])))
  })
}
