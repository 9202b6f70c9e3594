// `POST /api/cameras/test`: tries a camera once and answers with what it gives or, in words, what is wrong. Saves nothing.
import type { Router } from 'express'
import { z } from 'zod'
import type { ApiDeps } from './deps.ts'
import { parseBody, parseInput } from './input.ts'

const TestSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  flow: z.string().max(64).optional(),
  node: z.string().max(64).optional(),
})

/** With `flow` and `node` the camera's stored user name and password are used where the URL says `***@`. */
export function addCameraRoutes(api: Router, deps: ApiDeps): void {
  api.post('/cameras/test', async (request, response) => {
    const { config, flow, node } = parseBody(TestSchema, request.body)
    const schema = deps.nodes.get('camera-source')?.config
    const camera = schema ? parseInput(schema, config, 'CAMERA_CONFIG_WRONG') : config
    const owner = flow !== undefined && node !== undefined ? { flowId: flow, nodeId: node } : undefined
    response.json(await deps.media.probe(camera, owner))
  })
}
