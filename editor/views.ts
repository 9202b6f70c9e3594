// What the server answers, by the names the editor knows it by: the types of the routes' own schemas, no shape of its own.
import type { NodeType } from '../runtime/flows/route-answers.ts'
import type { AskedStretch, RehearsalView } from '../runtime/rehearsals/route-answers.ts'

export type { Problem } from '../nodes/contract/errors.ts'
export type { FieldSchema } from '../nodes/contract/widgets.ts'
export type {
  CameraLine as CameraLineView,
  CameraReport,
  CameraThing as CameraView,
  FoundCamera as FoundCameraView,
  FoundProfile as FoundProfileView,
  MediaFile,
  UploadedMedia,
} from '../runtime/cameras/route-answers.ts'
export type { ConnectionKindView, ConnectionView, TestResult } from '../runtime/connections/route-answers.ts'
export type { ApprovedHosts } from '../runtime/egress/route-answers.ts'
export type {
  DeployChanges,
  DeployPreview,
  FlowNeeds,
  FlowStatus,
  FlowSummary,
  IncomingFlow,
  NodeType,
  PortView,
  ReceiverView,
  Requires,
  Revision,
  StoredFlow,
} from '../runtime/flows/route-answers.ts'
export type {
  DeliveryView,
  EventPage,
  EventView,
  LinkedEvent as LinkedEventView,
  Timeline as TimelineView,
  StreamDecision,
  TraceAnswer as TraceView,
  TraceStep as TraceStepView,
} from '../runtime/history/route-answers.ts'
export type { Health } from '../runtime/http/route-answers.ts'
export type { LastPass as WirePassView, ShownMessage as LiveEvent } from '../runtime/live/route-answers.ts'
export type { NodeRedStatus as NodeRedView } from '../runtime/node-red/route-answers.ts'
export type { PackageReport as PackageView } from '../runtime/packages/route-answers.ts'
export type { PastPictures, PastPictureView, StreamRecording } from '../runtime/recordings/route-answers.ts'
export type {
  AskedStretch,
  Check as RehearsedCheck,
  ClipView as RehearsedClip,
  PastTest,
  RehearsalView as Rehearsal,
  TriedCard,
} from '../runtime/rehearsals/route-answers.ts'
export type { SystemView } from '../runtime/system/route-answers.ts'
export type { MemoryView, StreamMemory as StreamMemoryView } from '../runtime/streams/route-answers.ts'

export type NodeGroup = NodeType['group']
export type NodeTypes = ReadonlyMap<string, NodeType>

/** What a rehearsal is asked for, out of what is kept of it. */
export type RehearsalWishes = Pick<RehearsalView['request'], 'clips' | 'askAgents' | 'connection' | 'instruction'> & {
  stretches?: AskedStretch[]
}
