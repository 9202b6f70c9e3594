// What the routes of flows/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { AbilitySchema, ConnectionKindSchema } from '../../nodes/contract/connections.ts'
import { OriginSchema, roles, groups, type Trait, traitWords } from '../../nodes/contract/define.ts'
import { ProblemSchema } from '../../nodes/contract/errors.ts'
import { eventKinds, streamStates, StreamStatusSchema } from '../../nodes/contract/events.ts'
import { AuthorSchema, FlowSchema } from '../../nodes/contract/flow.ts'
import { FateSchema } from '../../nodes/contract/foreign-flows.ts'
import { kinds } from '../../nodes/contract/kinds.ts'
import { WantsSchema } from '../../nodes/contract/shared-flow.ts'
import { ServedConfigSchema } from '../../nodes/contract/widgets.ts'
import { CameraReportSchema } from '../cameras/route-answers.ts'
import { TestResultSchema } from '../connections/route-answers.ts'
import { ReceiverTroubleSchema } from '../live/route-answers.ts'
import { NextSchema } from '../../nodes/contract/input.ts'

const names = z.array(z.string())

export const FlowSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  tags: names,
  revision: z.number(),
  state: z.enum(streamStates),
  updatedAt: z.string(),
  /** Cards of the newest revision that run a stream or have somebody they cannot reach. */
  cards: z.array(z.object({ node: z.string(), type: z.string(), name: z.string().nullable() })),
})
export type FlowSummary = z.infer<typeof FlowSummarySchema>

export const StoredFlowSchema = z.object({
  id: z.string(),
  revision: z.number(),
  document: FlowSchema,
  updatedAt: z.string(),
  /** What came with an import and waits for the owner's yes: `host:port`, `to receiver`, `run connection`. */
  unapprovedHosts: names,
})
export type StoredFlow = z.infer<typeof StoredFlowSchema>

export const RevisionSchema = z.object({
  revision: z.number(),
  savedAt: z.string(),
  nodes: z.number(),
  deployed: z.boolean(),
  /** What a person calls this version; null where nobody has named it. */
  title: z.string().nullable(),
  /** Null where it is not known. */
  savedBy: AuthorSchema.nullable(),
})
export type Revision = z.infer<typeof RevisionSchema>

/** What a flow from somebody else needs here. */
export const RequiresSchema = z.object({
  /** Node types that are not installed here. */
  nodes: names,
  /** Named by the flow and not here, with the kinds of which one will do. */
  connections: z.array(z.object({ name: z.string(), kinds: z.array(ConnectionKindSchema), nodes: names })),
  /** Every host its nodes name, as `host:port`. */
  hosts: names,
  /** What its agents would run on this machine, by the names of HEED_AGENT_COMMANDS. */
  commands: names,
  /** Cameras that a person has to choose or look at. */
  cameras: z.array(
    z.object({
      node: z.string(),
      name: z.string(),
      reason: z.enum(['clip', 'address', 'device', 'camera', 'settings']),
    }),
  ),
})
export type Requires = z.infer<typeof RequiresSchema>

/** What came from elsewhere, before any of it is stored. */
export const IncomingFlowSchema = z.object({
  came: z.enum(['document', 'link', 'picture']),
  /** Why it can be looked at and not taken in. */
  readOnly: z.string().nullable(),
  document: FlowSchema.nullable(),
  /** Of another program's flow: what became of each part. */
  report: z.array(FateSchema).optional(),
  summary: z.string().nullable(),
  wants: WantsSchema.nullable(),
  requires: RequiresSchema.nullable(),
  unapprovedHosts: names,
  /** Flows of the same name. */
  conflicts: z.array(z.object({ id: z.string(), name: z.string(), revision: z.number() })),
})
export type IncomingFlow = z.infer<typeof IncomingFlowSchema>

export const FlowNeedsSchema = z.object({ requires: RequiresSchema, unapprovedHosts: names })
export type FlowNeeds = z.infer<typeof FlowNeedsSchema>

export const DeploymentSchema = z.object({ id: z.string(), revision: z.number(), state: z.enum(streamStates) })
export type Deployment = z.infer<typeof DeploymentSchema>

/** What a deploy does to what runs. */
export const DeployChangesSchema = z.object({
  /** Streams that go on without missing a picture: tick numbers, states, model sessions. */
  kept: names,
  /** Nodes that are new, gone, or run otherwise than before. */
  changed: names,
  /** Streams that begin again: their camera, or what is wanted of it, is another. */
  restarted: names,
  /** Streams that did not run before. */
  started: names,
  /** Streams that run no more. */
  stopped: names,
})
export type DeployChanges = z.infer<typeof DeployChangesSchema>

