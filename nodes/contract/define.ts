// The one way to define a node type. A definition is data plus pure functions; the world comes through ctx.
import { z } from 'zod'
import type {
  AgentPort,
  ClipPort,
  Clock,
  ConnectionPort,
  EventPort,
  HttpPort,
  Log,
  MailPort,
  MediaPort,
  ModelMemory,
  ModelConversation,
  MqttPort,
  NodeRedPort,
  PicturePort,
  PushPort,
  SourceEnd,
  SpeechPort,
} from './capabilities.ts'
import type { WithReceipt } from './events.ts'
import type { CameraInfo, PointedCamera } from './cameras.ts'
import type { Ability, ConnectionInfo } from './connections.ts'
import type { Problem } from './errors.ts'
import type { Decision, EventKind, Message, NodeStatus } from './events.ts'
import type { FastFrame, Frame, Taps } from './frames.ts'
import type { Kind } from './kinds.ts'
import type { Captured, RehearsalContext } from './rehearsal.ts'
import type { Because } from './trace.ts'
import type { Trait } from './traits.ts'
export { does, traitWords, type Trait } from './traits.ts'

export interface Port<K extends Kind = Kind> {
  kind: K
  label: string
  help: string
  /** In ports: a deploy without a wire here is refused. */
  required: boolean
  /** In ports: takes more than one wire. */
  many: boolean
  /** Out ports of tick nodes: what is sent here is recorded as an event of this kind. */
  event: EventKind | null
  /** Out ports: the config field without which nothing is ever sent here, so that a wire from it is warned about. */
  silentWithout?: string
  /** In ports: nothing is heard here over a connection that cannot do this; `why` in words for whoever would send. */
  deafUnless?: { connectionCan: Ability; why: string }
}

const titles: Record<Kind, string> = {
  frames: 'Frames',
  memory: 'Memory',
  delegation: 'Delegation',
  answer: 'Answer',
  audio: 'Audio',
  message: 'Message',
  decision: 'Decision',
}

/** A port of `kind`. Frames and memory take one wire, everything else any number, unless `many` says otherwise. */
export function port<K extends Kind>(kind: K, options: Partial<Omit<Port, 'kind'>> = {}): Port<K> {
  return {
    kind,
    label: options.label ?? titles[kind],
    help: options.help ?? '',
    required: options.required ?? kind === 'frames',
    many: options.many ?? (kind !== 'frames' && kind !== 'memory'),
    event: options.event ?? null,
    ...(options.silentWithout === undefined ? {} : { silentWithout: options.silentWithout }),
    ...(options.deafUnless === undefined ? {} : { deafUnless: options.deafUnless }),
  }
}

export type Ports = Record<string, Port>

export interface MemoryValue {
  text: string
}

interface ReceivedByKind {
  frames: Frame | undefined
  memory: MemoryValue | undefined
  delegation: Message[]
  answer: Message[]
  audio: Message[]
  message: Message[]
  decision: Decision[]
}
interface SentByKind {
  frames: Frame
  memory: MemoryValue
  delegation: Message | Message[]
  answer: Message | Message[]
  audio: Message | Message[]
  message: Message | Message[]
  decision: Decision
}
export type Received<P extends Ports> = { [Name in keyof P]: ReceivedByKind[P[Name]['kind']] }
export type Sent<P extends Ports> = { [Name in keyof P]?: SentByKind[P[Name]['kind']] | undefined }

