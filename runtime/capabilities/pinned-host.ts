// For clients that open their own sockets: a host's address, looked up and checked once, so that the name cannot change its
// mind between check and connect. Never connects.
import { isIP } from 'node:net'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { guardedLookup, isRefused, RefusedAddressError } from './address-guard.ts'

/** An IP address of the host. Throws FatalError HTTP_REFUSED_BY_GUARD, RetryableError HTTP_UNREACHABLE. */
export async function pinnedAddress(host: string): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) {
    if (isRefused(bare)) throw refusal(`${bare} is a link-local or metadata address`)
    return bare
  }
  return await new Promise((resolve, reject) => {
    guardedLookup(bare, {}, (error, address) => {
      if (error instanceof RefusedAddressError) reject(refusal(error.message))
      else if (error) reject(new RetryableError('HTTP_UNREACHABLE', `${bare} is not a known host name, or the name service does not answer.`, { cause: error }))
      else resolve(String(address))
    })
  })
}

function refusal(what: string): FatalError {
  return new FatalError('HTTP_REFUSED_BY_GUARD', `${what}; nothing in a flow may reach it.`)
}
