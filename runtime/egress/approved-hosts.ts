// The shapes that this folder owns.
import type { ApprovedHosts } from './route-answers.ts'

/** Hosts of the owner's own network that nodes may reach. */
export interface ApprovedHostStore {
  /** Added by hand, and named by connections and flows (with their ports). */
  list(): Promise<ApprovedHosts>
  /** Throws BadRequestError APPROVED_HOST_INVALID. */
  add(host: string): Promise<void>
  remove(host: string): Promise<void>
  /** Those of `hosts` that nothing and nobody has approved, public ones too. */
  unapproved(hosts: readonly string[]): Promise<string[]>
}