export interface TickInfo {
  /** Counts from 1 for a stream, across restarts. */
  number: number
  atMs: number
  mediaTimeS: number
  /** The second up to which the timeline has told already, by an earlier worker too. Equal to `mediaTimeS` at the first tick. */
  sinceS: number
  /** Model seconds this tick stands for; more than 1 when late ticks are made up. */
  seconds: number
  camera: 'ok' | 'lost'
  /** Why it is lost, in the words that its own card shows. */
  cameraReason?: string
  /** The source has ended and this is the last tick. */
  last: boolean
  /** No picture comes for now: the camera is away, or this worker stops. What a model holds back it decides now. */
  pause?: true
  /** This worker stops after this tick, with `pause`; another one may go on. */
  leaving?: true
  /** Length in seconds of the clip that the camera plays in a loop. */
  loopS?: number
  /** Only at the first tick of a session: whether it goes on where an earlier one stopped. */
  start?: 'fresh' | 'resumed'
}

/** The same said again: counted on the event it was first recorded as, which stays the only one. */
export interface Repeats {
  eventId: string
  /** How often it was said, this time included. */
  count: number
  /** ISO 8601. */
  firstAt: string
  lastAt: string
}

interface BaseContext<C> {
  config: C
  clock: Pick<Clock, 'nowMs'>
  log: Log
  signal: AbortSignal
}

/** A model's own memory, lent to a node whose `memory` port is wired into it. */
export interface LentMemory {
  /** The model's node. */
  node: string
  /** Undefined while the model has never reported any. */
  memory: ModelMemory | undefined
  /** A person has corrected it: the model's session begins anew with this at its head. */
  replace(memory: ModelMemory): void
}

/** One message at one of a node's in ports. */
export interface Arrival {
  port: string
  message: Message
}

export interface TickContext<C, S> extends BaseContext<C> {
  /** Plain JSON; saved with the tick that changed it. */
  state: S
  tick: TickInfo
  flow: { id: string; name: string }
  /** This tick's messages over all in ports, in the order they came: for a node in which one port tells about another. */
  arrivals: readonly Arrival[]
  /** Shown under the card; `data` feeds its live area. */
  status(text: string, options?: Partial<Omit<NodeStatus, 'text'>>): void
  /** A new message of this node at this tick, with an event id of its own. `mediaTimeS` when the thing happened earlier. */
  message(
    text: string,
    options?: {
      fields?: Record<string, unknown>
      mediaTimeS?: number
      frame?: Frame
      /** An encoded picture that is kept with it instead of the frame's. */
      picture?: Uint8Array
      /** What it is in the record, where that is not what its port says. */
      event?: EventKind
      repeats?: Repeats
      /** What the stream showed lately is kept with its event: 8 pictures, or so many, 12 at most. */
      keepsRecent?: boolean | number
    },
  ): Message
  /** For `needs: ['model']`: this stream's session. */
  model?: ModelConversation
  /** What the models behind this node's `memory` ports have in mind. */
  modelMemories?(): LentMemory[]
  /** Says why a message of this tick passes or is held; kept with its event. */
  because(message: Message, why: Because): void
  /** Records a fact about the session itself, as an event of this node. */
  note?(kind: EventKind, text: string, fields?: Record<string, unknown>): void
}

export interface SourceContext<C> extends BaseContext<C> {
  taps: Taps
  media: MediaPort
  /** After a takeover: seconds of a file already watched. A source may begin here; the engine skips what comes earlier. */
  startAtS?: number
  onFast?: (frame: FastFrame) => void
}

export interface ActionContext<C> extends BaseContext<C> {
  /** The delivery's id: the same on every try of the same action. */
  idempotencyKey: string
  /** 1 on the first try. */
  attempt: number
  flow: { id: string; name: string }
  node: { id: string; name: string }
  http: HttpPort
  connections: ConnectionPort
  pictures: PicturePort
  agents: AgentPort
  speech: SpeechPort
  mail: MailPort
  mqtt: MqttPort
  push: PushPort
  nodeRed: NodeRedPort
  clips: ClipPort
  events: EventPort
  /** "" for what the message asked for; otherwise the phase that an earlier try of this node put off (`later`). */
  phase: string
  /** Where a person may acknowledge the message, as an absolute URL. */
  acknowledgeUrl(message: Message): string
  /** Where the message's picture can be fetched without an account, as long as that link lives; undefined where this server is not reached by https. */
  pictureUrl(message: Message): string | undefined
  /** Makes a relative URL of this server absolute. */
  absoluteUrl(path: string): string
}

