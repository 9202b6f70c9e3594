// The owner's sign-ins: a random token in a cookie, its SHA-256 in the store. Never stores or logs the token itself.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import type { AccountsRouteDeps } from './route-deps.ts'

export const signInCookie = 'heed_session'
/** Counted from the last request. */
export const signInLifeMs = 30 * 24 * 3600_000

const cookiePattern = new RegExp(`(?:^|;\\s*)${signInCookie}=([A-Za-z0-9_-]{43})(?=\\s*(?:;|$))`)

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

export function makeToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares two secrets without telling by the time it takes how much of them is equal. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}

export function readSignInToken(request: IncomingMessage): string | undefined {
  return cookiePattern.exec(request.headers.cookie ?? '')?.[1]
}

function setCookie(
  deps: AccountsRouteDeps,
  request: Request,
  response: Response,
  token: string,
  maxAgeMs: number,
): void {
  response.cookie(signInCookie, token, {
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.isSecure(request),
    path: '/',
    maxAge: maxAgeMs,
  })
}

/** Signs a browser in and hands its cookie over. */
export async function openSignIn(deps: AccountsRouteDeps, request: Request, response: Response): Promise<void> {
  const token = makeToken()
  await deps.accounts.createSignIn(hashToken(token), deps.nowMs() + signInLifeMs)
  setCookie(deps, request, response, token, signInLifeMs)
}

/** Sends the same cookie with a new end: the store slides with every request, the cookie when the editor opens. */
export function renewCookie(deps: AccountsRouteDeps, request: Request, response: Response): void {
  const token = readSignInToken(request)
  if (token !== undefined) setCookie(deps, request, response, token, signInLifeMs)
}

export function clearCookie(deps: AccountsRouteDeps, request: Request, response: Response): void {
  setCookie(deps, request, response, '', 0)
}