/** What a deploy would do, and what stands in its way; null where the drawing is too far from one to tell. */
export const DeployPreviewSchema = z.object({
  changes: DeployChangesSchema.nullable(),
  problems: z.array(ProblemSchema),
})
export type DeployPreview = z.infer<typeof DeployPreviewSchema>

export const ReceiverViewSchema = ReceiverTroubleSchema.extend({ node: z.string() })
export type ReceiverView = z.infer<typeof ReceiverViewSchema>

export const FlowStatusSchema = z.object({
  state: z.enum(streamStates),
  deployment: DeploymentSchema.nullable(),
  streams: z.array(StreamStatusSchema),
  /** Whom its cards cannot reach. */
  receivers: z.array(ReceiverViewSchema),
})
export type FlowStatus = z.infer<typeof FlowStatusSchema>

export const PortViewSchema = z.object({
  kind: z.enum(kinds),
  label: z.string(),
  help: z.string(),
  required: z.boolean(),
  many: z.boolean(),
  event: z.enum(eventKinds).nullable(),
  silentWithout: z.string().optional(),
  deafUnless: z.object({ connectionCan: AbilitySchema, why: z.string() }).optional(),
})
export type PortView = z.infer<typeof PortViewSchema>

const TraitSchema = z.enum(Object.keys(traitWords) as Trait[])
const ports = z.record(z.string(), PortViewSchema)

/** A node type without its functions. */
export const NodeTypeSchema = z.object({
  type: z.string(),
  version: z.number(),
  title: z.string(),
  icon: z.string(),
  group: z.enum(groups),
  help: z.string(),
  /** Other words that people look for it by, with commas between. */
  also: z.string(),
  /** What the rest of the editor may ask of it, never by its name. */
  does: z.array(TraitSchema),
  role: z.enum(roles),
  card: z.string(),
  ports: z.object({ in: ports, out: ports }),
  /** The package from outside that brought it; null for what comes with Heed. */
  origin: OriginSchema.nullable(),
  /** Why it passes or holds a message, a sentence for each code. */
  reasons: z.record(z.string(), z.string()),
  config: ServedConfigSchema,
})
export type NodeType = z.infer<typeof NodeTypeSchema>

/** What an export has left out, in words. */
const RemovedSchema = z.object({ node: z.string(), field: z.string(), what: z.string(), message: z.string() })

export const flowsAnswers = {
  'GET /nodes': z.object({ nodes: z.array(NodeTypeSchema) }),
  'GET /flows': z.object({ flows: z.array(FlowSummarySchema), next: NextSchema }),
  'POST /flows': StoredFlowSchema,
  'GET /flows/:id': StoredFlowSchema,
  'PUT /flows/:id': StoredFlowSchema,
  'DELETE /flows/:id': null,
  'POST /flows/:id/check': z.object({ problems: z.array(ProblemSchema) }),
  'GET /flows/:id/revisions': z.object({ revisions: z.array(RevisionSchema), next: NextSchema }),
  'PUT /flows/:id/revisions/:revision': null,
  'GET /flows/:id/revisions/:revision': StoredFlowSchema,
  'POST /flows/:id/revisions/:revision/restore': StoredFlowSchema,
  'GET /flows/:id/export': z.union([
    z.object({ link: z.string(), removed: z.array(RemovedSchema) }),
    FlowSchema,
    /** As another program imports it. */
    z.array(z.record(z.string(), z.unknown())),
  ]),
  'POST /flows/import/look': IncomingFlowSchema,
  'POST /flows/import': z.object({
    flow: StoredFlowSchema,
    requires: RequiresSchema,
    report: z.array(FateSchema).optional(),
  }),
  'GET /flows/:id/requires': FlowNeedsSchema,
  'POST /flows/:id/approve-hosts': StoredFlowSchema,
  'POST /flows/:id/unapproved': StoredFlowSchema,
  'POST /flows/:id/duplicate': StoredFlowSchema,
  'POST /flows/:id/stay': StoredFlowSchema,
  'POST /flows/:id/presence': null,
  'POST /flows/:id/deploy': z.object({ deployment: DeploymentSchema.nullable(), changes: DeployChangesSchema }),
  'GET /flows/:id/deploy/preview': DeployPreviewSchema,
  'POST /flows/:id/stop': z.object({ deployment: DeploymentSchema.nullable() }),
  'GET /flows/:id/status': FlowStatusSchema,
  'POST /flows/:id/nodes/:node/test': TestResultSchema,
  'POST /cameras/test': CameraReportSchema,
}
