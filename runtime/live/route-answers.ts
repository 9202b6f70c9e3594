// What the routes of live/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import {
  DecisionSchema,
  deliveryStates,
  eventKinds,
  SoundSchema,
  StreamStatusSchema,
} from '../../nodes/contract/events.ts'
import { WirePassSchema } from '../../nodes/contract/trace.ts'

/** What passed last on a wire; the ends are `node.port`. */
export const LastPassSchema = WirePassSchema.extend({ stream: z.string(), at: z.string() })
export type LastPass = z.infer<typeof LastPassSchema>

/** Whom a card cannot reach: nobody answers there, or it is gone for good. */
export const ReceiverTroubleSchema = z.object({
  state: z.enum(['silent', 'gone']),
  since: z.string(),
  /** When somebody looks again; null where only a person can help. */
  retryAt: z.string().nullable(),
  text: z.string(),
})

export type ReceiverSign = z.infer<typeof ReceiverTroubleSchema>

/** What `GET /live` sends, by `type`: what people and counters look at. */
export const ShownMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), flow: z.string(), status: StreamStatusSchema }),
  z.object({ type: z.literal('decision'), flow: z.string(), stream: z.string(), decision: DecisionSchema }),
  z.object({
    type: z.literal('event'),
    flow: z.string(),
    event: z.object({
      id: z.string(),
      kind: z.enum(eventKinds),
      stream: z.string(),
      node: z.string(),
      at: z.string(),
      mediaTimeS: z.number(),
      text: z.string(),
      hasFrame: z.boolean(),
      /** A person must see it. */
      alert: z.literal(true).optional(),
      audio: SoundSchema.optional(),
    }),
  }),
  /** Something begins to be heard: its sound can be played from now on, while it may still be in the making. */
  z.object({
    type: z.literal('speech'),
    flow: z.string(),
    speech: z.object({
      eventId: z.string(),
      stream: z.string(),
      node: z.string(),
      text: z.string(),
      url: z.string(),
      startsAtMs: z.number(),
      latestStartMs: z.number(),
    }),
  }),
  z.object({
    type: z.literal('delivery'),
    flow: z.string(),
    delivery: z.object({
      id: z.string(),
      eventId: z.string(),
      node: z.string(),
      type: z.string().optional(),
      state: z.enum(deliveryStates),
      attempts: z.number(),
      detail: z.string(),
      code: z.string().nullish(),
      at: z.string(),
    }),
  }),
  /** A node's receiver does not answer, or is gone for good; null: it answers again. */
  z.object({
    type: z.literal('receiver'),
    flow: z.string(),
    node: z.string(),
    receiver: ReceiverTroubleSchema.nullable(),
  }),
  /** What went along the wires of a flow: at a tick of one of its streams, or after an action. */
  z.object({
    type: z.literal('wires'),
    flow: z.string(),
    stream: z.string(),
    at: z.string(),
    passes: z.array(WirePassSchema),
  }),
  /** A window has a flow open, at this card; or has it no more. */
  z.object({
    type: z.literal('presence'),
    flow: z.string(),
    window: z.string(),
    node: z.string().nullable(),
    isGone: z.boolean(),
  }),
  /** A flow has a new revision. */
  z.object({ type: z.literal('saved'), flow: z.string(), revision: z.number() }),
  /** Somebody has seen these; of many only the first. */
  z.object({ type: z.literal('seen'), flow: z.string(), ids: z.array(z.string()), at: z.string(), by: z.string() }),
])
export type ShownMessage = z.infer<typeof ShownMessageSchema>

export const liveAnswers = {
  'GET /flows/:id/wires': z.object({ wires: z.array(LastPassSchema) }),
  'GET /live': null,
  'GET /streams/:id/frame': null,
  'GET /streams/:id/live': null,
}
