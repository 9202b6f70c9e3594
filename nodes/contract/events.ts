// What happened: decisions, messages, events. Recorded facts are in the past tense.
import { z } from 'zod'

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
export interface Decision {
  tick: number
  /** ISO 8601. */
  at: string
  mediaTimeS: number
  node: string
  action: DecisionAction
  reason: Reason
  /** What was said; for a silence with trouble behind it, the trouble in words. */
  text: string
  question?: string
  latencyMs: number
  frameKind: 'I' | 'P'
  visualTokens: number
  fullRateTokens: number
  /** How many seconds of the stream it stands for, up to and with this one; the engine writes it. Absent: 1. */
  seconds?: number
  /** The answer came after the tick's wait was over. */
  late?: true
}

export const MessageSchema = z.looseObject({
  id: z.string(),
  eventId: z.string(),
  at: z.string(),
  text: z.string(),
  source: z.object({ flow: z.string(), node: z.string(), stream: z.string() }),
  frame: z.object({ url: z.string() }).optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
})
/** What flows through `message`, `delegation` and `answer` ports. */
export type Message = z.infer<typeof MessageSchema>

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

/** What a person said of an alert afterwards. */
export const verdicts = ['right', 'wrong'] as const
export type Verdict = (typeof verdicts)[number]

export type StreamState = 'starting' | 'running' | 'degraded' | 'stopped' | 'finished' | 'failed'

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
export interface CameraStatus {
  state: CameraState
  /** ISO 8601: since when; for a slow one, since when it has been watched. */
  since: string
  /** The state as one sentence. */
  text: string
  /** Seconds; null before the first picture. */
  newestPictureAgeS: number | null
  /** The camera's own rhythm, in seconds between pictures; null before the second one. */
  everyS: number | null
  /** Complaints of the decoder since the stream began here: counted, never logged one by one. */
  decoderLines: number
}

/** One stream as GET /api/flows/:id/status shows it. */
export interface StreamStatus {
  id: string
  /** The camera node's id. */
  source: string
  state: StreamState
  /** In words, while it is not simply running. */
  reason: string | null
  ticks: number
  decisions: { silence: number; response: number; delegate: number }
  dropped: number
  tickMs: { p50: number; p95: number }
  visualTokens: { sent: number; fullRate: number }
  lastFrameAt: string | null
  /** Its source is at its end; it stays for messages that other cameras send to its nodes. */
  isAtEnd?: true
  /** Absent until a worker has asked the camera, and in what older workers have kept. */
  camera?: CameraStatus
  /** Under each card: what the node said of itself, by node id. */
  nodes: Record<string, NodeStatus>
}

export interface NodeStatus {
  text: string
  tone: 'ok' | 'warn' | 'bad'
  data?: Record<string, unknown>
}
