// A template file, `heed.template/1`: a ready flow with what it is for and what it asks, in English and Chinese. Pure: reads and
// judges the file; whether it can run here is runs-here.ts.
import { z } from 'zod'
import { FlowSchema, type Flow } from '../../nodes/contract/flow.ts'

export const templateFormat = 'heed.template/1'

export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

const words = (longest: number) =>
  z.object({ en: z.string().trim().min(1).max(longest), zh: z.string().trim().min(1).max(longest) })
export type Words = z.infer<ReturnType<typeof words>>

/** What the interaction model can do, in the order the gallery shows it. */
export const capabilities = [
  'monitoring',
  'counting',
  'visual-memory',
  'time-awareness',
  'live-commentary',
  'subtitle-translation',
  'app-guidance',
  'visual-interaction',
  'agent-delegation',
] as const
export type Capability = (typeof capabilities)[number]

export const askKinds = ['camera', 'connection', 'receiver', 'text', 'choice', 'time', 'zone'] as const

const plain = z.union([z.string().max(4000), z.number(), z.boolean(), z.array(z.string().max(400)).max(50), z.null()])

export const AskSchema = z.object({
  node: z.string().min(1).max(64),
  field: z.string().min(1).max(64),
  label: words(200),
  kind: z.enum(askKinds),
  default: plain.default(null),
  /** `choice`: what may be answered. */
  options: z
    .array(z.object({ value: z.union([z.string().max(400), z.number()]), label: words(120) }))
    .max(20)
    .optional(),
  /** `connection`: it must understand free sentences, which the built-in model does not. */
  understands: z.literal('sentences').optional(),
})
export type Ask = z.infer<typeof AskSchema>

/** Rehearsal tests as a flow carries them; what they say is read by the rehearsal. */
export const TestSchema = z.looseObject({
  clip: z.string().min(1).max(1000),
  expect: z.array(z.looseObject({ within: z.tuple([z.number(), z.number()]), action: z.string() })).default([]),
  never: z.array(z.looseObject({ action: z.string() })).default([]),
})

/**
 * A minute of it, scripted: what a model would say at which second, and what must then come of it. Shown in the gallery, and run in
 * lockstep by the tests; `answer` is what an agent says.
 */
export const SampleSchema = z.object({
  seconds: z.number().int().min(5).max(900),
  /** What clocks show at second 0; ISO 8601. */
  startAt: z.iso.datetime({ offset: true }).optional(),
  says: z
    .array(z.object({ at: z.number().min(0).max(900), text: words(400), asks: words(2000).optional() }))
    .min(1)
    .max(50),
  answer: words(4000).optional(),
  expect: TestSchema.shape.expect,
  never: TestSchema.shape.never,
})
export type Sample = z.infer<typeof SampleSchema>

export const TemplateSchema = z.object({
  format: z.literal(templateFormat),
  id: z
    .string()
    .max(80)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, digits and "-"'),
  version: z.number().int().min(1).max(100_000),
  title: words(120),
  purpose: words(400),
  capability: z.enum(capabilities),
  tags: z.array(z.string().max(60)).max(20).default([]),
  flow: FlowSchema,
  asks: z.array(AskSchema).max(40).default([]),
  /** Settings in Chinese, by `node.field`: instructions and titles. The flow itself is in English. */
  zh: z.record(z.string().max(130), z.string().max(8000)).default({}),
  tests: z.array(TestSchema).max(100).default([]),
  sample: SampleSchema.optional(),
})
export type Template = z.infer<typeof TemplateSchema>

/** Where a template comes from: with Heed, saved here, or from the organisation's index. */
export const origins = ['built-in', 'own', 'index'] as const
export type Origin = (typeof origins)[number]
export interface Shelved {
  template: Template
  origin: Origin
}

/** Reads one file; `trouble` says in one sentence why it cannot be used. */
export function readTemplate(file: unknown): { template: Template } | { trouble: string } {
  const read = TemplateSchema.safeParse(file)
  if (!read.success) {
    const [issue] = read.error.issues
    const where = issue?.path.map(String).join('.') ?? ''
    return { trouble: `${where === '' ? 'The file' : `"${where}"`}: ${issue?.message ?? 'cannot be read.'}` }
  }
  const template = read.data
  const ids = new Set(template.flow.nodes.map(({ id }) => id))
  const lost = [
    ...template.asks.map(({ node }) => node),
    ...Object.keys(template.zh).map((place) => splitPlace(place).node),
  ].find((node) => !ids.has(node))
  if (lost !== undefined) return { trouble: `It speaks of a card "${lost}" that its flow does not have.` }
  const bare = template.asks.find(({ kind, options = [] }) => kind === 'choice' && options.length === 0)
  if (bare) return { trouble: `Its question "${bare.node}.${bare.field}" offers nothing to choose from.` }
  return { template }
}

/** What its sample says, once each, without the values that only the next card reads. */
export function spokenIn({ sample }: Template, language: Language): string[] {
  const said = (sample?.says ?? []).map(({ text }) => text[language].replace(/\s*\{.*\}$/, ''))
  return [...new Set(said)].slice(0, 3)
}

/** `model.instruction` → node and field; node ids hold no dot. */
export function splitPlace(place: string): { node: string; field: string } {
  const dot = place.indexOf('.')
  return dot < 0 ? { node: place, field: '' } : { node: place.slice(0, dot), field: place.slice(dot + 1) }
}

/** The template's flow before anybody has answered anything: in that language, with its tests. */
export function flowOf(template: Template, language: Language): Flow {
  const flow = structuredClone(template.flow)
  if (language === 'zh') {
    for (const [place, text] of Object.entries(template.zh)) {
      const { node, field } = splitPlace(place)
      const found = flow.nodes.find(({ id }) => id === node)
      if (found) found.config[field] = text
    }
  }
  return {
    ...flow,
    name: template.title[language],
    description: template.purpose[language],
    tags: template.tags,
    ...(template.tests.length > 0 ? { tests: template.tests } : {}),
  }
}
