// The shapes that this folder owns.

export interface AccountStore {
  hasOwner(): Promise<boolean>
  /** Throws ConflictError AUTH_OWNER_EXISTS. */
  createOwner(passwordHash: string): Promise<void>
  passwordHash(): Promise<string | undefined>
  createSignIn(tokenHash: string, expiresAtMs: number): Promise<void>
  /** True while the sign-in lives; touching it extends it. */
  touchSignIn(tokenHash: string, nowMs: number, extendToMs: number): Promise<boolean>
  removeSignIn(tokenHash: string): Promise<void>
  removeAllSignIns(): Promise<void>
}
