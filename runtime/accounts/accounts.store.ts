// The owner and the signed-in browsers. Holds hashes only: neither a password nor a sign-in's token can be read here.
import { and, eq, gt, sql } from 'drizzle-orm'
import { ConflictError } from '../../nodes/contract/errors.ts'
import type { AccountStore } from './accounts.ts'
import type { Db } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { owners, sessions } from '../database/index.ts'

const onlyOne = 1

/** The account of the API. */
export function createAccountStore({ db, nowMs }: { db: Db; nowMs(): number }): AccountStore {
  const readHash = async () =>
    (await db.select({ hash: owners.passwordHash }).from(owners).where(eq(owners.id, onlyOne)))[0]?.hash
  return guarded<AccountStore>('accounts', {
    hasOwner: async () => (await readHash()) !== undefined,
    createOwner: async (passwordHash) => {
      const made = await db
        .insert(owners)
        .values({ id: onlyOne, passwordHash, createdAt: new Date(nowMs()) })
        .onConflictDoNothing()
      if (made.rowCount === 0)
        throw new ConflictError('AUTH_OWNER_EXISTS', 'This Heed has an owner already. Sign in with the password.')
    },
    passwordHash: readHash,
    createSignIn: async (tokenHash, expiresAtMs) => {
      await db.insert(sessions).values({ tokenHash, createdAt: new Date(nowMs()), expiresAt: new Date(expiresAtMs) })
    },
    touchSignIn: async (tokenHash, atMs, extendToMs) => {
      // Never shortened: of two requests at once the later wish wins.
      const touched = await db
        .update(sessions)
        .set({ expiresAt: sql`greatest(${sessions.expiresAt}, ${new Date(extendToMs).toISOString()}::timestamptz)` })
        .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, new Date(atMs))))
      return (touched.rowCount ?? 0) > 0
    },
    removeSignIn: async (tokenHash) => {
      await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash))
    },
    removeAllSignIns: async () => {
      await db.delete(sessions)
    },
  })
}
