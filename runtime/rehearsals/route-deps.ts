// What the routes of rehearsals/ need of the world.
import type { FlowsRouteDeps } from '../flows/index.ts'
import type { EventStore } from '../history/index.ts'
import type { Recordings } from '../recordings/index.ts'
import type { RehearsalStore } from './records.ts'

export interface RehearsalsRouteDeps extends FlowsRouteDeps {
  rehearsals: RehearsalStore
  recordings: Pick<Recordings, 'list' | 'pictures'>
  events: Pick<EventStore, 'list' | 'get' | 'recentFrames' | 'decisions'>
  rehearsing: {
    /** It is in the store: somebody may begin. */
    add(id: string): Promise<void>
    /** The store says so already: ends it here, if it runs here. */
    cancel(id: string): void
  }
  nowMs(): number
  sleep(ms: number): Promise<void>
}
