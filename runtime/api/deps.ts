// What the HTTP API needs of the world. The store, queue and capabilities fit these; nothing here names their libraries.
import type { IncomingMessage } from 'node:http'
import type { Log, Sound } from '../../nodes/contract/capabilities.ts'
import type { Connection, ConnectionKind } from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Decision, StreamStatus } from '../../nodes/contract/events.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { Plan, PlanNode, PlanStream, Target } from '../../nodes/contract/plan.ts'
import type { Bus, Relay, SessionInput } from '../engine/deps.ts'

export interface FlowSummary {
  id: string
  name: string
  description: string
  tags: string[]
  revision: number
  state: DeploymentState
  updatedAt: string
}
export interface StoredFlow {
  id: string
  revision: number
  document: Flow
  updatedAt: string
  /** What came with an import and has not had the owner's yes, named by the newest document or not: `host:port`, `to receiver`, `run connection`. */
  unapprovedHosts: string[]
}
export interface Revision {
  revision: number
  savedAt: string
  nodes: number
  deployed: boolean
}
export type DeploymentState = 'running' | 'starting' | 'degraded' | 'stopped' | 'finished' | 'failed'
export interface Deployment {
  id: string
  revision: number
  state: DeploymentState
}

export interface FlowStore {
  list(): Promise<FlowSummary[]>
  /** URL credentials inside the document are sealed away and replaced by `***@`. */
  create(document: Flow): Promise<StoredFlow>
  /** The same for a document from elsewhere; `distrust` reads the stored form and says what waits for the owner's yes. */
  import(document: Flow, distrust: (document: Flow) => Promise<string[]>): Promise<StoredFlow>
  /** A copy under another name, as trusted as its original. */
  duplicate(id: string, name: string): Promise<StoredFlow>
  /** More that waits for a yes. */
  distrustHosts(id: string, hosts: readonly string[]): Promise<StoredFlow>
  /** The owner's yes. What does not wait is passed over. */
  approveHosts(id: string, hosts: readonly string[]): Promise<StoredFlow>
  /** Throws NotFoundError FLOW_NOT_FOUND. */
  get(id: string): Promise<StoredFlow>
  /** Throws ConflictError FLOW_REVISION_STALE with details.revision when `ifRevision` is not the newest. */
  update(id: string, document: Flow, ifRevision: number): Promise<StoredFlow>
  /** `onGone` gets the ids of its unfinished actions as soon as nothing can be written for them any more. */
  remove(id: string, onGone?: (actionIds: string[]) => void): Promise<void>
  revisions(id: string): Promise<Revision[]>
  revision(id: string, revision: number): Promise<StoredFlow>
  /** A new revision with an old document. */
  restore(id: string, revision: number): Promise<StoredFlow>
}

export interface DeploymentStore {
  /** Stores the plan and marks its streams as wanted, in one transaction. The queue is told by the caller afterwards. */
  deploy(
    flowId: string,
    revision: number,
    plan: Plan,
  ): Promise<{ deployment: Deployment; started: StreamRef[]; superseded: StreamRef[] }>
  /** Marks the flow's streams as unwanted. */
  stop(flowId: string): Promise<{ deployment: Deployment | null; stopped: StreamRef[] }>
  status(flowId: string): Promise<{ state: DeploymentState; deployment: Deployment | null; streams: StreamStatus[] }>
  streamFlow(streamId: string): Promise<string | undefined>
  /** Streams that should run, over all flows, for health. */
  counts(): Promise<{ wanted: number; running: number; degraded: number }>
}
export interface StreamRef {
  streamId: string
  run: number
}

/** A stream of a flow's newest deployment; `isRunning` while a session may write for it. */
export interface RunningStream {
  id: string
  flow: string
  plan: PlanStream
  isRunning: boolean
}

