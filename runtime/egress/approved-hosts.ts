// The shapes that this folder owns.

/** Hosts of the owner's own network that nodes may reach. */
export interface ApprovedHostStore {
  /** Added by hand, and named by connections and flows (with their ports). */
  list(): Promise<{ byHand: string[]; named: string[] }>
  /** Throws BadRequestError APPROVED_HOST_INVALID. */
  add(host: string): Promise<void>
  remove(host: string): Promise<void>
  /** Those of `hosts` that nothing and nobody has approved, public ones too. */
  unapproved(hosts: readonly string[]): Promise<string[]>
}