/** What an action made: messages for its out ports and one line for the delivery's row. */
export interface ActionResult<P extends Ports> extends WithReceipt {
  outputs: Sent<P>
  summary: string
  /** Where it ended otherwise than one would expect of a delivery: a code that says so, such as `SPEECH_DROPPED`. */
  code?: string
  /** More of the same node for the same message, as delayed jobs of their own: reminders, deadlines. One per phase. */
  later?: { phase: string; afterMs: number }[]
  /** Facts that leave through no port: recorded, routed nowhere. */
  facts?: { kind: EventKind; message: Message }[]
}

export type Need =
  | 'clock'
  | 'model'
  | 'media'
  | 'http'
  | 'connections'
  | 'pictures'
  | 'agents'
  | 'speech'
  | 'mail'
  | 'mqtt'
  | 'push'
  | 'node-red'
  | 'events'
  | 'clips'

export interface CheckContext {
  connection(name: string): ConnectionInfo | undefined
  cameras?: readonly CameraInfo[]
}

/** The package that brought it. */
export const OriginSchema = z.object({ package: z.string(), version: z.string() })
export type Origin = z.infer<typeof OriginSchema>

export const groups = ['video', 'interaction', 'logic', 'action'] as const
export const roles = ['source', 'tick', 'action'] as const

interface Base<C extends z.ZodObject, I extends Ports, O extends Ports> {
  type: string
  version: number
  /** Of a package from outside; set by Heed when it is loaded. */
  origin?: Origin
  title: string
  /** A Tabler icon name without its prefix: `camera`, `bell`. */
  icon: string
  group: (typeof groups)[number]
  /** Other words that people look for it by, in any language, with commas between. */
  also?: string
  /** What of Heed counts on this type. */
  does?: readonly Trait[]
  /** At most 10 lines, with one example. */
  help: string
  ports: { in: I; out: O }
  config: C
  /** One line in words; `{{field}}` is filled from the config. */
  card: string
  needs: readonly Need[]
  /** Why a message passes or is held, by code, as `contract/trace.ts` words it; what leaves no type with reasons was held. */
  reasons?: Readonly<Record<string, string>>
  /** By the version they lead to. */
  migrations?: Record<number, (old: Record<string, unknown>) => Record<string, unknown>>
  /** More than the schema can say; pure. Fields are named, the compiler adds the node. */
  check?(config: z.output<C>, ctx: CheckContext): Omit<Problem, 'node'>[]
  /** What models whose words lead here are asked to add to them, in words for a model; "" for nothing. Pure. */
  wish?(config: z.output<C>): string
  /** What this node wants out of the camera's one decode. */
  taps?(config: z.output<C>, ctx: CheckContext): Partial<Taps>
  /** `per-camera` (default): one instance in every camera's stream; `once`: one for the whole flow. */
  runs?(config: z.output<C>): 'per-camera' | 'once'
}

export interface SourceNode<
  C extends z.ZodObject = z.ZodObject,
  I extends Ports = Ports,
  O extends Ports = Ports,
> extends Base<C, I, O> {
  role: 'source'
  open(ctx: SourceContext<z.output<C>>): AsyncIterable<Frame, SourceEnd>
  /** The cameras it points to, each a stream; undefined where it says itself what to open. Pure. */
  pointsTo?(config: z.output<C>, cameras: readonly CameraInfo[]): PointedCamera[] | undefined
}

export interface TickNode<
  C extends z.ZodObject = z.ZodObject,
  I extends Ports = Ports,
  O extends Ports = Ports,
  S = unknown,
