// Where a request goes on when its receiver has moved (307, 308): the same method and body, to an address that is judged anew.
// Never takes credentials to another host, and never leaves encryption behind.
import type { HttpRequest } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import type { Egress } from './egress.ts'

const mostHops = 3
const credentials = new Set(['authorization', 'proxy-authorization', 'cookie'])

/** Whether the receiver asks for the very same request elsewhere. */
export function isMove(status: number): boolean {
  return status === 307 || status === 308
}

/** The new address. Throws FatalError HTTP_MOVE_REFUSED, or what the guard says of it. */
export function movedTo(egress: Egress, from: URL, location: string | undefined, hops: number): URL {
  if (hops >= mostHops)
    throw refused(`${from.host} sends on and on: after ${mostHops} new addresses there was still no answer`)
  if (location === undefined || !URL.canParse(location, from))
    throw refused(`${from.host} has moved and does not say where to`)
  const to = egress.checkUrl(new URL(location, from).href)
  if (from.protocol === 'https:' && to.protocol === 'http:')
    throw refused(`${from.host} sends on to ${to.host} without encryption`)
  return to
}

/** The headers for the new address: signature and idempotency key stay, credentials only for the same host and port. */
export function headersFor(headers: HttpRequest['headers'], from: URL, to: URL): Record<string, string> {
  const isSame = from.host === to.host && from.protocol === to.protocol
  return Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => isSame || !credentials.has(name.toLowerCase())),
  )
}

function refused(what: string): FatalError {
  return new FatalError('HTTP_MOVE_REFUSED', `${what}. Enter the address where it is now.`)
}
