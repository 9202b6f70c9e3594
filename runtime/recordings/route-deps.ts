// What the routes of recordings/ need of the world.
import type { DeploymentStore, FlowStore } from '../flows/index.ts'
import type { FilmStore } from '../history/index.ts'
import type { Recordings } from './records.ts'

export interface RecordingsRouteDeps {
  flows: Pick<FlowStore, 'get'>
  deployments: Pick<DeploymentStore, 'streamFlow'>
  film: Pick<FilmStore, 'jpeg' | 'list' | 'nearest'>
  recordings: Recordings
}
