// What happened: decisions, messages, events. Recorded facts are in the past tense.
import { z } from 'zod'
import { KeptPicturesSchema } from './recording.ts'

export const decisionActions = ['silence', 'response', 'delegate'] as const
export type DecisionAction = (typeof decisionActions)[number]

/** Why a tick was silent. `model` is also the reason of a response or a delegation. */
export const reasons = [
  'model',
  'no-instruction',
  'camera-lost',
  'heed-away',
  'model-unreachable',
  'duplicate',
  'cooldown',
  'schedule',
  'dropped',
] as const
export type Reason = (typeof reasons)[number]

/** A model's verdict for one tick. */
export const DecisionSchema = z.object({
  tick: z.number(),
  /** ISO 8601. */
  at: z.string(),
  mediaTimeS: z.number(),
  node: z.string(),
  action: z.enum(decisionActions),
  reason: z.enum(reasons),
  /** What was said; for a silence with trouble behind it, the trouble in words. */
  text: z.string(),
  question: z.string().optional(),
  latencyMs: z.number(),
  frameKind: z.enum(['I', 'P']),
  visualTokens: z.number(),
  fullRateTokens: z.number(),
  /** How many seconds of the stream it stands for, up to and with this one; the engine writes it. Absent: 1. */
  seconds: z.number().optional(),
  /** The answer came after the tick's wait was over. */
  late: z.literal(true).optional(),
})
export type Decision = z.infer<typeof DecisionSchema>

export const MessageSchema = z.looseObject({
  id: z.string(),
  eventId: z.string(),
  at: z.string(),
  text: z.string(),
  source: z.object({
    flow: z.string(),
    node: z.string(),
    stream: z.string(),
    /** The name of the camera, where it is a thing of its own. */
    camera: z.string().optional(),
  }),
  frame: z.object({ url: z.string() }).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
})
/** What flows through `message`, `delegation` and `answer` ports. */
export type Message = z.infer<typeof MessageSchema>

/** What a channel needs to find again what it sent: ids of the service, never a secret. */
export type Receipt = Readonly<Record<string, string>>
/** With the event that was told of. */
export interface KeptReceipt {
  about: string
  receipt: Receipt
}
/** What an action may leave behind, to find again what it told: `events.told` gives it back to the same node. */
export interface WithReceipt {
  receipt?: KeptReceipt
}

/** `source.node` of a message that a person or a script sent in; no node has this id. */
export const fromOutside = ''

/** In the field `audio` of what was spoken: where a player finds it, and when it may begin without talking over another. */
export const SoundSchema = z.object({ url: z.string(), durationS: z.number(), startsAtMs: z.number() })

export const eventKinds = [
  'response.given',
  'delegation.made',
  'answer.received',
  'delegation.failed',
  'question.expired',
  'message.sent',
  'recap.written',
  'alert.confirmed',
  'alert.retracted',
  'alert.unverified',
  'notification.delivered',
  'notification.failed',
  'notification.unacknowledged',
  'speech.played',
  'speech.dropped',
  'stream.started',
  'stream.lost',
  'stream.resumed',
  'stream.gap',
  'stream.finished',
  'stream.stopped',
  'stream.failed',
  'model.lost',
  'model.resumed',
  'node.stuck',
  'node.resumed',
  'memory.restored',
  'decisions.lost',
] as const
export type EventKind = (typeof eventKinds)[number]

/** What a second, stronger model said of an alert; `event` is the record of it. */
export const SecondLookSchema = z.object({
  event: z.string(),
  said: z.enum(['yes', 'no', 'unverified']),
  why: z.string(),
  at: z.string(),
})
export type SecondLook = z.infer<typeof SecondLookSchema>

/** What a person said of an alert afterwards. */
export const verdicts = ['right', 'wrong'] as const
export type Verdict = (typeof verdicts)[number]

export const streamStates = ['starting', 'running', 'degraded', 'stopped', 'finished', 'failed'] as const
/** How one action is on its way to the world. */
export const deliveryStates = ['pending', 'running', 'delivered', 'failed'] as const

export type StreamState = (typeof streamStates)[number]

export const cameraStates = [
  'connecting',
  'waiting-for-key',
  'watching',
  'slow',
  'stalled',
  'refused',
  'gone',
  'unreadable',
] as const
export type CameraState = (typeof cameraStates)[number]

/** How a stream's camera does. */
export const CameraStatusSchema = z.object({
  state: z.enum(cameraStates),
  /** ISO 8601: since when; for a slow one, since when it has been watched. */
  since: z.string(),
  /** The state as one sentence. */
  text: z.string(),
  /** Seconds; null before the first picture. */
  newestPictureAgeS: z.number().nullable(),
  /** The camera's own rhythm, in seconds between pictures; null before the second one. */
  everyS: z.number().nullable(),
  /** Complaints of the decoder since the stream began here: counted, never logged one by one. */
  decoderLines: z.number(),
  /** What is kept of it for rehearsals, where a person wants that. */
  kept: KeptPicturesSchema.optional(),
})
export type CameraStatus = z.infer<typeof CameraStatusSchema>

export const NodeStatusSchema = z.object({
  text: z.string(),
  tone: z.enum(['ok', 'warn', 'bad']),
  data: z.record(z.string(), z.unknown()).optional(),
})
export type NodeStatus = z.infer<typeof NodeStatusSchema>

/** One stream as GET /api/flows/:id/status shows it. */
export const StreamStatusSchema = z.object({
  id: z.string(),
  /** The camera node's id. */
  source: z.string(),
  /** The name of the camera, where it is a thing of its own. */
  cameraName: z.string().optional(),
  state: z.enum(streamStates),
  /** In words, while it is not simply running. */
  reason: z.string().nullable(),
  ticks: z.number(),
  decisions: z.object({ silence: z.number(), response: z.number(), delegate: z.number() }),
  dropped: z.number(),
  tickMs: z.object({ p50: z.number(), p95: z.number() }),
  visualTokens: z.object({ sent: z.number(), fullRate: z.number() }),
  lastFrameAt: z.string().nullable(),
  /** Its source is at its end; it stays for messages that other cameras send to its nodes. */
  isAtEnd: z.literal(true).optional(),
  /** Absent until a worker has asked the camera, and in what older workers have kept. */
  camera: CameraStatusSchema.optional(),
  /** Under each card: what the node said of itself, by node id. */
  nodes: z.record(z.string(), NodeStatusSchema),
})
export type StreamStatus = z.infer<typeof StreamStatusSchema>
