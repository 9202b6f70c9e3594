// What the runtime may lend a node through `ctx`: interfaces only, the runtime holds the real ones.
import type { Connection } from './connections.ts'
import type { DecisionAction, Message, Reason, Receipt } from './events.ts'
import type { FastFrame, Frame, Picture, Taps } from './frames.ts'
import type { KeptPictures } from './recording.ts'

export interface Clock {
  /** Wall clock in ms since 1970. */
  nowMs(): number
  /** Resolves after `ms`, rejects with StoppedError when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Log {
  info(fields: Record<string, unknown>, text: string): void
  warn(fields: Record<string, unknown>, text: string): void
  error(fields: Record<string, unknown>, text: string): void
}

export type CameraKind = 'file' | 'rtsp' | 'url' | 'device' | 'browser' | 'camera'

export const cameraAspects = ['camera', '16:9', '4:3', '1:1', '3:4', '9:16'] as const
/** `camera`: as it says itself. */
export type CameraAspect = (typeof cameraAspects)[number]

/** What a camera node asks the media capability to open. Credentials are filled in by the runtime, never stored in a flow. */
export interface CameraSpec {
  kind: CameraKind
  /** `camera`: the name of the one to open; all else stands there. */
  camera?: string
  path?: string
  url?: string
  loop?: boolean
  transport?: 'tcp' | 'udp'
  device?: string
  /** The shape to show it in, where the camera says it wrong. */
  aspect?: CameraAspect
  /** Files: begin here, in seconds; frames keep the file's own clock. */
  startAtS?: number
}

/** Nothing for a source that had no end of its own to come to. */
export type SourceEnd = 'finished' | void

export interface MediaPort {
  /**
   * Opens a camera and yields one frame a second, newest last, until the source ends; `finished` when that was the end of a clip.
   * Throws RetryableError (unreachable, broken), FatalError (missing file, no video), StoppedError. Never retries itself.
   */
  open(
    spec: CameraSpec,
    taps: Taps,
    options: { signal: AbortSignal; onFast?: (frame: FastFrame) => void; onSign?: (sign: CameraSign) => void },
  ): AsyncIterable<Frame, SourceEnd>
}

/**
 * What is learnt of a camera beside its pictures: `clip`, it has an end and may have holes; `data`, it sends, but no picture has
 * come of it yet; so many new complaints of the decoder; what is kept of it for rehearsals.
 */
export type CameraSign =
  { type: 'clip' } | { type: 'data' } | { type: 'decoder-lines'; count: number } | { type: 'kept'; kept: KeptPictures }

/** What the interaction model is shown and told at one tick. */
export interface ModelTick {
  picture: Picture
  kind: 'I' | 'P'
  /** The whole frame behind the picture, for an answer that comes later than its tick. */
  frame?: Frame
  mediaTimeS: number
  /** The stream's second up to which the timeline has told already: with `mediaTimeS` the true range of this tick. Absent: unknown. */
  sinceS?: number
  /** Wall clock of the tick, ms since 1970. */
  atMs: number
  tick: number
  /** The whole standing instruction; the session sends it only when the server does not have it. */
  instruction: string
  persona: 'default' | 'silent' | 'talkative'
  /** How many seconds of the model's clock this tick stands for: 1, more when late ticks are made up with one picture. */
  seconds: number
}

/** What a model has in mind by itself: bounded, plain JSON, given back after a restart. */
export interface ModelMemory {
  longTerm: string
  /** Oldest first. */
  midTerm: { range: string; text: string }[]
  /** What people asked and what it answered, oldest first. */
  questions?: AnsweredQuestion[]
  /** What was put at the head of its instruction when its server had lost it: `longTerm` begins with that memory. */
  given?: { memory: string; questions: string }
  /** When the session at its server stood at its second 0: the stream's second, and the wall clock in ms since 1970. */
  began?: { mediaTimeS: number; atMs: number }
  /** What it said last, where Heed keeps the session itself. */
  said?: { atS: number; text: string }[]
}

export interface AnsweredQuestion {
  question: string
  answer: string
  at: string
}

export interface ModelVerdict {
  action: DecisionAction
  text: string
  question?: string
  reason: Reason
  latencyMs: number
  /** When the thing happened, where the model knows better than the tick (edge). */
  mediaTimeS?: number
  /** The server had lost the session and was given instruction and memory again. */
  restarted?: boolean
  /** The request that this answers, when it came after that tick's wait was over. */
  late?: ModelTick
  /** How far the server is with a question that it answers by itself. */
  delegation?: ServerDelegation
  memory?: ModelMemory
  /** What the card may show beside it: people seen, skill that spoke. */
  data?: Record<string, unknown>
  /** It answers, but not as well as it should: the stream is degraded for this reason, in words for the owner. */
  trouble?: string
}

/** A question that an interaction server has taken to an agent of its own; foreign text. */
export interface ServerDelegation {
  task: string
  status: 'submitted' | 'ready' | 'error'
  question: string
  /** The answer, or for an error its reason. */
  digest: string
  /** A picture that came with the answer. */
  media?: { type: string; bytes: Uint8Array }
}

export interface FinishOptions {
  /** Nothing comes after this: answers on their way are waited for, until the signal aborts or a bound of the session's own. */
  mayWait: boolean
  signal: AbortSignal
}

/** One stream's conversation with a model. Never two ticks in flight. */
export interface ModelConversation {
  /**
   * Throws RetryableError when the server is unreachable, slow (past timeoutMs) or answers nonsense; FatalError when it
   * refuses for good (401, 404, unknown model). The message names the trouble in words a card can show. While a slow answer is
   * awaited nothing is sent; the tick that finds it returns it as its verdict, with `late`.
   */
  tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict>
  /** An answer is on its way, or is there and not taken yet: the conversation must not be replaced now. */
  isAwaiting?(): boolean
  /** Fast tap, edge models only. */
  feed?(frame: FastFrame): void
  /** Its node has other settings from now on. Absent: whatever can change comes with every tick. Never throws. */
  change?(settings: { config: Record<string, unknown>; timeoutMs: number }): void
  /** A person's question was answered with these words: part of its memory from now on. */
  note?(answered: AnsweredQuestion): void
  /**
   * For a tick without a picture: an answer that has come meanwhile, or the answer to the newest picture that could not be shown while
   * another one was awaited. Undefined when there is neither. Throws as `tick` does.
   */
  catchUp?(signal: AbortSignal): Promise<ModelVerdict | undefined>
  /** No picture comes for now: decide at once about whatever is pending. */
  finish?(options: FinishOptions): Promise<ModelVerdict[]>
  /** Drops the session at the server; best effort, never throws. */
  close(): Promise<void>
  /** Lets go of it here and keeps it at the server, because another worker goes on with it. Absent: `close` is called instead. */
  release?(): Promise<void>
}

export interface ModelPort {
  open(options: {
    connection: string
    streamKey: string
    config: Record<string, unknown>
    timeoutMs: number
  }): Promise<ModelConversation>
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  timeoutMs?: number
  /** Answers larger than this are cut off; default 1 MiB. */
  maxBytes?: number
  /** The answer is no text: it comes as `bytes`. */
  isBinary?: boolean
  /** With 307 and 308 the same request goes to the new address, a few times, without credentials to another host. */
  followsMoves?: boolean
}

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  text: string
  /** For `isBinary`; `text` is empty then. */
  bytes?: Uint8Array
}

