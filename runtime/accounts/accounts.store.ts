// The owner and the signed-in browsers. Holds hashes only: neither a password nor a sign-in's token can be read here.
import { and, desc, eq, getTableColumns, gt, isNull, lt, ne, or, sql } from 'drizzle-orm'
import { ConflictError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { AccountStore } from './accounts.ts'
import type { Db, Queryable } from '../database/index.ts'
import { guarded } from '../database/index.ts'
import { apiTokens, owners, sessions } from '../database/index.ts'

const onlyOne = 1

const idOfSignIn = sql<string>`left(${sessions.tokenHash}, 16)`
const usedAgainMs = 60_000

/** Tokens for scripts. */
function createTokenStore({
  db,
  nowMs,
}: {
  db: Db
  nowMs(): number
}): Pick<AccountStore, 'addToken' | 'removeToken' | 'tokens' | 'useToken'> {
  return {
    tokens: async () => {
      const { tokenHash: _hash, ...shown } = getTableColumns(apiTokens)
      return await db.select(shown).from(apiTokens).orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
    },
    addToken: async (token) => {
      await db.insert(apiTokens).values({ ...token, createdAt: new Date(nowMs()) })
    },
    useToken: async (tokenHash, atMs) => {
      const [found] = await db.select({ id: apiTokens.id }).from(apiTokens).where(eq(apiTokens.tokenHash, tokenHash))
      if (!found) return undefined
      // A script that asks each second need not be written down each second.
      const isStale = or(isNull(apiTokens.usedAt), lt(apiTokens.usedAt, new Date(atMs - usedAgainMs)))
      await db
        .update(apiTokens)
        .set({ usedAt: new Date(atMs) })
        .where(and(eq(apiTokens.id, found.id), isStale))
      return found.id
    },
    removeToken: async (id) => ((await db.delete(apiTokens).where(eq(apiTokens.id, id))).rowCount ?? 0) > 0,
  }
}

async function removeSignIns(on: Queryable, which: { id: string } | { allBut: string }): Promise<string[]> {
  const gone = await on
    .delete(sessions)
    .where('id' in which ? eq(idOfSignIn, which.id) : ne(sessions.tokenHash, which.allBut))
    .returning({ tokenHash: sessions.tokenHash })
  return gone.map(({ tokenHash }) => tokenHash)
}

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
    changePassword: async (passwordHash, allBut) =>
      await db.transaction(async (tx) => {
        const { rowCount } = await tx.update(owners).set({ passwordHash }).where(eq(owners.id, onlyOne))
        if (rowCount === 0) throw new NotFoundError('AUTH_NO_OWNER', 'This Heed has no owner yet.')
        return await removeSignIns(tx, { allBut })
      }),
    createSignIn: async (tokenHash, expiresAtMs, browser = '') => {
      const now = new Date(nowMs())
      const expiresAt = new Date(expiresAtMs)
      await db.insert(sessions).values({ tokenHash, createdAt: now, seenAt: now, expiresAt, browser })
    },
    touchSignIn: async (tokenHash, atMs, extendToMs) => {
      // Never shortened: of two requests at once the later wish wins.
      const touched = await db
        .update(sessions)
        .set({
          expiresAt: sql`greatest(${sessions.expiresAt}, ${new Date(extendToMs).toISOString()}::timestamptz)`,
          seenAt: new Date(atMs),
        })
        .where(and(eq(sessions.tokenHash, tokenHash), gt(sessions.expiresAt, new Date(atMs))))
      return (touched.rowCount ?? 0) > 0
    },
    removeSignIn: async (tokenHash) => {
      await db.delete(sessions).where(eq(sessions.tokenHash, tokenHash))
    },
    removeAllSignIns: async () => {
      await db.delete(sessions)
    },
    signIns: async (atMs) =>
      await db
        .select({
          id: idOfSignIn,
          browser: sessions.browser,
          createdAt: sessions.createdAt,
          seenAt: sessions.seenAt,
          expiresAt: sessions.expiresAt,
        })
        .from(sessions)
        .where(gt(sessions.expiresAt, new Date(atMs)))
        .orderBy(desc(sql`coalesce(${sessions.seenAt}, ${sessions.createdAt})`)),
    removeSignIns: (which) => removeSignIns(db, which),
    ...createTokenStore({ db, nowMs }),
  })
}
