// The shapes that this folder owns.

export interface AccountStore {
  hasOwner(): Promise<boolean>
  /** Throws ConflictError AUTH_OWNER_EXISTS. */
  createOwner(passwordHash: string): Promise<void>
  passwordHash(): Promise<string | undefined>
  /** With it all sign-ins end but one, both or neither; gives the hashes of those. Throws NotFoundError AUTH_NO_OWNER while nobody has made one. */
  changePassword(passwordHash: string, allBut: string): Promise<string[]>
  createSignIn(tokenHash: string, expiresAtMs: number, browser?: string): Promise<void>
  /** True while the sign-in lives; touching it extends it. */
  touchSignIn(tokenHash: string, nowMs: number, extendToMs: number): Promise<boolean>
  removeSignIn(tokenHash: string): Promise<void>
  removeAllSignIns(): Promise<void>
  /** Of those that live, the one used last first. */
  signIns(nowMs: number): Promise<SignedIn[]>
  /** All but one, or the one with this id; gives the hashes of those that were there. */
  removeSignIns(which: { allBut: string } | { id: string }): Promise<string[]>
  tokens(): Promise<TokenRow[]>
  addToken(token: { id: string; name: string; tokenHash: string; begins: string }): Promise<void>
  /** Notes that it was used; its id, or undefined for one that is not known. */
  useToken(tokenHash: string, nowMs: number): Promise<string | undefined>
  /** False when there is none of this id. */
  removeToken(id: string): Promise<boolean>
}

/** A browser that is signed in. The id tells it apart and opens nothing. */
export interface SignedIn {
  id: string
  browser: string
  createdAt: Date
  seenAt: Date | null
  expiresAt: Date
}

export interface TokenRow {
  id: string
  name: string
  begins: string
  createdAt: Date
  usedAt: Date | null
}
