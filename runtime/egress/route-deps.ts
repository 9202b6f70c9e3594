// What the routes of egress/ need of the world.
import type { ApprovedHostStore } from './approved-hosts.ts'

export interface EgressRouteDeps {
  approvedHosts: ApprovedHostStore
  /** Throws when the database is away. */
  /** Why nothing in a flow may ever reach a host, in words that begin a sentence. */
  refusalOf(host: string): string | undefined
}
