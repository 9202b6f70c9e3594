// What the routes of accounts/ need of the world.
import type { IncomingMessage } from 'node:http'
import type { AccountStore } from './accounts.ts'

export interface AccountsRouteDeps {
  nowMs(): number
  accounts: AccountStore
  /** Hands a browser camera's WebSocket on; see relay channel `push:<streamId>`. */
  isSecure(request: IncomingMessage): boolean
}
