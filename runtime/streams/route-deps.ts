// What the routes of streams/ need of the world.
import type { Sound } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { ConnectionStore } from '../connections/index.ts'
import type { Bus } from '../live/index.ts'
import type { RunningStore } from './records.ts'

export interface StreamsRouteDeps {
  nowMs(): number
  nodes: ReadonlyMap<string, NodeDefinition>
  running: RunningStore
  connections: ConnectionStore
  bus: Bus
  /** What somebody said, in words. Throws RetryableError or FatalError in words when the speech server cannot say. */
  transcribe(connection: Connection, sound: Pick<Sound, 'bytes' | 'contentType'>): Promise<string>
}