> extends Base<C, I, O> {
  role: 'tick'
  /** Its `taps().filters` are burned in by the decoder: no wire may carry the camera's pictures past this node. */
  burnsIn?: boolean
  /** Its config in the plan, with what nodes behind it wish for (`wish`), as far as it can heed that. Pure. */
  grant?(config: z.output<C>, wishes: readonly string[], ctx: CheckContext): Record<string, unknown>
  state(): S
  onTick(inputs: Received<I>, ctx: TickContext<z.output<C>, S>): Acting<O> | Promise<Acting<O>>
  /** Its half that acts on the world: performed like an action node, with what `onTick` returns under `act`. */
  acts?: Pick<
    ActionNode<C, I, O>,
    'needs' | 'timeoutMs' | 'maxAttempts' | 'lane' | 'receiver' | 'whenStopped' | 'perform'
  >
}

/** The port between the two halves of a node that ticks and acts; nobody else sees it. */
export const actPort = 'act'
type Acting<O extends Ports> = Sent<O> & { [actPort]?: Message | Message[] }

/** The line an action waits in. Each has its own places, so that what takes long in one never holds up another. */
export type Lane = 'alerts' | 'questions' | 'speech'
export const lanes: readonly Lane[] = ['alerts', 'questions', 'speech']

export interface ActionNode<
  C extends z.ZodObject = z.ZodObject,
  I extends Ports = Ports,
  O extends Ports = Ports,
> extends Base<C, I, O> {
  role: 'action'
  /** One try may take this long. */
  timeoutMs: number
  maxAttempts: number
  /** Default: `alerts`. */
  lane?: Lane
  /**
   * Who is reached, in a few words that hold no secret: a host, a connection's name. Receivers are kept from taking each other's
   * places, and one that does not answer is left alone for a while. Undefined where nobody outside is reached. Pure.
   */
  receiver?(config: z.output<C>, phase: string): string | undefined
  /** `end`: stopping the flow ends it, unless what it finds out leads on to another action. Absent: what was decided still goes out. */
  whenStopped?: 'end'
  perform(message: Message, ctx: ActionContext<z.output<C>>): Promise<ActionResult<O>>
  /**
   * In a rehearsal, in place of `perform` of a node that reaches others: what would have gone to whom, and what comes of it if the
   * other side takes it at once. Absent: it is shown as sent, and nothing comes of it. Pure.
   */
  rehearse?(message: Message, ctx: RehearsalContext<z.output<C>>): ActionResult<O> & { captured?: Captured }
  /** What is put off when a try failed: reminders and deadlines that do not wait for the channel. Pure; `phase` as in the context. */
  following?(config: z.output<C>, phase: string, message: Message): { phase: string; afterMs: number }[]
}

export type NodeDefinition = SourceNode | TickNode | ActionNode

// Definitions are stored in one list, so their own types end here; ports and config were checked where they were written.
type Unrole<T> = Omit<T, 'role'>

export function defineSource<C extends z.ZodObject, I extends Ports, O extends Ports>(
  spec: Unrole<SourceNode<C, I, O>>,
): SourceNode {
  return { ...spec, role: 'source' } as unknown as SourceNode
}

/** A node that runs inside the session, at every tick. */
export function defineNode<C extends z.ZodObject, I extends Ports, O extends Ports, S>(
  spec: Unrole<TickNode<C, I, O, S>>,
): TickNode {
  return { ...spec, role: 'tick' } as unknown as TickNode
}

/** A node that acts on the world, as a queue job. */
export function defineAction<C extends z.ZodObject, I extends Ports, O extends Ports>(
  spec: Unrole<ActionNode<C, I, O>>,
): ActionNode {
  return { ...spec, role: 'action' } as unknown as ActionNode
}

/** What the compiler needs to know of the world: types, connections and cameras by name. Data and pure functions only. */
export interface Catalogue {
  nodes: ReadonlyMap<string, NodeDefinition>
  connections: ReadonlyMap<string, ConnectionInfo>
  cameras?: readonly CameraInfo[]
}
