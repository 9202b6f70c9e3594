// What the server answers, as the editor reads it. Types only: the shapes of the public API, nothing of the runtime behind it.
import type { Fate } from '../nodes/contract/foreign-flows.ts'
import type { Abilities, Ability, ConnectionKind, SecretField } from '../nodes/contract/connections.ts'
import type { Trait } from '../nodes/contract/define.ts'
import type { Problem } from '../nodes/contract/errors.ts'
import type { Decision, StreamState, StreamStatus, Verdict } from '../nodes/contract/events.ts'
import type { Flow } from '../nodes/contract/flow.ts'
import type { Kind } from '../nodes/contract/kinds.ts'
import type { Wants } from '../nodes/contract/shared-flow.ts'
import type { FieldMeta } from '../nodes/contract/widgets.ts'

export interface PortView {
  kind: Kind
  label: string
  help: string
  required: boolean
  many: boolean
  deafUnless?: { connectionCan: Ability; why: string }
}

/** One config field: JSON Schema with the meta of the contract beside it. */
export interface FieldSchema extends FieldMeta {
  type?: string | string[]
  default?: unknown
  enum?: (string | number)[]
  const?: unknown
  items?: FieldSchema
  anyOf?: FieldSchema[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  maxLength?: number
  minLength?: number
  properties?: Record<string, FieldSchema>
  required?: string[]
}

/** The package from outside that brought a card or a kind of connection; null for what comes with Heed. */
export interface OriginView {
  package: string
  version: string
}
/** How a package from outside came in. */
export interface PackageView {
  asked: string
  name: string
  version: string | null
  nodes: string[]
  kinds: string[]
  /** What of it cannot be used and why. */
  faults: string[]
}

/** The Node-RED inside. */
export interface NodeRedView {
  isOn: boolean
  isForced: boolean
  state: 'off' | 'elsewhere' | 'starting' | 'running' | 'waiting'
  reason: string | null
  version: string | null
  startMs: number | null
  memoryBytes: number | null
  crashes: number
  at: string | null
  entries: { id: string; name: string; tab: string; answers: boolean }[]
  exits: { id: string; name: string; tab: string }[]
  reachable: string[]
}

export type NodeGroup = 'video' | 'interaction' | 'logic' | 'action'

export interface NodeType {
  type: string
  version: number
  title: string
  icon: string
  group: NodeGroup
  /** What the rest of the editor may ask of it, never by its name. */
  does?: readonly Trait[]
  help: string
  /** Other words that people look for it by, with commas between. */
  also?: string
  role: 'source' | 'tick' | 'action'
  card: string
  origin?: OriginView | null
  ports: { in: Record<string, PortView>; out: Record<string, PortView> }
  config: FieldSchema
}
export type NodeTypes = ReadonlyMap<string, NodeType>

export interface Me {
  signedIn: boolean
  hasOwner: boolean
}
export interface FlowSummary {
  id: string
  name: string
  description: string
  tags: string[]
  revision: number
  state: StreamState
  updatedAt: string
}
/** `unapprovedHosts`: what came with an import and waits for the owner's yes, as `host:port`, `to receiver` or `run connection`. */
export interface StoredFlow {
  id: string
  revision: number
  document: Flow
  updatedAt?: string
  unapprovedHosts?: string[]
}
/** What a flow from somebody else needs here. */
export interface Requires {
  nodes: string[]
  connections: { name: string; kinds: ConnectionKind[]; nodes: string[] }[]
  hosts: string[]
  commands: string[]
  cameras: { node: string; name: string; reason: 'clip' | 'address' | 'device' | 'settings' }[]
}
/** What came from elsewhere, before any of it is stored. */
export interface IncomingFlow {
  came: 'document' | 'link' | 'picture'
  /** Of another program's flow: what became of each part. */
  report?: Fate[]
  /** Why it can be looked at and not taken in. */
  readOnly: string | null
  document: Flow | null
  summary: string | null
  wants: Wants | null
  requires: Requires | null
  unapprovedHosts: string[]
  /** Flows of the same name. */
  conflicts: { id: string; name: string; revision: number }[]
}
export interface FlowNeeds {
  requires: Requires
  unapprovedHosts: string[]
}
export interface ApprovedHosts {
  byHand: string[]
  named: string[]
}
export interface FlowStatus {
  state: StreamState
  streams: StreamStatus[]
  deployment?: DeploymentView | null
}
/** What a deploy does to what runs: streams by id, nodes by id. */
export interface DeployChanges {
  kept: string[]
  changed: string[]
  restarted: string[]
  started: string[]
  stopped: string[]
}

/** What a deploy would do, and what stands in its way; null where the drawing is too far from one to tell. */
export interface DeployPreview {
  changes: DeployChanges | null
  problems: Problem[]
}

export interface DeploymentView {
  id: string
  revision: number
  state: StreamState
}

/** A kind of connection: what it is, in words, and what its form asks for. */
export interface ConnectionKindView {
  kind: ConnectionKind
  title: string
  text: string
  icon: string
  config: FieldSchema
  secrets: SecretField[]
  /** Absent where the kind's package is gone. */
  can?: Abilities
  /** Comes with Heed; there is nothing to fill in and none to add. */
  isBuiltIn: boolean
  isUnlisted: boolean
  origin?: OriginView | null
}
export interface ConnectionView {
  name: string
  kind: ConnectionKind
  can: Abilities
  config: Record<string, unknown>
  hasSecret: string[]
  usedBy: { flow: string; node: string }[]
}
export interface TestResult {
  ok: boolean
  message: string
  details?: Record<string, unknown>
}

export interface MediaFile {
  path: string
  bytes: number
  uploadedAt: string
}
export interface UploadedMedia {
  path: string
  bytes: number
  width: number
  height: number
  durationS: number
}

export type CameraReport =
  | { ok: true; width: number; height: number; fps: number; codec: string; durationS: number | null; snapshot: string }
  | { ok: false; code: string; message: string }

/** `type`: the node's, where it is known. */
export interface DeliveryView {
  id: string
  node: string
  type?: string | null
  state: string
  attempts: number
  detail: string
  at: string
}
export interface EventView {
  id: string
  kind: string
  flow: string
  revision: number
  stream: string
  node: string
  at: string
  mediaTimeS: number
  text: string
  fields: Record<string, unknown>
  frame: { url: string } | null
  /** What was said aloud; only when the event was read whole. */
  audio?: { url: string } | null
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  /** A person must see it. */
  alert: boolean
  /** Of an alert: what identical ones began with. */
  incident: string | null
  /** Of what began an incident: how often, until when, and since when it is over. */
  again?: { count: number; lastAt: string; overAt: string | null }
  verdict: Verdict | null
  deliveries: DeliveryView[]
}
/** What passed last on a wire; the ends are `node.port`. */
export interface WirePassView {
  from: string
  to: string
  eventId: string
  text: string
  count: number
  stream: string
  at: string
}
/** A message at one card, with its reason in words. */
export interface TraceStepView {
  at: string
  node: string
  name: string
  what: 'passed' | 'held' | 'sent' | 'delivered' | 'failed'
  code: string
  reason: string | null
  ports?: string[]
}
export interface TraceView {
  event: string
  flow: string
  steps: TraceStepView[]
}
/** One page of events; the counts are of all pages. */
export interface EventPage {
  events: EventView[]
  next: string | null
  total: number
  unseen: number
  totalIsAtLeast?: true
}
/** What the link in a message shows to somebody without an account. */
export interface LinkedEventView {
  text: string
  at: string
  flow: string
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  hasFrame: boolean
  call: string[]
}
export type StreamDecision = Decision & { stream?: string }

export interface Health {
  status: 'ok' | 'degraded'
  /** Absent when the server cannot see who asks, while its database is away. */
  version?: string
  checks?: Record<string, Record<string, unknown>>
}

/** What the live feed sends, by event name. */
export type LiveEvent =
  | { type: 'status'; flow: string; status: StreamStatus }
  | { type: 'decision'; flow: string; stream: string; decision: Decision }
  | {
      type: 'event'
      flow: string
      event: {
        id: string
        kind: string
        stream: string
        node: string
        at: string
        mediaTimeS: number
        text: string
        hasFrame: boolean
        alert?: true
      }
    }
  | { type: 'wires'; flow: string; stream: string; at: string; passes: Omit<WirePassView, 'stream' | 'at'>[] }
  | { type: 'presence'; flow: string; window: string; node: string | null; isGone: boolean }
  | { type: 'saved'; flow: string; revision: number }
  | { type: 'seen'; flow: string; ids: string[]; at: string; by: string }
  | { type: 'delivery'; flow: string; delivery: DeliveryView & { eventId: string } }
  | {
      type: 'speech'
      flow: string
      speech: {
        eventId: string
        stream: string
        node: string
        text: string
        url: string
        startsAtMs: number
        latestStartMs: number
      }
    }

export type { Problem }

/** One thing that is remembered: a fact, or what a model made of what it saw. `range` is a time, or a span of the stream. */
export interface MemoryEntryView {
  id: string
  part: 'fact' | 'long-term' | 'summary' | 'question' | 'said'
  range: string
  text: string
  answer?: string
}
export interface MemoryView {
  node: string
  facts: { id: string; text: string; at: string }[]
  entries: MemoryEntryView[]
  warnings: string[]
}
export interface StreamMemoryView {
  stream: string
  isRunning: boolean
  memories: MemoryView[]
}

export interface RehearsedClip {
  clip: string
  progress: number
  /** Absent while it is not over. */
  state?: 'finished' | 'failed'
  trouble?: string | null
  decisions?: Decision[]
  captured?: { mediaTimeS: number; node: string; channel: string | null; to: string | null; text: string }[]
  checks?: { kind: 'expect' | 'never'; passed: boolean; delayS: number | null }[]
  /** Visual tokens. */
  tokens?: number
  modelMs?: number
  mediaS?: number
}
export interface Rehearsal {
  id: string
  revision: number
  state: 'running' | 'finished' | 'failed' | 'cancelled'
  /** 0 to 1. */
  progress: number
  reason: string | null
  summary: { hits: number; misses: number; falseAlarms: number; medianDelayS: number | null }
  clips: RehearsedClip[]
}
