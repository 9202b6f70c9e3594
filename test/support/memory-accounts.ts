// The AccountStore in memory, with the real one's rules.
import { ConflictError } from '../../nodes/contract/errors.ts'
import type { AccountStore, TokenRow } from '../../runtime/accounts/accounts.ts'

/** Over these sign-ins, by the hash of their token: when each ends. */
export function memoryAccounts(signIns: Map<string, number>): AccountStore {
  let hash: string | undefined
  const browsers = new Map<string, string>()
  const tokens = new Map<string, TokenRow & { tokenHash: string }>()
  const madeAt = new Date('2026-01-01T00:00:00.000Z')
  const removeSignIns: AccountStore['removeSignIns'] = async (which) => {
    const isMeant = (tokenHash: string): boolean =>
      'id' in which ? tokenHash.startsWith(which.id) : tokenHash !== which.allBut
    const gone = [...signIns.keys()].filter(isMeant)
    for (const tokenHash of gone) signIns.delete(tokenHash)
    return gone
  }
  return {
    hasOwner: async () => hash !== undefined,
    createOwner: async (passwordHash) => {
      if (hash !== undefined)
        throw new ConflictError('AUTH_OWNER_EXISTS', 'This Heed has an owner already. Sign in with the password.')
      hash = passwordHash
    },
    passwordHash: async () => hash,
    changePassword: async (passwordHash, allBut) => {
      hash = passwordHash
      return await removeSignIns({ allBut })
    },
    createSignIn: async (tokenHash, expiresAtMs, browser = '') => {
      signIns.set(tokenHash, expiresAtMs)
      browsers.set(tokenHash, browser)
    },
    touchSignIn: async (tokenHash, nowMs, extendToMs) => {
      if ((signIns.get(tokenHash) ?? 0) <= nowMs) return false
      signIns.set(tokenHash, extendToMs)
      return true
    },
    removeSignIn: async (tokenHash) => {
      signIns.delete(tokenHash)
    },
    removeAllSignIns: async () => {
      signIns.clear()
    },
    signIns: async (nowMs) =>
      [...signIns]
        .filter(([, expiresAtMs]) => expiresAtMs > nowMs)
        .map(([tokenHash, expiresAtMs]) => ({
          id: tokenHash.slice(0, 16),
          browser: browsers.get(tokenHash) ?? '',
          createdAt: madeAt,
          seenAt: null,
          expiresAt: new Date(expiresAtMs),
        })),
    removeSignIns,
    tokens: async () => [...tokens.values()].map(({ tokenHash: _hash, ...token }) => token),
    addToken: async (token) => {
      tokens.set(token.id, { ...token, createdAt: madeAt, usedAt: null })
    },
    useToken: async (tokenHash, nowMs) => {
      const found = [...tokens.values()].find((token) => token.tokenHash === tokenHash)
      if (found) found.usedAt = new Date(nowMs)
      return found?.id
    },
    removeToken: async (id) => tokens.delete(id),
  }
}
