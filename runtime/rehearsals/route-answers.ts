// What the routes of rehearsals/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { DecisionSchema } from '../../nodes/contract/events.ts'
import { PictureFilterSchema } from '../../nodes/contract/frames.ts'

/** A stretch of a camera's kept pictures; instants in ISO 8601. */
export const AskedStretchSchema = z.object({
  /** `flow-camera`, or the camera's node id alone. */
  stream: z.string(),
  from: z.string(),
  to: z.string(),
})
export type AskedStretch = z.infer<typeof AskedStretchSchema>

/** What was asked for, as it is kept. */
export const RehearsalRequestSchema = z.object({
  clips: z.array(z.string()),
  /** In whose place the clips come. */
  camera: z.string(),
  connection: z.string().optional(),
  instruction: z.string().optional(),
  /** An earlier rehearsal whose model answers are given again. */
  recorded: z.string().optional(),
  askAgents: z.boolean(),
  /** What clocks show at second 0 of each clip: schedules go by it. ISO 8601. */
  startAt: z.string(),
  /** Of clips made of kept pictures: when they really were, and what was done to them before. */
  made: z.record(z.string(), z.object({ startAt: z.string(), filters: z.array(PictureFilterSchema) })).optional(),
  /** The past stretches that some of the clips are. */
  stretches: z.array(AskedStretchSchema.extend({ clip: z.string() })).optional(),
  /** The past event that it is a replay of, and at which second of its clip that was. */
  about: z.object({ event: z.string(), atS: z.number() }).optional(),
})
export type RehearsalRequest = z.infer<typeof RehearsalRequestSchema>

/** A message or question that would have left Heed. */
export const CapturedActionSchema = z.object({
  mediaTimeS: z.number(),
  node: z.string(),
  /** The node's type. */
  type: z.string(),
  /** The way it would have gone: `email`, `webhook`. */
  channel: z.string(),
  /** Whom it would have reached, without secrets; empty where nobody outside is. */
  to: z.string(),
  title: z.string().optional(),
  text: z.string(),
  /** Of an agent that was asked, or whose recorded answer was given. */
  answer: z.string().optional(),
})
export type CapturedAction = z.infer<typeof CapturedActionSchema>

/** What else happened in a rehearsed stream, in the words of its record. */
export const RehearsedEventSchema = z.object({
  mediaTimeS: z.number(),
  kind: z.string(),
  node: z.string(),
  text: z.string(),
})
export type RehearsedEvent = z.infer<typeof RehearsedEventSchema>

export const CheckSchema = z.object({
  kind: z.enum(['expect', 'never']),
  passed: z.boolean(),
  /** Seconds from the beginning of `within` until it was done; null when it was not, and for `never`. */
  delayS: z.number().nullable(),
  action: z.string(),
  within: z.tuple([z.number(), z.number()]).nullable(),
  textMatches: z.string().nullable(),
  /** What it was decided by: the first that fits. */
  found: z.object({ mediaTimeS: z.number(), text: z.string() }).nullable(),
})
export type Check = z.infer<typeof CheckSchema>

/** Second by second. */
export const ClipTimelineSchema = z.object({
  decisions: z.array(DecisionSchema),
  captured: z.array(CapturedActionSchema),
  events: z.array(RehearsedEventSchema),
})
export type ClipTimeline = z.infer<typeof ClipTimelineSchema>

/** In few words. */
export const ClipFiguresSchema = z.object({
  state: z.enum(['finished', 'failed']),
  /** In words, when not all went well. */
  trouble: z.string().nullable(),
  checks: z.array(CheckSchema),
  /** Visual tokens sent to the models. */
  tokens: z.number(),
  /** How long the models were at work, together. */
  modelMs: z.number(),
  /** Length of what was seen. */
  mediaS: z.number(),
})
export type ClipFigures = z.infer<typeof ClipFiguresSchema>

