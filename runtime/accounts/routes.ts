// Signing in: the first start's one-time link makes the owner's password, later the password signs in.
// Never says whether a password was close, and never keeps a link's token in plain text.
import type { IncomingMessage } from 'node:http'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import { AuthError } from '../../nodes/contract/errors.ts'
import { callerOf } from '../live/index.ts'
import type { Caller } from '../live/index.ts'
import type { AccountsRouteDeps } from './route-deps.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import type { OpenLines } from '../live/index.ts'
import { assertGoodPassword } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import { clearCookie, hashToken, isSameSecret, makeToken, openSignIn, renewCookie } from './sign-in-cookies.ts'
import { createSignInLimits, networkOf } from './sign-in-limits.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { createSlowLane, restMs } from './slow-lane.ts'
import type { SlowLane } from './slow-lane.ts'

export interface SignInLinks {
  /** A link that makes one owner's password. The newest one counts, until it is used or the process ends. */
  create(): string
  isValid(token: string): boolean
  use(): void
}

/** Holds the hash of the one link that is valid. */
export function createSignInLinks(publicUrl: string): SignInLinks {
  let valid: string | undefined
  return {
    create: () => {
      const token = makeToken()
      valid = hashToken(token)
      return `${publicUrl.replace(/\/+$/, '')}/sign-in?token=${token}`
    },
    isValid: (token) => valid !== undefined && isSameSecret(hashToken(token), valid),
    use: () => {
      valid = undefined
    },
  }
}

export interface SignInParts {
  gate: { identify(request: IncomingMessage): Promise<Caller | undefined> }
  links: SignInLinks
  lines: OpenLines
  passwords: Passwords
}

const ClaimSchema = z.object({ token: z.string().min(1).max(200), password: z.string() })
const SignInSchema = z.object({ password: z.string() })

function tooMany(message: string, waitMs: number): AuthError {
  return new AuthError('AUTH_TOO_MANY_TRIES', message, { details: { status: 429, retryAfterMs: waitMs } })
}

function inWords(waitMs: number): string {
  const minutes = Math.ceil(waitMs / 60_000)
  return waitMs < 60_000 ? `${Math.ceil(waitMs / 1000)} s` : `${minutes} minute${minutes === 1 ? '' : 's'}`
}

/**
 * Returns when `check` finds the password right, however many wrong ones came before: behind a proxy everybody may share one
 * address. Throws AuthError AUTH_PASSWORD_WRONG, or AUTH_TOO_MANY_TRIES with the wait.
 */
async function assertRight(
  { limits, lane }: { limits: SignInLimits; lane: SlowLane },
  address: string,
  check: () => Promise<boolean>,
): Promise<void> {
  const waitMs = limits.waitMs(address)
  if (waitMs === 0) {
    limits.tried(address)
    if (await check()) return
    throw new AuthError('AUTH_PASSWORD_WRONG', 'This password is not right. Try again.')
  }
  const isRight = lane.run(networkOf(address), check)
  if (isRight === undefined)
    throw tooMany('Too many are trying to sign in just now. Wait 5 s, then try again.', 5 * restMs)
  if (await isRight) return
  throw tooMany(
    `This password is not right, after too many wrong ones. Wait ${inWords(waitMs)}, then try again.`,
    waitMs,
  )
}

/** Nobody guesses a link, so a right one is never made to wait. Throws AuthError AUTH_LINK_INVALID or AUTH_TOO_MANY_TRIES. */
function assertLink(links: SignInLinks, limits: SignInLimits, address: string, token: string): void {
  if (links.isValid(token)) return
  const waitMs = limits.waitMs(address)
  if (waitMs > 0) throw tooMany(`Too many tries. Wait ${inWords(waitMs)}, then try again.`, waitMs)
  limits.tried(address)
  throw new AuthError(
    'AUTH_LINK_INVALID',
    'This sign-in link is used or out of date. Sign in with your password, or restart Heed for a new link.',
  )
}

/** `POST /api/sign-in`, `/sign-in/claim`, `/sign-out` and `GET /api/me`. */
export function addSignInRoutes(api: Router, deps: AccountsRouteDeps, parts: SignInParts): void {
  const { gate, links, lines, passwords } = parts
  const limits = createSignInLimits(deps.nowMs)
  const lane = createSlowLane((ms) => deps.sleep(ms))

  const signIn = async (request: Request, response: Response): Promise<void> => {
    limits.succeeded(request.ip ?? '')
    await openSignIn(deps, request, response)
    response.json({ signedIn: true, hasOwner: true })
  }

  api.post('/sign-in', async (request, response) => {
    const { password } = parseBody(SignInSchema, request.body)
    const stored = await deps.accounts.passwordHash()
    if (stored === undefined)
      throw new AuthError(
        'AUTH_NO_OWNER',
        'This Heed has no owner yet. Open the sign-in link that it printed when it started.',
      )
    await assertRight({ limits, lane }, request.ip ?? '', () => passwords.isCorrect(password, stored))
    await signIn(request, response)
  })

  api.post('/sign-in/claim', async (request, response) => {
    const { token, password } = parseBody(ClaimSchema, request.body)
    // Before the try is counted: somebody who is told why may try again at once.
    assertGoodPassword(password)
    assertLink(links, limits, request.ip ?? '', token)
    // Of two people with the same link the store lets one through: AUTH_OWNER_EXISTS for the other.
    await deps.accounts.createOwner(await passwords.hash(password))
    links.use()
    await signIn(request, response)
  })

  api.post('/sign-out', async (request, response) => {
    const signIn = callerOf(response)?.signIn
    if (signIn !== undefined) {
      await deps.accounts.removeSignIn(signIn)
      lines.closeSignIn(signIn)
    }
    clearCookie(deps, request, response)
    response.status(204).end()
  })

  api.get('/me', async (request, response) => {
    const caller = await gate.identify(request)
    if (caller?.signIn !== undefined) renewCookie(deps, request, response)
    response.json({ signedIn: caller !== undefined, hasOwner: await deps.accounts.hasOwner() })
  })
}
