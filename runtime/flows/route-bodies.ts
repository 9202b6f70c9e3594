// What the routes of flows/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'
import { FlowNodeSchema, FlowSchema } from '../../nodes/contract/flow.ts'

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

export const CameraTestSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  flow: z.string().max(64).optional(),
  node: z.string().max(64).optional(),
  /** What to burn into the snapshot; without any it shows what the camera sees, to draw on. */
  filters: z.array(FilterSchema).max(10).optional(),
})

const id = z.string().min(1).max(64)

export const PresenceSchema = z.object({
  window: id,
  node: id.nullable().default(null),
  isGone: z.boolean().default(false),
})

/** Without a revision the newest is deployed. */
export const DeploySchema = z.strictObject({ revision: z.number().int().min(1).optional() })

export const NodeTestSchema = z.object({ config: z.record(z.string(), z.unknown()).optional() })

export const HostsSchema = z.object({ hosts: z.array(z.string().min(1).max(4100)).min(1).max(5000) })

export const PastedSchema = z.object({ nodes: z.array(FlowNodeSchema).min(1).max(5000) })

export const NameSchema = z.object({ name: z.string().trim().min(1).max(200) })

export const TitleSchema = z.object({ title: z.string().trim().max(120) })

export const flowsBodies = {
  'POST /cameras/test': CameraTestSchema,
  'POST /flows': FlowSchema,
  // A flow of any program, as it came.
  'POST /flows/import': z.unknown(),
  'POST /flows/:id/approve-hosts': HostsSchema,
  'POST /flows/:id/deploy': DeploySchema,
  'POST /flows/:id/duplicate': NameSchema,
  'POST /flows/:id/nodes/:node/test': NodeTestSchema,
  'POST /flows/:id/presence': PresenceSchema,
  'POST /flows/:id/unapproved': PastedSchema,
  'PUT /flows/:id': FlowSchema,
  'PUT /flows/:id/revisions/:revision': TitleSchema,
}