export interface RunningStore {
  /** Of the newest deployment. Throws NotFoundError FLOW_NOT_FOUND. */
  streams(flowId: string): Promise<RunningStream[]>
  stream(streamId: string): Promise<RunningStream | undefined>
  /** What its nodes have saved, by node id. */
  states(streamId: string): Promise<Record<string, unknown>>
  /** Writes the states that `change` gives back; false, and nothing is changed, while a session may write them. */
  changeStates(streamId: string, change: (states: Record<string, unknown>) => Record<string, unknown>): Promise<boolean>
  addInputs(inputs: SessionInput[]): Promise<void>
}

export interface ConnectionStore {
  list(): Promise<
    {
      name: string
      kind: ConnectionKind
      config: Record<string, unknown>
      hasSecret: string[]
      usedBy: { flow: string; node: string }[]
    }[]
  >
  create(connection: Connection): Promise<void>
  /** A secret left out is kept; an empty string removes it. */
  update(name: string, patch: { config?: Record<string, unknown>; secret?: Record<string, string> }): Promise<void>
  remove(name: string): Promise<void>
  get(name: string): Promise<Connection>
}

export interface DeliveryView {
  id: string
  node: string
  /** The node's type; null once its deployment is forgotten. */
  type: string | null
  state: 'pending' | 'running' | 'delivered' | 'failed'
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
  /** What was spoken about it. */
  audio?: { url: string } | null
  acknowledgedAt: string | null
  acknowledgedBy: string | null
  deliveries: DeliveryView[]
}
export interface EventQuery {
  flow?: string
  kind?: string
  q?: string
  from?: string
  to?: string
  limit: number
  cursor?: string
}
export interface DecisionQuery {
  flow: string
  stream?: string
  from?: string
  to?: string
  limit: number
  cursor?: string
}

export interface EventStore {
  list(query: EventQuery): Promise<{ events: EventView[]; next: string | null }>
  get(id: string): Promise<EventView>
  frame(id: string): Promise<Uint8Array | undefined>
  /** What a delegation's stream saw up to it, oldest first. */
  recentFrames(id: string): Promise<{ mediaTimeS: number; jpeg: Uint8Array }[]>
  /** What a node, or without one any node, spoke about an event; without bytes while it is still being spoken. */
  sound(id: string, node?: string): Promise<(Sound & { node: string; isFinished: boolean }) | undefined>
  /** What came after that piece and that byte; undefined when it is gone or begun anew. */
  soundPart(
    id: string,
    node: string,
    from: { position: number; byte: number },
  ): Promise<{ bytes: Uint8Array; position: number; isFinished: boolean } | undefined>
  /** One statement: of many at the same moment exactly one `isFirst`, and its name stays. With it, all of its escalation. */
  acknowledge(id: string, by: string): Promise<{ event: EventView; isFirst: boolean }>
  decisions(query: DecisionQuery): Promise<{ decisions: (Decision & { stream: string })[]; next: string | null }>
}

export interface DeliveryStore {
  /** Marks it; whoever runs it is told by the caller. Throws NotFoundError DELIVERY_NOT_FOUND, ConflictError DELIVERY_DONE. */
  cancel(id: string): Promise<Omit<DeliveryView, 'state' | 'type'> & { eventId: string; flow: string }>
  /** Marks those of a flow that are not finished and that `isUnwanted`; gives their ids. */
  cancelOf(flowId: string, isUnwanted: (node: PlanNode, routes: Record<string, Target[]>) => boolean): Promise<string[]>
}

export interface AccountStore {
  hasOwner(): Promise<boolean>
  /** Throws ConflictError AUTH_OWNER_EXISTS. */
  createOwner(passwordHash: string): Promise<void>
  passwordHash(): Promise<string | undefined>
  createSession(tokenHash: string, expiresAtMs: number): Promise<void>
  /** True while the session lives; touching it extends it. */
  touchSession(tokenHash: string, nowMs: number, extendToMs: number): Promise<boolean>
  removeSession(tokenHash: string): Promise<void>
  removeAllSessions(): Promise<void>
}

export interface StreamControl {
  start(refs: StreamRef[]): Promise<void>
  stop(refs: StreamRef[]): Promise<void>
  /** False when the queue cannot take work. */
  isHealthy(): Promise<{ ok: boolean; backend: 'postgres' | 'redis'; waiting: number; active: number; detail?: string }>
}

