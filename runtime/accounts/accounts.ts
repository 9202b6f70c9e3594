// The shapes that this folder owns.

export interface AccountStore {
  hasOwner(): Promise<boolean>
  /** Throws ConflictError AUTH_OWNER_EXISTS. */
  createOwner(passwordHash: string): Promise<void>
  passwordHash(): Promise<string | undefined>
  createSession(tokenHash: string, expiresAtMs: number): Promise<void>
  /** True while the session lives; touching it extends it. */
  touchSession(tokenHash: string, nowMs: number, extendToMs: number): Promise<boolean>
  removeSession(tokenHash: string): Promise<void>
  removeAllSessions(): Promise<void>
}
