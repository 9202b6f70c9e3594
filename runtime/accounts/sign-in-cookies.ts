// The owner's sign-ins: a random token in a cookie, its SHA-256 in the store. Never stores or logs the token itself. And the mark of a
// browser that has signed in before, which opens nothing.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
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

const madePattern = /^heed_[A-Za-z0-9_-]{43}$/

/** For a script: begins so that a scanner for leaked secrets, and a person, know what it is. */
export function makeApiToken(): string {
  return `heed_${makeToken()}`
}

export function isMadeToken(token: string): boolean {
  return madePattern.test(token)
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
  const browser = browserOf(request.headers['user-agent'])
  await deps.accounts.createSignIn(hashToken(token), deps.nowMs() + signInLifeMs, browser)
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

/** The longest that browsers keep a cookie. */
const knownBrowserLifeMs = 400 * 24 * 3600_000
const knownBrowserPattern = /(?:^|;\s*)heed_browser=([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})(?=\s*(?:;|$))/

/** Nobody makes such a mark without the hash of the password; a new password ends all of them. */
function signBrowser(id: string, passwordHash: string): string {
  return createHmac('sha256', passwordHash).update(`heed known browser\n${id}`).digest('base64url')
}

/** Which browser it is, if the owner has signed in with it before; its wrong passwords are counted by themselves. */
export function readKnownBrowser(request: IncomingMessage, passwordHash: string): string | undefined {
  const [, id, signature] = knownBrowserPattern.exec(request.headers.cookie ?? '') ?? []
  if (id === undefined || signature === undefined) return undefined
  return isSameSecret(signature, signBrowser(id, passwordHash)) ? id : undefined
}

/** Marks the browser as one that the owner has signed in with; only the sign-in gets to see it. */
export function markBrowser(deps: AccountsRouteDeps, request: Request, response: Response, passwordHash: string): void {
  const id = readKnownBrowser(request, passwordHash) ?? randomBytes(16).toString('base64url')
  response.cookie('heed_browser', `${id}.${signBrowser(id, passwordHash)}`, {
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.isSecure(request),
    path: '/api/sign-in',
    maxAge: knownBrowserLifeMs,
  })
}

/** For as long as somebody may want to try again and again. */
const turnLifeMs = 15 * 60_000
const turnPattern = /(?:^|;\s*)heed_turn=([A-Za-z0-9_-]{22}\.\d{13})\.([A-Za-z0-9_-]{43})(?=\s*(?:;|$))/

function signTurn(turn: string, passwordHash: string): string {
  return createHmac('sha256', passwordHash).update(`heed turn\n${turn}`).digest('base64url')
}

/** The turn of somebody who was sent away a while ago because there was no place; it says nothing of who they are. */
export function readTurn(request: IncomingMessage, passwordHash: string, nowMs: number): string | undefined {
  const [, turn, signature] = turnPattern.exec(request.headers.cookie ?? '') ?? []
  if (turn === undefined || signature === undefined) return undefined
  if (nowMs - Number(turn.split('.')[1]) > turnLifeMs) return undefined
  return isSameSecret(signature, signTurn(turn, passwordHash)) ? turn : undefined
}

/** With it the next try has a turn of its own. */
export function giveTurn(deps: AccountsRouteDeps, request: Request, response: Response, passwordHash: string): void {
  const turn = `${randomBytes(16).toString('base64url')}.${String(Math.floor(deps.nowMs())).padStart(13, '0')}`
  response.cookie('heed_turn', `${turn}.${signTurn(turn, passwordHash)}`, {
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.isSecure(request),
    path: '/api/sign-in',
    maxAge: turnLifeMs,
  })
}

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
]
const find = (names: typeof browsers, agent: string): string | undefined =>
  names.find(([pattern]) => pattern.test(agent))?.[1]

/** "Firefox on Linux"; empty where nothing is said. */
export function browserOf(agent = ''): string {
  const [browser, system] = [find(browsers, agent), find(systems, agent)]
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? agent.split(/[\s/]/, 1)[0]?.slice(0, 40) ?? ''
}
