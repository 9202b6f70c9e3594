// For clients that open their own sockets: a host's addresses, judged by the one door out, so that the name cannot change its
// mind between check and connect. Never connects.
import type { LookupAddress } from 'node:dns'
import { CodedError, RetryableError } from '../../nodes/contract/errors.ts'
import type { Egress } from './egress.ts'

/** The addresses to connect to, and no others. Throws FatalError HTTP_REFUSED_BY_GUARD or HTTP_HOST_NOT_APPROVED, RetryableError HTTP_UNREACHABLE. */
export async function pinnedAddresses(egress: Pick<Egress, 'checkAddress'>, host: string, port: number): Promise<[LookupAddress, ...LookupAddress[]]> {
  try {
    const [first, ...more] = await egress.checkAddress(host, port)
    if (first) return [first, ...more]
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw unknown(host, error)
  }
  throw unknown(host)
}

function unknown(host: string, cause?: unknown): RetryableError {
  return new RetryableError('HTTP_UNREACHABLE', `${host} is not a known host name, or the name service does not answer.`, { cause })
}
