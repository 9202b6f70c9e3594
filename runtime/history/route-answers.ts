// What the routes of history/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import {
  decisionActions,
  DecisionSchema,
  deliveryStates,
  reasons,
  SecondLookSchema,
  verdicts,
} from '../../nodes/contract/events.ts'

export const DeliverySchema = z.object({
  id: z.string(),
  node: z.string(),
  /** The node's type; null once its deployment is forgotten. */
  type: z.string().nullable(),
  state: z.enum(deliveryStates),
  attempts: z.number(),
  detail: z.string(),
  /** The code of what went wrong or otherwise, such as `ACTION_CANCELLED`; null when there is nothing to say. */
  code: z.string().nullable(),
  at: z.string(),
})
export type DeliveryView = z.infer<typeof DeliverySchema>

const link = z.object({ url: z.string() }).nullable()

export const EventSchema = z.object({
  id: z.string(),
  kind: z.string(),
  flow: z.string(),
  revision: z.number(),
  stream: z.string(),
  node: z.string(),
  at: z.string(),
  mediaTimeS: z.number(),
  text: z.string(),
  fields: z.record(z.string(), z.unknown()),
  frame: link,
  /** What was spoken about it; only of an event that was read whole. */
  audio: link.optional(),
  /** The moving picture that was made about it. */
  clip: z.object({ url: z.string(), contentType: z.string() }).nullable().optional(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  /** A person must see it. */
  alert: z.boolean(),
  /** Of an alert: what identical ones began with. */
  incident: z.string().nullable(),
  /** Of what began an incident: how often, until when, and since when it is over. */
  again: z.object({ count: z.number(), lastAt: z.string(), overAt: z.string().nullable() }).optional(),
  /** What a second, stronger model said of it. */
  secondLook: SecondLookSchema.nullable().optional(),
  /** What a person said of it afterwards. */
  verdict: z.enum(verdicts).nullable(),
  deliveries: z.array(DeliverySchema),
})
export type EventView = z.infer<typeof EventSchema>

/** `total` and `unseen` are of all pages together; the total stops at a bound, and says so. */
export const EventPageSchema = z.object({
  events: z.array(EventSchema),
  next: z.string().nullable(),
  total: z.number(),
  unseen: z.number(),
  totalIsAtLeast: z.literal(true).optional(),
})
export type EventPage = z.infer<typeof EventPageSchema>

/** A message at one card, with its reason in words. */
export const TraceStepSchema = z.object({
  at: z.string(),
  node: z.string(),
  /** The card's name and its type. */
  name: z.string(),
  type: z.string().nullable(),
  what: z.enum(['passed', 'held', 'sent', 'delivered', 'failed']),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** The out ports it left by, where it did. */
  ports: z.array(z.string()).optional(),
  reason: z.string().nullable(),
  /** Of a delivery: its own words, its tries, and which reminder or deadline it is. */
  detail: z.string().optional(),
  attempts: z.number().optional(),
  phase: z.string().optional(),
})
export type TraceStep = z.infer<typeof TraceStepSchema>
export const TraceSchema = z.object({
  event: z.string(),
  flow: z.string(),
  revision: z.number(),
  steps: z.array(TraceStepSchema),
})
export type TraceAnswer = z.infer<typeof TraceSchema>

export const PrecisionSchema = z.object({ right: z.number(), wrong: z.number(), precision: z.number().nullable() })
export type Precision = z.infer<typeof PrecisionSchema>

export const StreamDecisionSchema = DecisionSchema.extend({ stream: z.string() })
export type StreamDecision = z.infer<typeof StreamDecisionSchema>

export const DecisionPageSchema = z.object({ decisions: z.array(StreamDecisionSchema), next: z.string().nullable() })
export type DecisionPage = z.infer<typeof DecisionPageSchema>

/** Decisions added up by steps of time, and what happened among them. */
export const TimelineSchema = z.object({
  /** Whole steps: as asked, or a little wider. */
  from: z.string(),
  to: z.string(),
  stepS: z.number(),
  /** One for each node that decides. */
  tracks: z.array(
    z.object({
      flow: z.string(),
      stream: z.string(),
      node: z.string(),
      lanes: z.array(
        z.object({
          action: z.enum(decisionActions),
          reason: z.enum(reasons),
          /** How many decisions. */
          times: z.number(),
          /** What they stand for, step by step. */
          seconds: z.array(z.number()),
        }),
      ),
    }),
  ),
  /** Newest first: alerts, answers, cameras lost and back. */
  marks: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      flow: z.string(),
      stream: z.string(),
      at: z.string(),
      text: z.string(),
      alert: z.boolean(),
      frame: link,
      isSeen: z.boolean(),
      verdict: z.enum(verdicts).nullable(),
    }),
  ),
  /** There were more of these than are told; the newest are. */
  hasMore: z.boolean(),
})
export type Timeline = z.infer<typeof TimelineSchema>

/** What the link in a message shows to somebody without an account. */
export const LinkedEventSchema = z.object({
  text: z.string(),
  at: z.string(),
  flow: z.string(),
  acknowledgedAt: z.string().nullable(),
  acknowledgedBy: z.string().nullable(),
  hasFrame: z.boolean(),
  /** What a second, stronger model said of it. */
  secondLook: SecondLookSchema.nullable().optional(),
  /** Numbers to call. */
  call: z.array(z.string()),
})
export type LinkedEvent = z.infer<typeof LinkedEventSchema>

export const historyAnswers = {
  'GET /events': EventPageSchema,
  'GET /events/:id': EventSchema,
  'POST /events/acknowledge': z.object({ seen: z.number() }),
  'POST /events/:id/acknowledge': EventSchema,
  'PUT /events/:id/verdict': EventSchema,
  'GET /events/:id/trace': TraceSchema,
  'GET /events/:id/frame': null,
  'GET /events/:id/audio': null,
  'GET /events/:id/clip': null,
  'GET /flows/:id/precision': PrecisionSchema,
  'GET /precision': z.object({ flows: z.array(PrecisionSchema.extend({ flow: z.string() })) }),
  /** Or CSV. */
  'GET /events/export': EventPageSchema.pick({ events: true }),
  'GET /flows/:id/decisions': DecisionPageSchema,
  'GET /timeline': TimelineSchema,
  'GET /acknowledge/:token': LinkedEventSchema.extend({ expiresAt: z.string() }),
  'GET /acknowledge/:token/frame': null,
  'POST /acknowledge/:token': LinkedEventSchema,
}
