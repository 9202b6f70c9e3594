// What the routes of cameras/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'
import { CameraNameSchema, CameraTagSchema } from '../../nodes/contract/cameras.ts'

const part = z.number().min(0).max(1)

const ConfigSchema = z.record(z.string(), z.unknown())

export const PatchSchema = z.object({
  config: ConfigSchema.optional(),
  tags: z
    .array(CameraTagSchema)
    .max(20)
    .transform((tags) => [...new Set(tags)].sort())
    .optional(),
  masks: z
    .array(
      z
        .array(z.object({ x: part, y: part }))
        .min(3)
        .max(100),
    )
    .max(20)
    .optional(),
})

export const NewSchema = PatchSchema.extend({ name: CameraNameSchema, config: ConfigSchema })

export const TestSchema = z.object({ config: ConfigSchema.optional(), bare: z.boolean().default(false) })

export const ServiceSchema = z.object({
  service: z.url({ protocol: /^https?$/ }).max(500),
  user: z.string().max(200).default(''),
  password: z.string().max(200).default(''),
})

export const ListSchema = z.object({ csv: z.string().min(1).max(500_000), onlyCheck: z.boolean().default(false) })

export const camerasBodies = {
  'POST /cameras': NewSchema,
  'POST /cameras/:name/test': TestSchema,
  'POST /cameras/bulk': ListSchema,
  'POST /cameras/discover/profiles': ServiceSchema,
  'PUT /cameras/:name': PatchSchema,
}
