// What the routes of system/ need of the world.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { DeploymentStore, FlowStore } from '../flows/index.ts'
import type { Recordings } from '../recordings/index.ts'
import type { SystemStore } from './system.store.ts'

export interface SystemRouteDeps {
  nodes: ReadonlyMap<string, NodeDefinition>
  flows: Pick<FlowStore, 'list'>
  deployments: Pick<DeploymentStore, 'statuses'>
  recordings: Pick<Recordings, 'list'>
  media: { list(): Promise<{ bytes: number }[]> }
  system: SystemStore
  /** Left on the disk of the data folder. */
  freeBytes(): Promise<number>
}
