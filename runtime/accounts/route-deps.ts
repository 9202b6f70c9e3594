// What the routes of accounts/ need of the world.
import type { IncomingMessage } from 'node:http'
import type { AccountStore } from './accounts.ts'

export interface AccountsRouteDeps {
  nowMs(): number
  sleep(ms: number): Promise<void>
  accounts: AccountStore
  /** Whether the browser reached this server over https. */
  isSecure(request: IncomingMessage): boolean
}
