// For clients that open their own sockets: a host's addresses, judged by the one door out, so that the name cannot change its
// mind between check and connect. Never connects.
import type { LookupAddress } from 'node:dns'
import { CodedError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { firstOf } from '../time-limit.ts'
import type { Egress } from './egress.ts'

/** The addresses to connect to, and no others. Throws FatalError HTTP_REFUSED_BY_GUARD or HTTP_HOST_NOT_APPROVED, RetryableError HTTP_UNREACHABLE, StoppedError. */
export async function pinnedAddresses(
  egress: Pick<Egress, 'checkAddress'>,
  host: string,
  port: number,
  signal?: AbortSignal,
): Promise<[LookupAddress, ...LookupAddress[]]> {
  try {
    const [first, ...more] = await unlessStopped(egress.checkAddress(host, port), signal)
    if (first) return [first, ...more]
  } catch (error) {
    if (error instanceof CodedError) throw error
    throw unknown(host, error)
  }
  throw unknown(host)
}

/** A name service may take long to give up, and cannot be told to: its answer is let go of. Throws StoppedError. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(new StoppedError())
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await firstOf([work, stopped.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function unknown(host: string, cause?: unknown): RetryableError {
  return new RetryableError(
    'HTTP_UNREACHABLE',
    `${host} is not a known host name, or the name service does not answer.`,
    { cause },
  )
}
