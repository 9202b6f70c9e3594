// What the routes of flows/ need of the world.
import type { Log } from '../../nodes/contract/capabilities.ts'
import type { ConnectionKinds } from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { ForeignFormat } from '../../nodes/contract/foreign-flows.ts'
import type { DeliveryStore, TryRequest } from '../actions/index.ts'
import type { CameraStore, MediaLibrary } from '../cameras/index.ts'
import type { ConnectionStore } from '../connections/index.ts'
import type { ApprovedHostStore } from '../egress/index.ts'
import type { EventStore } from '../history/index.ts'
import type { AuthorDeps } from './author.ts'
import type { DeploymentStore, FlowStore } from './records.ts'
import type { NodeRedRouteDeps } from '../node-red/index.ts'
import type { Bus } from '../live/index.ts'
import type { StreamControl } from '../streams/index.ts'

export interface FlowsRouteDeps extends AuthorDeps {
  log: Log
  nodes: ReadonlyMap<string, NodeDefinition>
  flows: FlowStore
  deployments: DeploymentStore
  connections: ConnectionStore
  cameras: Pick<CameraStore, 'infos'>
  connectionKinds: ConnectionKinds
  /** Flows of other programs that can be taken in and given away. */
  formats: readonly ForeignFormat[]
  deliveries: DeliveryStore
  approvedHosts: ApprovedHostStore
  streams: StreamControl
  media: MediaLibrary
  bus: Bus
  events: Pick<EventStore, 'list'>
  /** The Node-RED inside, for what goes on there. */
  nodeRed: Pick<NodeRedRouteDeps['nodeRed'], 'addTab' | 'removeTab'>
  /** How people reach this server. */
  publicUrl: string
  /** Performs an action node once, with a test message; `connection` stands in for the stored one of its name. */
  tryAction(request: TryRequest): Promise<{ ok: boolean; message: string }>
}
