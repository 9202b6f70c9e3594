// The owner's own affairs: who is signed in, another password, tokens for scripts. A token that the owner made reaches none of these.
import { randomBytes } from 'node:crypto'
import type { Request, Response, Router } from 'express'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import { assertOwner, callerOf } from '../live/index.ts'
import type { TokenRow } from './accounts.ts'
import type { AccountsRouteDeps } from './route-deps.ts'
import { assertGoodPassword } from './passwords.ts'
import { hashToken, makeApiToken } from './sign-in-cookies.ts'
import type { SignInParts } from './routes.ts'
import { PasswordSchema, TokenSchema } from './route-bodies.ts'

/** What is shown of one: enough to tell it in a script. */
const shownLetters = 10

const viewOf = ({ createdAt, usedAt, ...token }: TokenRow) => ({
  ...token,
  createdAt: createdAt.toISOString(),
  usedAt: usedAt?.toISOString() ?? null,
})

/** `checkPassword` throws as signing in does, with the same waits. */
export interface AccountParts extends Pick<SignInParts, 'lines' | 'passwords'> {
  checkPassword(request: Request, password: string): Promise<void>
}

function addSignedInRoutes(api: Router, { accounts, nowMs }: AccountsRouteDeps, { lines }: AccountParts): void {
  api.get('/sign-ins', async (_request, response) => {
    assertOwner(callerOf(response))
    const mine = callerOf(response)?.signIn?.slice(0, 16)
    const found = await accounts.signIns(nowMs())
    response.json({
      signIns: found.map(({ createdAt, seenAt, expiresAt, ...signIn }) => ({
        ...signIn,
        createdAt: createdAt.toISOString(),
        seenAt: seenAt?.toISOString() ?? null,
        expiresAt: expiresAt.toISOString(),
        isThis: signIn.id === mine,
      })),
    })
  })
  const end = async (response: Response, which: Parameters<typeof accounts.removeSignIns>[0]): Promise<number> => {
    assertOwner(callerOf(response))
    const gone = await accounts.removeSignIns(which)
    for (const signIn of gone) lines.closeSignIn(signIn)
    return gone.length
  }
  api.delete('/sign-ins', async (_request, response) => {
    response.json({ ended: await end(response, { allBut: callerOf(response)?.signIn ?? '' }) })
  })
  api.delete('/sign-ins/:id', async (request, response) => {
    if ((await end(response, { id: request.params.id })) === 0)
      throw new NotFoundError('AUTH_SIGN_IN_GONE', 'Nobody is signed in there any more.')
    response.status(204).end()
  })
}

/** `/api/sign-ins`, `/api/password`, `/api/tokens`. */
export function addAccountRoutes(api: Router, deps: AccountsRouteDeps, parts: AccountParts): void {
  const { accounts } = deps
  addSignedInRoutes(api, deps, parts)

  api.put('/password', async (request, response) => {
    assertOwner(callerOf(response))
    const { current, next } = parseBody(PasswordSchema, request.body)
    assertGoodPassword(next)
    await parts.checkPassword(request, current)
    // Whoever knew the old one is out; the one who changed it stays.
    const gone = await accounts.changePassword(await parts.passwords.hash(next), callerOf(response)?.signIn ?? '')
    for (const signIn of gone) parts.lines.closeSignIn(signIn)
    response.json({ ended: gone.length })
  })

  api.get('/tokens', async (_request, response) => {
    assertOwner(callerOf(response))
    response.json({ tokens: (await accounts.tokens()).map(viewOf) })
  })
  api.post('/tokens', async (request, response) => {
    assertOwner(callerOf(response))
    const { name } = parseBody(TokenSchema, request.body)
    const token = makeApiToken()
    const row = { id: randomBytes(8).toString('hex'), name, begins: token.slice(0, shownLetters) }
    await accounts.addToken({ ...row, tokenHash: hashToken(token) })
    // Shown this once: nobody can read it again.
    response.status(201).json({ token, id: row.id })
  })
  api.delete('/tokens/:id', async (request, response) => {
    assertOwner(callerOf(response))
    if (!(await accounts.removeToken(request.params.id)))
      throw new NotFoundError('AUTH_TOKEN_GONE', 'There is no such token any more.')
    parts.lines.closeToken(request.params.id)
    response.status(204).end()
  })
}
