// What the routes of history/ need of the world.
import type { Flow } from '../../nodes/contract/flow.ts'
import type { NodeDefinition } from '../../nodes/contract/define.ts'
import type { Log } from '../../nodes/contract/capabilities.ts'
import type { Bus } from '../live/index.ts'
import type { EventStore } from './records.ts'

export interface HistoryRouteDeps {
  log: Log
  nowMs(): number
  nodes: ReadonlyMap<string, NodeDefinition>
  flows: {
    get(id: string): Promise<unknown>
    revision(id: string, revision: number): Promise<{ document: Flow }>
  }
  events: EventStore
  bus: Pick<Bus, 'publish'>
  /** For signing cookies and links: 32 bytes, derived from the secret key. */
  linkKey: Uint8Array
  publicUrl: string
}
