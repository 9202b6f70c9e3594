// What the routes of live/ need of the world.
import type { Bus, PictureRelay } from './messages.ts'

export interface LiveRouteDeps {
  nowMs(): number
  deployments: { streamFlow(streamId: string): Promise<string | undefined> }
  bus: Bus
  relay: PictureRelay
}