export interface HttpPort {
  /**
   * One request, no retries, no redirects unless asked for; the answer is cleaned of the secrets that were sent. Throws RetryableError HTTP_UNREACHABLE or HTTP_TIMEOUT when there is no
   * answer, FatalError HTTP_REFUSED_BY_GUARD when the address is not allowed.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
}

/** `timeoutMs` counts until the first bytes of the answer are there. */
export interface HttpStreamRequest extends Omit<HttpRequest, 'isBinary' | 'followsMoves'> {
  /** The longest silence between two pieces. */
  idleMs: number
  /** For the whole answer. */
  longestMs: number
}

export interface HttpStream {
  status: number
  headers: Record<string, string>
  /** To be read once. Throws as `request` does; whoever leaves it early, or not at all and aborts, closes the connection. */
  pieces: AsyncIterable<Uint8Array>
}

export interface StreamingHttpPort extends HttpPort {
  /** Like `request`, for an answer that is read while it still comes. */
  open(request: HttpStreamRequest, signal: AbortSignal): Promise<HttpStream>
}

export interface ConnectionPort {
  /** Throws FatalError CONNECTION_MISSING when there is none of that name. */
  get(name: string): Promise<Connection>
  /** HMAC-SHA256 in hex, over `text`, with a secret that the node does not see; `prefix` stands before it in the key. */
  sign(name: string, secretName: string, text: string, prefix?: string): Promise<string | undefined>
}

export interface TimedPicture {
  mediaTimeS: number
  jpeg: Uint8Array
}

/** A short moving picture about an event: a file that plays by itself. */
export interface MovingPicture {
  bytes: Uint8Array
  /** `video/mp4` or `image/gif`. */
  contentType: string
  durationS: number
}

export interface ClipPort {
  /**
   * Makes one of these pictures and keeps it with the event, once for each node; gives where it is served. `slower`: how many times as
   * long as it was. Throws RetryableError when it cannot be made now.
   */
  make(
    about: { eventId: string; node: string; of?: string },
    order: { pictures: readonly TimedPicture[]; form: 'mp4' | 'gif'; slower: number },
    signal: AbortSignal,
  ): Promise<{ url: string; contentType: string; durationS: number }>
}

export interface PicturePort {
  /** The JPEG kept with an event, if there is one. */
  ofEvent(eventId: string): Promise<Uint8Array | undefined>
  /** What the stream saw up to the event, oldest first, at most 8; kept with delegations only. */
  recentOfEvent(eventId: string): Promise<TimedPicture[]>
  /** The moving picture that was made about an event. */
  clipOfEvent?(eventId: string): Promise<MovingPicture | undefined>
  /** Of a picture, in hex, for a receiver that asks for it; nothing is protected by it. */
  md5(picture: Uint8Array): string
}

export interface AgentQuestion {
  question: string
  /** What a person is shown of it, where it is worded for a model. */
  shown?: string
  /** What the model said while it asked. */
  note: string
  pictures: TimedPicture[]
  timeoutMs: number
  /** Stable per stream. */
  sessionId: string
  /** The same on every try. */
  taskId: string
  /** So many unanswered questions of one stream and node at most; one more is refused (FatalError AGENT_TOO_MANY). */
  maxAtOnce?: number
}

export interface AgentPort {
  /** Throws RetryableError when nobody answers in time, FatalError when the agent refuses or failed for good. */
  ask(
    connection: string,
    question: AgentQuestion,
    signal: AbortSignal,
  ): Promise<{ text: string; details?: Record<string, unknown> }>
}

export interface Sound {
  bytes: Uint8Array
  /** `audio/wav`. */
  contentType: string
  durationS: number
}

export interface SpeechRequest {
  text: string
  voice: string
  language?: string
  /** What is said under one name is said in order, by all workers together: each begins when the one before has ended. */
  queue: string
  /** When it was meant to be said, in ms since 1970: who waits longest is next. */
  saidAtMs: number
  /** FatalError SPEECH_STALE when it could only begin later than this. */
  latestStartMs: number
  /** Where the sound belongs: it is kept there, once for each node. */
  about: { flow: string; eventId: string; node: string }
}

export interface Spoken {
  /** The path it is served at, also while it is still being spoken. */
  url: string
  durationS: number
  /** When it may begin without talking over what the same `queue` said before, in ms since 1970. */
  startsAtMs: number
}

export interface SpeechPort {
  /**
   * Says it in every open page, from its first samples on, and keeps it with its event. Throws FatalError SPEECH_LANGUAGE
   * when the voice cannot say this text, RetryableError when the server is away or broke off; the next try says it anew.
   */
  speak(connection: string, request: SpeechRequest, signal: AbortSignal): Promise<Spoken>
}

export interface Mail {
  to: string[]
  subject: string
  text: string
  picture?: Uint8Array
  /** Attached beside it. */
  clip?: MovingPicture
  /** The same on every try: becomes the Message-ID, so that a mailbox can tell a second try. */
  id?: string
  /** The `id` of an earlier one that this follows: mailboxes show them together. */
  answers?: string
}
export interface MailPort {
  /** One line on who took it. Throws RetryableError (server away, 4xx of SMTP) or FatalError (refused). */
  send(connection: string, mail: Mail, signal: AbortSignal): Promise<string>
}
export interface MqttPort {
  /** In this order, each acknowledged by the broker. */
  publish(
    connection: string,
    messages: readonly { topic: string; payload: string | Uint8Array }[],
    signal: AbortSignal,
  ): Promise<void>
}
/** What all browsers that asked for Web Push are called together, as a receiver. */
export const pushReceiver = 'Browser push'

export interface PushPort {
  /** To every subscribed browser; gives how many took it. `image` is fetched by the browser. */
  send(
    note: { title: string; text: string; url: string; tag: string; image?: string },
    signal: AbortSignal,
  ): Promise<number>
}

/** A message on its way to an entry of the Node-RED inside Heed. */
export interface NodeRedHandOver {
  /** The same on every try: the flow in Node-RED sees it. */
  id: string
  attempt: number
  /** The name of a `heed in`. */
  entry: string
  flow: { id: string; name: string }
  message: Message
  /** It is given the address of the event's picture. */
  hasPicture: boolean
  waitMs: number
}
/** `done`: all that hangs on it has run; `taken`: it still ran when the time was over; `answered`: it came to a `heed out`. */
export type NodeRedAnswer =
  { became: 'done' | 'taken' } | { became: 'answered'; text: string; fields: Record<string, unknown> }
export interface NodeRedPort {
  /**
   * Throws RetryableError NODERED_AWAY while it does not run, ends or hangs; FatalError NODERED_OFF, NODERED_ENTRY_GONE,
   * NODERED_ENTRY_TWICE, NODERED_NO_ANSWER when an answer was due and none came in time, NODERED_THREW with the error's own words.
   */
  hand(order: NodeRedHandOver, signal: AbortSignal): Promise<NodeRedAnswer>
}

export interface EventPort {
  isAcknowledged(eventId: string): Promise<boolean>
  /** What a node has told about an event so far, reminders too, newest first; `isUnderWay` while it has not got through. */
  told(of: { flow: string; node: string; event: string }): Promise<{ receipts: Receipt[]; isUnderWay: boolean }>
}
