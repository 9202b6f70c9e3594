// Where a request comes from and which name it was sent to: pure questions about headers. Never trusts a header that a
// page elsewhere could set: browsers write Origin, Sec-Fetch-Site and Host themselves.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

export type Origin = 'same' | 'foreign' | 'unknown'

export interface OriginContext {
  isSecure: boolean
  publicUrl: string
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}

/** Whether the page that sent a request was served by this server. `unknown` without a sign of either: not a browser. */
export function readOrigin(headers: IncomingHttpHeaders, context: OriginContext): Origin {
  const site = headers['sec-fetch-site']
  if (typeof site === 'string') return site === 'same-origin' || site === 'none' ? 'same' : 'foreign'
  if (headers.origin === undefined) return 'unknown'
  const own = [
    `${context.isSecure ? 'https' : 'http'}://${headers.host ?? ''}`.toLowerCase(),
    originOf(context.publicUrl),
  ]
  return own.includes(headers.origin.toLowerCase()) ? 'same' : 'foreign'
}

/** True for names and addresses that never leave this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^::ffff:/, '')
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

function hostName(host: string): string | undefined {
  return URL.canParse(`http://${host}`) && !/[/?#@\\]/.test(host) ? new URL(`http://${host}`).hostname : undefined
}

/**
 * False when a request that arrived over loopback was sent to a name that is not this machine's: a page elsewhere has
 * pointed its own name here (DNS rebinding) to pass for us.
 */
export function isHostKnown(
  request: Pick<IncomingMessage, 'headers'>,
  localAddress: string | undefined,
  publicUrl: string,
): boolean {
  if (!isLoopbackHost(localAddress ?? '')) return true
  const name = hostName(request.headers.host ?? '')
  if (name === undefined) return false
  return isLoopbackHost(name) || (URL.canParse(publicUrl) && new URL(publicUrl).hostname === name)
}