/** What came of it is absent while it is not over; lists of rehearsals leave the timeline out. */
export const ClipViewSchema = z
  .object({ clip: z.string(), progress: z.number() })
  .extend(ClipFiguresSchema.partial().shape)
  .extend(ClipTimelineSchema.partial().shape)
export type ClipView = z.infer<typeof ClipViewSchema>

export const rehearsalStates = ['running', 'finished', 'failed', 'cancelled'] as const
export type RehearsalState = (typeof rehearsalStates)[number]

export const SummarySchema = z.object({
  hits: z.number(),
  misses: z.number(),
  falseAlarms: z.number(),
  medianDelayS: z.number().nullable(),
})
export type Summary = z.infer<typeof SummarySchema>

/** Of a rehearsal of one past event. */
export const ReplaySchema = z.object({
  event: z.string(),
  /** Null while it is not known. */
  fires: z.boolean().nullable(),
  /** Seconds after the moment, negative before it; null where nothing was said. */
  afterS: z.number().nullable(),
  /** "would alert again at +1.2 s", "would stay silent: the model saw nothing to say"; null while it runs. */
  said: z.string().nullable(),
})
export type Replay = z.infer<typeof ReplaySchema>

/** What became of a past event that its flow is to be tested on. */
export const PastTestSchema = z.object({
  flow: z.string(),
  revision: z.number(),
  /** False where the flow has that test already. */
  isNew: z.boolean(),
  clip: z.string(),
  /** Where the pictures come from: the clip that was watched, what was kept for rehearsals, what was kept with the event. */
  of: z.enum(['clip', 'recording', 'event']),
  atS: z.number(),
  test: z.looseObject({ clip: z.string() }),
})
export type PastTest = z.infer<typeof PastTestSchema>

export const RehearsalViewSchema = z.object({
  id: z.string(),
  flow: z.string(),
  revision: z.number(),
  state: z.enum(rehearsalStates),
  /** 0 to 1. */
  progress: z.number(),
  reason: z.string().nullable(),
  request: RehearsalRequestSchema,
  createdAt: z.string(),
  endedAt: z.string().nullable(),
  summary: SummarySchema,
  clips: z.array(ClipViewSchema),
})
export type RehearsalView = z.infer<typeof RehearsalViewSchema>

/** A card tried alone with messages: all of it as it would have been. */
export const TriedCardSchema = z.object({
  /** What it sent on, by out port. */
  sent: z.array(z.object({ port: z.string(), text: z.string(), fields: z.record(z.string(), z.unknown()).optional() })),
  /** What became of each message at the card, with its reason in words. */
  messages: z.array(
    z.object({ port: z.string(), text: z.string(), what: z.enum(['passed', 'held']), reason: z.string().nullable() }),
  ),
  /** What would have left Heed. */
  captured: z.array(CapturedActionSchema.pick({ channel: true, to: true, title: true, text: true })),
  /** The last word under the card. */
  status: z.object({ text: z.string(), state: z.enum(['ok', 'warn', 'bad']) }).nullable(),
  /** Why it could not act, in words. */
  failure: z.string().nullable(),
})
export type TriedCard = z.infer<typeof TriedCardSchema>

const begun = z.object({ rehearsal: z.object({ id: z.string(), state: z.enum(rehearsalStates) }) })

export const rehearsalsAnswers = {
  'POST /flows/:id/nodes/:node/try': TriedCardSchema,
  'POST /flows/:id/rehearsals': begun,
  'GET /flows/:id/rehearsals': z.object({ rehearsals: z.array(RehearsalViewSchema) }),
  'GET /rehearsals/:id': RehearsalViewSchema.extend({ replay: ReplaySchema.optional() }),
  'POST /rehearsals/:id/cancel': begun,
  'POST /events/:id/test': PastTestSchema,
  'POST /events/:id/replay': begun,
  'GET /flows/:id/labelled-time': null,
}
