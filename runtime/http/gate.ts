// Stands in front of everything under /api and /metrics and lets nobody in who is not known: what is public is listed here.
// Never looks at a body, and never lets a cookie change anything from a page that this server did not serve.
import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { AuthError } from '../../nodes/contract/errors.ts'
import type { Caller } from '../live/index.ts'
import { setCaller } from '../live/index.ts'
import type { ApiDeps } from './api-deps.ts'
import { isHostKnown, readOrigin } from './same-origin.ts'
import { hashToken, isMadeToken, isSameSecret, readSignInToken, signInLifeMs } from '../accounts/index.ts'

/** All that answers without credentials; `:token` is the signed part of a link, which the route itself checks. */
export const publicRoutes: readonly string[] = [
  'GET /api/health',
  'HEAD /api/health',
  'GET /api/me',
  'POST /api/sign-in',
  'POST /api/sign-in/claim',
  'GET /api/acknowledge/:token',
  'GET /api/acknowledge/:token/frame',
  'POST /api/acknowledge/:token',
  'GET /api/node-red/pictures/:token',
]
const publicPatterns = publicRoutes.map((route) => new RegExp(`^${route.replace(':token', '[A-Za-z0-9_-]{1,500}')}$`))

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

export interface Gate {
  /** Refuses names that are not this machine's; for everything, the editor's files too. */
  checkHost: RequestHandler
  /** Credentials and origin; for everything under /api and /metrics. */
  admit: RequestHandler
  /** Who is asking, if anybody known. */
  identify(request: IncomingMessage): Promise<Caller | undefined>
  /** For WebSockets, which no middleware sees: throws AuthError unless the caller may go on. */
  admitUpgrade(request: IncomingMessage): Promise<Caller>
}

function refuse(request: IncomingMessage): never {
  if (request.headers.authorization !== undefined) {
    throw new AuthError(
      'AUTH_TOKEN_WRONG',
      'This token is not known. Send Authorization: Bearer with the value of HEED_TOKEN, or with a token made under System.',
    )
  }
  throw new AuthError('AUTH_REQUIRED', 'Sign in first, or send Authorization: Bearer with the value of HEED_TOKEN.')
}

function assertSameOrigin(deps: ApiDeps, request: IncomingMessage, strict: boolean): void {
  const origin = readOrigin(request.headers, { isSecure: deps.isSecure(request), publicUrl: deps.publicUrl })
  if (origin === 'same' || (origin === 'unknown' && !strict)) return
  const message =
    origin === 'foreign'
      ? `This request comes from a page that this Heed did not serve. Open ${deps.publicUrl}, or set HEED_PUBLIC_URL to the address you use.`
      : 'With a cookie, a change needs the header Origin, as browsers send it. Scripts use Authorization: Bearer with the value of HEED_TOKEN.'
  throw new AuthError('AUTH_ORIGIN_REFUSED', message, { details: { status: 403 } })
}

function assertHost(deps: ApiDeps, request: IncomingMessage): void {
  if (isHostKnown(request, request.socket.localAddress, deps.publicUrl)) return
  throw new AuthError(
    'AUTH_HOST_REFUSED',
    `This Heed is not known under the name in this address. Open ${deps.publicUrl}, or set HEED_PUBLIC_URL to the address you use.`,
    { details: { status: 403 } },
  )
}

async function identify(deps: ApiDeps, request: IncomingMessage): Promise<Caller | undefined> {
  const { authorization } = request.headers
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
    if (token === undefined) return undefined
    if (deps.token !== undefined && isSameSecret(token, deps.token)) return { by: 'token' }
    // Only what looks like one of ours is looked up: strangers cost no question to the database.
    const made = isMadeToken(token) ? await deps.accounts.useToken(hashToken(token), deps.nowMs()) : undefined
    return made === undefined ? undefined : { by: 'token', token: made }
  }
  const token = readSignInToken(request)
  if (token === undefined) return undefined
  const signIn = hashToken(token)
  const nowMs = deps.nowMs()
  return (await deps.accounts.touchSignIn(signIn, nowMs, nowMs + signInLifeMs)) ? { by: 'owner', signIn } : undefined
}

/** One gate per app. */
export function createGate(deps: ApiDeps): Gate {
  return {
    checkHost: (request, _response, next) => {
      assertHost(deps, request)
      next()
    },
    admit: async (request, response, next) => {
      const isSafe = safeMethods.has(request.method)
      const path = request.originalUrl.split('?', 1)[0] ?? ''
      if (publicPatterns.some((pattern) => pattern.test(`${request.method} ${path}`))) {
        if (!isSafe) assertSameOrigin(deps, request, false)
        return next()
      }
      const caller = (await identify(deps, request)) ?? refuse(request)
      if (caller.signIn !== undefined && !isSafe) assertSameOrigin(deps, request, true)
      setCaller(response, caller)
      next()
    },
    identify: (request) => identify(deps, request),
    admitUpgrade: async (request) => {
      assertHost(deps, request)
      const caller = (await identify(deps, request)) ?? refuse(request)
      if (caller.signIn !== undefined) assertSameOrigin(deps, request, true)
      return caller
    },
  }
}
