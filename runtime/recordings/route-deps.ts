// What the routes of recordings/ need of the world.
import type { FlowStore } from '../flows/index.ts'
import type { Recordings } from './records.ts'

export interface RecordingsRouteDeps {
  flows: Pick<FlowStore, 'get'>
  recordings: Recordings
}
