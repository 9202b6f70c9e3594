// The shapes that this folder owns.
import type { StreamStatus } from '../../nodes/contract/events.ts'
import type { Author, Flow } from '../../nodes/contract/flow.ts'
import type { ListQuery } from '../../nodes/contract/input.ts'
import type { Plan } from '../../nodes/contract/plan.ts'
import type { ReceiverView } from '../actions/index.ts'
import type { LostSecret } from '../connections/index.ts'
import type { StreamRef } from '../queue/index.ts'
import type { DeployChanges, Deployment, FlowSummary, Revision, StoredFlow } from './route-answers.ts'

export type { DeployChanges, Deployment, FlowSummary, Revision, StoredFlow } from './route-answers.ts'
export type DeploymentState = Deployment['state']

export interface FlowStore {
  /** The addresses of these nodes with a mark in them that no secret is kept for, here where they lead now. */
  lostSecrets(id: string, nodes: Flow['nodes']): Promise<LostSecret[]>
  /** The one saved last first: all, or those behind `cursor` and one more than `limit`. */
  list(query?: ListQuery): Promise<FlowSummary[]>
  /** URL credentials inside the document are sealed away and replaced by `***@`. */
  create(document: Flow, by?: Author): Promise<StoredFlow>
  /** The same for a document from elsewhere; `unapprovedIn` reads the stored form and says what waits for the owner's yes. */
  import(document: Flow, unapprovedIn: (document: Flow) => Promise<string[]>, by?: Author): Promise<StoredFlow>
  /**
   * The same as the next revision of a flow that is there: its history is kept, and what runs goes on. Throws ConflictError
   * FLOW_REVISION_STALE when `ifRevision` is given and not the newest.
   */
  replace(
    id: string,
    document: Flow,
    unapprovedIn: (document: Flow) => Promise<string[]>,
    ifRevision?: number,
    by?: Author,
  ): Promise<StoredFlow>
  /** All that is sealed away for it, in plain text: for taking it out of what is given away, never to be shown. */
  secretsOf(id: string): Promise<string[]>
  /** A copy under another name, as trusted as its original. */
  duplicate(id: string, name: string, by?: Author): Promise<StoredFlow>
  /** More that waits for a yes. */
  addUnapproved(id: string, hosts: readonly string[]): Promise<StoredFlow>
  /** The owner's yes. What does not wait is passed over. */
  approveHosts(id: string, hosts: readonly string[]): Promise<StoredFlow>
  /** Throws NotFoundError FLOW_NOT_FOUND. */
  get(id: string): Promise<StoredFlow>
  /** Throws ConflictError FLOW_REVISION_STALE with details.revision when `ifRevision` is not the newest. */
  update(id: string, document: Flow, ifRevision: number, by?: Author): Promise<StoredFlow>
  /** `onGone` gets the ids of its unfinished actions as soon as nothing can be written for them any more. */
  remove(id: string, onGone?: (actionIds: string[]) => void): Promise<void>
  /** The newest first; part of them as `list` gives it. */
  revisions(id: string, query?: ListQuery): Promise<Revision[]>
  revision(id: string, revision: number): Promise<StoredFlow>
  /** A new revision with an old document. */
  restore(id: string, revision: number, by?: Author): Promise<StoredFlow>
  /** Gives a version a name, or takes it away with null; one with a name is kept. Throws NotFoundError FLOW_REVISION_NOT_FOUND. */
  nameRevision(id: string, revision: number, title: string | null): Promise<void>
}

export interface DeploymentStore {
  /** Stores the plan and marks its streams as wanted, in one transaction. The queue is told by the caller afterwards. */
  deploy(
    flowId: string,
    revision: number,
    plan: Plan,
    /** Nodes that run once for all cameras: what they remember follows them into another camera's stream. */
    once?: ReadonlySet<string>,
  ): Promise<{
    deployment: Deployment
    started: StreamRef[]
    superseded: StreamRef[]
    /** Whose runs go on, by the new plan from their next tick on. */
    kept: StreamRef[]
    changes: DeployChanges
  }>
  /** What such a deploy would change; writes nothing. */
  preview(flowId: string, plan: Plan): Promise<DeployChanges>
  /** Marks the flow's streams as unwanted. */
  stop(flowId: string): Promise<{ deployment: Deployment | null; stopped: StreamRef[] }>
  status(flowId: string): Promise<{
    state: DeploymentState
    deployment: Deployment | null
    streams: StreamStatus[]
    /** Whom its nodes cannot reach. */
    receivers: ReceiverView[]
  }>
  /** The same of every flow that was ever deployed, by flow id, asked at once. */
  statuses(): Promise<
    Map<string, Pick<Awaited<ReturnType<DeploymentStore['status']>>, 'state' | 'streams' | 'receivers'>>
  >
  /** How many nodes of what runs cannot reach whom they tell, for health. */
  receiversInTrouble(): Promise<number>
  streamFlow(streamId: string): Promise<string | undefined>
  /** Streams that should run, over all flows, for health. */
  counts(): Promise<{ wanted: number; running: number; degraded: number }>
}
