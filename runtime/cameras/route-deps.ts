// What the routes of cameras/ need of the world.
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Bus, PictureRelay } from '../live/index.ts'
import type { Discovery } from './discovery.ts'
import type { CameraStore } from './records.ts'
import type { MediaLibrary } from './reports.ts'

export interface CamerasRouteDeps {
  media: MediaLibrary
  cameras: CameraStore
  discovery: Discovery
  nodes: ReadonlyMap<string, NodeDefinition>
  bus: Pick<Bus, 'publish'>
  relay: Pick<PictureRelay, 'latest'>
  nowMs(): number
  /** Why nothing in a flow may ever reach a host, in words that begin a sentence. */
  refusalOf(host: string): string | undefined
}
