// What the routes of node-red/ need of the world.
import type { StayingTab } from '../../nodes/contract/foreign-flows.ts'
import type { Door } from './proxy.ts'
import type { NodeRedStatus, Switch } from './records.ts'

export interface NodeRedRouteDeps {
  nodeRed: {
    status(): Promise<NodeRedStatus>
    change(change: Partial<Switch>): Promise<NodeRedStatus>
    /** Throws when it does not run here. */
    door(): Door
    /** For a path of its HTTP nodes that the owner has named. */
    doorFor(path: string): Promise<Door>
    /** Adds a tab to its flows; gives the tab's id. */
    addTab(tab: StayingTab): Promise<string>
    removeTab(id: string): Promise<void>
    /** The picture that a signed address names. Undefined when it had none. Throws AuthError NODERED_LINK_WRONG. */
    picture(token: string): Promise<Uint8Array | undefined>
  }
}
