// Signing in: the first start's one-time link makes the owner's password, later the password signs in.
// Never says whether a password was close, and never keeps a link's token in plain text.
import type { IncomingMessage } from 'node:http'
import type { Request, Response, Router } from 'express'
import { AuthError } from '../../nodes/contract/errors.ts'
import { callerOf } from '../live/index.ts'
import type { Caller } from '../live/index.ts'
import { addAccountRoutes } from './account-routes.ts'
import type { AccountsRouteDeps } from './route-deps.ts'
import { parseBody } from '../../nodes/contract/input.ts'
import type { OpenLines } from '../live/index.ts'
import { assertGoodPassword } from './passwords.ts'
import type { Passwords } from './passwords.ts'
import {
  clearCookie,
  giveTurn,
  hashToken,
  isSameSecret,
  makeToken,
  markBrowser,
  openSignIn,
  readKnownBrowser,
  readTurn,
  renewCookie,
} from './sign-in-cookies.ts'
import { createSignInLimits, networkOf } from './sign-in-limits.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { createSlowLane, restMs } from './slow-lane.ts'
import type { SlowLane } from './slow-lane.ts'
import { ClaimSchema, SignInSchema } from './route-bodies.ts'

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

function tooMany(message: string, waitMs: number): AuthError {
  return new AuthError('AUTH_TOO_MANY_TRIES', message, { details: { status: 429, retryAfterMs: waitMs } })
}

function inWords(waitMs: number): string {
  const minutes = Math.ceil(waitMs / 60_000)
  return waitMs < 60_000 ? `${Math.ceil(waitMs / 1000)} s` : `${minutes} minute${minutes === 1 ? '' : 's'}`
}

interface Guard {
  /** Of strangers, by their address and of all together. */
  limits: SignInLimits
  /** Of browsers that the owner has signed in with before, by their mark. */
  browsers: SignInLimits
  lane: SlowLane
}

interface Asking {
  address: string
  /** One that the owner has signed in with before. */
  browser: string | undefined
  turn?: string | undefined
}

const wrong = (): AuthError => new AuthError('AUTH_PASSWORD_WRONG', 'This password is not right. Try again.')

const noPlace = (): AuthError =>
  new AuthError('AUTH_NO_PLACE', 'Too many are trying to sign in just now. Try again in a moment; your turn comes.', {
    details: { status: 429, retryAfterMs: restMs },
  })

const isNoPlace = (error: unknown): boolean => error instanceof AuthError && error.code === 'AUTH_NO_PLACE'

/**
 * Returns when `check` finds the password right, however many wrong ones came before: behind a proxy everybody may share one
 * address, and a browser that has signed in before has no part in what others of its address do.
 * Throws AuthError AUTH_PASSWORD_WRONG, AUTH_TOO_MANY_TRIES with the wait, or AUTH_NO_PLACE: then nothing was compared.
 */
async function assertRight(
  { limits, browsers, lane }: Guard,
  { address, browser, turn }: Asking,
  check: () => Promise<boolean>,
): Promise<void> {
  if (browser !== undefined && browsers.waitMs(browser) === 0) {
    browsers.tried(browser)
    if (!(await check())) throw wrong()
    browsers.succeeded(browser)
    return
  }
  const waitMs = limits.waitMs(address)
  if (waitMs === 0) {
    limits.tried(address)
    if (!(await check())) throw wrong()
    limits.succeeded(address)
    return
  }
  const isRight = lane.run(networkOf(address), check, turn)
  if (isRight === undefined) throw noPlace()
  if (await isRight) {
    limits.succeeded(address)
    return
  }
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
  const browsers = createSignInLimits(deps.nowMs)
  const lane = createSlowLane((ms) => deps.sleep(ms))

  const signIn = async (request: Request, response: Response, passwordHash: string): Promise<void> => {
    await openSignIn(deps, request, response)
    markBrowser(deps, request, response, passwordHash)
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
    const turn = readTurn(request, stored, deps.nowMs())
    const from = { address: request.ip ?? '', browser: readKnownBrowser(request, stored), turn }
    const isCorrect = (): Promise<boolean> => passwords.isCorrect(password, stored)
    await assertRight({ limits, browsers, lane }, from, isCorrect).catch((error: unknown) => {
      if (turn === undefined && isNoPlace(error)) giveTurn(deps, request, response, stored)
      throw error
    })
    await signIn(request, response, stored)
  })

  api.post('/sign-in/claim', async (request, response) => {
    const { token, password } = parseBody(ClaimSchema, request.body)
    // Before the try is counted: somebody who is told why may try again at once.
    assertGoodPassword(password)
    assertLink(links, limits, request.ip ?? '', token)
    // Of two people with the same link the store lets one through: AUTH_OWNER_EXISTS for the other.
    const hash = await passwords.hash(password)
    await deps.accounts.createOwner(hash)
    links.use()
    limits.succeeded(request.ip ?? '')
    await signIn(request, response, hash)
  })

  addAccountRoutes(api, deps, {
    lines,
    passwords,
    checkPassword: async (request, password) => {
      const stored = (await deps.accounts.passwordHash()) ?? ''
      const from = { address: request.ip ?? '', browser: readKnownBrowser(request, stored) }
      await assertRight({ limits, browsers, lane }, from, () => passwords.isCorrect(password, stored))
    },
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
