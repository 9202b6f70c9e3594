// Which addresses the runtime may talk to. Link-local and cloud-metadata addresses are refused by number, so that no name
// can lead there; loopback and private networks are where people's own servers live, and are allowed.
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const refused = new BlockList()
refused.addSubnet('169.254.0.0', 16, 'ipv4')
refused.addSubnet('fe80::', 10, 'ipv6')
refused.addAddress('fd00:ec2::254', 'ipv6')
refused.addAddress('fd20:ce::254', 'ipv6')
refused.addAddress('100.100.100.200', 'ipv4')
refused.addAddress('168.63.129.16', 'ipv4')
refused.addSubnet('0.0.0.0', 8, 'ipv4')
refused.addAddress('::', 'ipv6')
refused.addSubnet('224.0.0.0', 4, 'ipv4')
refused.addSubnet('ff00::', 8, 'ipv6')

/** Thrown inside a connect; http.ts turns it into HTTP_REFUSED_BY_GUARD. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError'
}

/** True for an address that nothing in a flow may reach. */
export function isRefused(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  // BlockList sees ::ffff:a.b.c.d as the IPv4 address it is.
  return refused.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * A `lookup` for net.connect: resolves, checks, and hands over exactly the addresses it checked, so that a name cannot
 * change its mind between check and connect.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  const wanted: LookupOptions = { ...options, all: true }
  resolve(hostname, wanted, (error, found) => {
    if (error) return callback(error, '', 0)
    const addresses = found as unknown as LookupAddress[]
    const bad = addresses.find(({ address }) => isRefused(address))
    if (bad) return callback(new RefusedAddressError(`"${hostname}" leads to ${bad.address}`), '', 0)
    const [first] = addresses
    if (options.all) return callback(null, addresses)
    callback(null, first?.address ?? '', first?.family ?? 4)
  })
}
