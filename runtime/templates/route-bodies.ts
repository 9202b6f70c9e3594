// What the routes of templates/ take as a body. Schemas only: the routes read by them, and the editor takes their types.
import { z } from 'zod'
import { AnswersSchema } from './answers.ts'
import { AskSchema, capabilities, languages } from './template.ts'

export const UseSchema = z.object({
  answers: AnswersSchema.default({}),
  name: z.string().trim().min(1).max(200).optional(),
  lang: z.enum(languages).optional(),
})

const wordsOrBoth = (longest: number) =>
  z.union([
    z
      .string()
      .trim()
      .min(1)
      .max(longest)
      .transform((text) => ({ en: text, zh: text })),
    z.object({ en: z.string().trim().min(1).max(longest), zh: z.string().trim().min(1).max(longest) }),
  ])

export const SaveSchema = z.object({
  flow: z.string().min(1).max(64),
  title: wordsOrBoth(120),
  purpose: wordsOrBoth(400).optional(),
  capability: z.enum(capabilities).default('monitoring'),
  asks: z.array(AskSchema).max(40).optional(),
  id: z.string().max(80).optional(),
})

export const templatesBodies = {
  'POST /templates': SaveSchema,
  'POST /templates/:id/use': UseSchema,
}
