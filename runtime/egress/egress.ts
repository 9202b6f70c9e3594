// The one door out: what a node may ask of the network. Addresses are judged by number after the name was looked up, and the
// connection goes to the very numbers that were judged. Never follows anything, never trusts a name.
import { lookup as systemLookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { LookupAddress } from 'node:dns'
import { FatalError } from '../../nodes/contract/errors.ts'
import { hostsIn, plainHost, portOf } from '../../nodes/contract/hosts.ts'
import { isOwnNetwork, isRefused, isRefusedName } from './address-guard.ts'

export type LookUp = (host: string) => Promise<LookupAddress[]>

export interface EgressOptions {
  /** Whether the owner named this host: in a connection, in a flow, or by hand. Absent: own networks are open, as tests need. */
  isApproved?: (host: string, port: number) => Promise<boolean>
  lookup?: LookUp
  nowMs?: () => number
}

export interface Egress {
  /** An http(s) address that may be tried. Throws FatalError HTTP_REFUSED_BY_GUARD. */
  checkUrl(text: string): URL
  /** The addresses to connect to, and no others. Throws FatalError HTTP_REFUSED_BY_GUARD, HTTP_HOST_NOT_APPROVED, or the lookup's own error. */
  checkAddress(host: string, port: number): Promise<LookupAddress[]>
  /** Before each request on a connection that may be an old one: an approval that was withdrawn ends it within half a minute. */
  checkAgain(url: URL): Promise<void>
  /** Whatever hosts a signed-in owner has just typed, for a minute: a connection is tried before it is saved. */
  trust(typed: unknown): void
}

const trustedForMs = 60_000
const mostTrusted = 1000
/** Asking costs a look at all flows, so a host is not asked for at every request. */
const checkedForMs = 30_000

export function createEgress({
  isApproved,
  lookup = (host) => systemLookup(host, { all: true }),
  nowMs = Date.now,
}: EgressOptions = {}): Egress {
  const trusted = new Map<string, number>()
  /** Hosts of own networks, by when somebody's approval was last seen. */
  const checkedAt = new Map<string, number>()
  const isTrusted = (host: string, port: number): boolean =>
    [host, `${host}:${port}`].some((key) => (trusted.get(key) ?? -Infinity) > nowMs())
  const checkApproval = async (host: string, port: number): Promise<void> => {
    if (!isApproved) return
    if (!isTrusted(host, port) && !(await isApproved(host, port))) {
      throw new FatalError(
        'HTTP_HOST_NOT_APPROVED',
        `"${host.replace(/^\[|\]$/g, '')}" (port ${port}) lies in your own network, and nobody has approved it. Use it in a connection or a flow, or approve the host.`,
      )
    }
    if (checkedAt.size > mostTrusted) checkedAt.clear()
    checkedAt.set(`${host}:${port}`, nowMs())
  }
  return {
    checkUrl,
    checkAddress: async (name, port) => {
      const host = plainHost(name)
      if (host === undefined) throw refusal(`"${name.slice(0, 100)}" is not the name of a host`)
      const bare = host.replace(/^\[|\]$/g, '')
      if (isRefusedName(bare)) throw refusal(`"${bare}" is a cloud's metadata service`)
      const addresses = isIP(bare) === 0 ? await lookup(bare) : [{ address: bare, family: isIP(bare) }]
      const bad = addresses.find(({ address }) => isRefused(address))
      if (bad)
        throw refusal(
          bad.address === bare
            ? `${bare} is a link-local or metadata address`
            : `"${bare}" leads to ${bad.address}, a link-local or metadata address`,
        )
      if (addresses.some(({ address }) => isOwnNetwork(address))) await checkApproval(host, port)
      return addresses
    },
    checkAgain: async (url) => {
      const port = portOf(url)
      const atMs = checkedAt.get(`${url.hostname}:${port}`)
      if (atMs !== undefined && Math.abs(nowMs() - atMs) > checkedForMs) await checkApproval(url.hostname, port)
    },
    trust: (typed) => {
      for (const [key, untilMs] of trusted) if (untilMs <= nowMs() || trusted.size > mostTrusted) trusted.delete(key)
      for (const key of hostsIn(typed)) trusted.set(key, nowMs() + trustedForMs)
    },
  }
}

function checkUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    throw refusal('Only addresses that begin with http:// or https:// can be reached')
  if (url.username !== '' || url.password !== '')
    throw refusal(
      `The address of ${url.host} holds a user name or a password; a connection has fields of their own for them`,
    )
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isRefusedName(host)) throw refusal(`"${host}" is a cloud's metadata service`)
  if (isRefused(host)) throw refusal(`${host} is a link-local or metadata address`)
  return url
}

function refusal(what: string): FatalError {
  return new FatalError('HTTP_REFUSED_BY_GUARD', `${what}; nothing in a flow may reach it.`)
}
