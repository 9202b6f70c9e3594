// `POST /api/cameras/test`: tries a camera once and answers with what it gives or, in words, what is wrong. Saves nothing.
import type { Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { FlowsRouteDeps } from './route-deps.ts'
import { askWords, waitingOf } from './hosts-approval.ts'
import { parseBody, parseInput } from '../../nodes/contract/input.ts'
import { does } from '../../nodes/contract/define.ts'

const part = z.number().min(0).max(1)
const FilterSchema = z.union([
  z.object({
    do: z.literal('mask'),
    polygons: z
      .array(
        z
          .array(z.object({ x: part, y: part }))
          .min(3)
          .max(100),
      )
      .max(20),
  }),
  z.object({ do: z.literal('crop'), rectangle: z.object({ x: part, y: part, width: part, height: part }) }),
])

const TestSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  flow: z.string().max(64).optional(),
  node: z.string().max(64).optional(),
  /** What to burn into the snapshot; without any it shows what the camera sees, to draw on. */
  filters: z.array(FilterSchema).max(10).optional(),
})

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
    const { config, flow, node, filters } = parseBody(TestSchema, request.body)
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
