// What the routes of channels/ need of the world.
import type { PushControl } from './subscriptions.ts'

export interface ChannelsRouteDeps {
  push: PushControl
}
