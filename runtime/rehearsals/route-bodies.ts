// What the routes of rehearsals/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'

export const RehearsalSchema = z.object({
  revision: z.number().int().min(1).max(2_147_483_647).optional(),
  clips: z.array(z.string().trim().min(1).max(1000)).max(200).optional(),
  /** Of this flow's kept pictures, beside the clips. */
  stretches: z
    .array(
      z
        .object({
          stream: z.string().trim().min(1).max(200),
          from: z.iso.datetime({ offset: true }),
          to: z.iso.datetime({ offset: true }),
        })
        .refine(({ from, to }) => Date.parse(from) < Date.parse(to), { message: 'must begin before it ends' }),
    )
    .max(20)
    .optional(),
  /** In whose place the clips come: the flow's first camera when absent. */
  camera: z.string().max(64).optional(),
  /** Of the models, in place of their own. */
  connection: z.string().trim().min(1).max(200).optional(),
  instruction: z.string().max(8000).optional(),
  /** An earlier rehearsal whose models' answers are given again. */
  recorded: z.string().max(40).optional(),
  askAgents: z.boolean().default(false),
  /** What clocks show at second 0 of each clip; now when absent. */
  startAt: z.iso.datetime({ offset: true }).optional(),
})

export const TrySchema = z.object({
  /** One after the other, a second apart. */
  messages: z
    .array(
      z.object({
        port: z.string().min(1).max(64),
        text: z.string().trim().min(1).max(8000),
        fields: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(20),
  /** Settings that are not saved yet, in place of the saved ones. */
  config: z.record(z.string(), z.unknown()).optional(),
})

export const TestSchema = z.object({ must: z.enum(['fire', 'stay-silent']) })

export const ReplaySchema = z.object({ revision: z.number().int().min(1).max(2_147_483_647).optional() })

export const rehearsalsBodies = {
  'POST /events/:id/replay': ReplaySchema,
  'POST /events/:id/test': TestSchema,
  'POST /flows/:id/nodes/:node/try': TrySchema,
  'POST /flows/:id/rehearsals': RehearsalSchema,
}