export interface MediaLibrary {
  list(): Promise<{ path: string; bytes: number; uploadedAt: string }[]>
  /** Streams to disk; throws BadRequestError MEDIA_NOT_VIDEO, MEDIA_TOO_LARGE. */
  save(
    name: string,
    body: NodeJS.ReadableStream,
  ): Promise<{ path: string; bytes: number; width: number; height: number; durationS: number }>
  remove(path: string): Promise<void>
  /** Tries a camera or clip once: size, rate, codec and a snapshot, or what is wrong in words. */
  probe(
    config: Record<string, unknown>,
    owner?: { flowId: string; nodeId: string },
    filters?: PictureFilter[],
  ): Promise<CameraReport>
}
export type CameraReport =
  | { ok: true; width: number; height: number; fps: number; codec: string; durationS: number | null; snapshot: string }
  | { ok: false; code: string; message: string }

export interface TryRequest {
  flow: { id: string; name: string; revision: number }
  node: PlanNode
  connection?: Connection
}

export interface PushControl {
  /** For the browser's `subscribe`. */
  publicKey(): Promise<string>
  add(subscription: { endpoint: string; keys: { p256dh: string; auth: string } }, label: string): Promise<void>
  remove(endpoint: string): Promise<void>
}

/** Hosts of the owner's own network that nodes may reach. */
export interface ApprovedHostStore {
  /** Added by hand, and named by connections and flows (with their ports). */
  list(): Promise<{ byHand: string[]; named: string[] }>
  /** Throws BadRequestError APPROVED_HOST_INVALID. */
  add(host: string): Promise<void>
  remove(host: string): Promise<void>
  /** Those of `hosts` that nothing and nobody has approved, public ones too. */
  unapproved(hosts: readonly string[]): Promise<string[]>
}

export interface ApiDeps {
  log: Log
  nowMs(): number
  version: string
  nodes: ReadonlyMap<string, NodeDefinition>
  flows: FlowStore
  deployments: DeploymentStore
  running: RunningStore
  connections: ConnectionStore
  events: EventStore
  deliveries: DeliveryStore
  accounts: AccountStore
  approvedHosts: ApprovedHostStore
  streams: StreamControl
  media: MediaLibrary
  bus: Bus
  relay: Relay
  /** `POST /api/connections/:name/test` and before saving: does it answer, in words. */
  /** Kinds that reach people send a test message, to `to` where one is named. */
  testConnection(
    connection: Connection,
    to?: string,
  ): Promise<{ ok: boolean; message: string; details?: Record<string, unknown> }>
  /** Performs an action node once, with a test message; `connection` stands in for the stored one of its name. */
  tryAction(request: TryRequest): Promise<{ ok: boolean; message: string }>
  push: PushControl
  /** The voices that a connection offers, by name. Throws in words when its server cannot say. */
  voices(connection: Connection): Promise<string[]>
  /** What somebody said, in words. Throws RetryableError or FatalError in words when the speech server cannot say. */
  transcribe(connection: Connection, sound: Pick<Sound, 'bytes' | 'contentType'>): Promise<string>
  /** Throws when the database is away. */
  /** Why nothing in a flow may ever reach a host, in words that begin a sentence. */
  refusalOf(host: string): string | undefined
  /** `trouble`: why it takes no writing though it answers, in one sentence. */
  pingDatabase(): Promise<{ latencyMs: number; version: string; backend: 'embedded' | 'external'; trouble?: string }>
  metrics(): Promise<{ contentType: string; text: string }>
  /** Counts an answered request; `route` is its pattern, so there are few. */
  observeRequest?(request: { method: string; route: string; status: number; ms: number }): void
  /** From HEED_TOKEN. */
  token: string | undefined
  /** For signing cookies and links: 32 bytes, derived from the secret key. */
  linkKey: Uint8Array
  publicUrl: string
  /** Folder with the built editor. */
  editorDir: string
  /** Hands a browser camera's WebSocket on; see relay channel `push:<streamId>`. */
  isSecure(request: IncomingMessage): boolean
}
