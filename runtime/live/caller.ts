// Who is asking, as the gate found out, and the id of the request. Never read from anything a client sent.
import type { Response } from 'express'
import { AuthError } from '../../nodes/contract/errors.ts'

export interface Caller {
  by: 'owner' | 'token'
  /** Hash of the sign-in's token, where a cookie was the credential. */
  signIn?: string
  /** Id of the token, where it is one that the owner made; not of HEED_TOKEN. */
  token?: string
}

/** The caller that the gate let in; undefined on public routes. */
export function callerOf(response: Response): Caller | undefined {
  return response.locals.caller as Caller | undefined
}

export function setCaller(response: Response, caller: Caller): void {
  response.locals.caller = caller
}

/**
 * Refuses a token that the owner made for a script: what leaks must neither stay nor run programs here. HEED_TOKEN is the owner's own.
 * Throws AuthError AUTH_OWNER_ONLY (403).
 */
export function assertOwner(caller: Caller | undefined): void {
  if (caller?.token !== undefined)
    throw new AuthError('AUTH_OWNER_ONLY', 'A token made under System may not do this. Sign in as the owner.', {
      details: { status: 403 },
    })
}
