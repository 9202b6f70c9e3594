// What the routes of actions/ need of the world.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { DeliveryStore, TryRequest } from './records.ts'
import type { FailedDeliveries } from './failed.store.ts'
import type { Bus } from '../live/index.ts'

export interface ActionsRouteDeps {
  nodes: ReadonlyMap<string, NodeDefinition>
  deliveries: DeliveryStore
  failed: FailedDeliveries
  bus: Bus
  /** Performs an action node once, with a test message; `connection` stands in for the stored one of its name. */
  tryAction(request: TryRequest): Promise<{ ok: boolean; message: string }>
}
