// Who saves a version: the browser that is signed in, or the token of a script, by the name the owner knows it by.
import type { Author } from '../../nodes/contract/flow.ts'
import type { AccountStore } from '../accounts/index.ts'
import { callerOf } from '../live/index.ts'

export interface AuthorDeps {
  accounts: Pick<AccountStore, 'signIns' | 'tokens'>
  nowMs(): number
}

/** Undefined where nobody is known to ask. */
export async function authorOf(
  { accounts, nowMs }: AuthorDeps,
  response: Parameters<typeof callerOf>[0],
): Promise<Author | undefined> {
  const caller = callerOf(response)
  if (!caller) return undefined
  const { signIn, token } = caller
  if (signIn !== undefined) {
    const found = (await accounts.signIns(nowMs())).find(({ id }) => signIn.startsWith(id))
    return { by: 'browser', name: found?.browser ?? '' }
  }
  const made = token === undefined ? undefined : (await accounts.tokens()).find(({ id }) => id === token)
  // The token of the machine's own configuration has no name.
  return { by: 'token', name: made?.name ?? '' }
}
