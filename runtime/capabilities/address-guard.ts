// Which addresses the runtime may talk to, by number, so that no name can lead elsewhere. Link-local and cloud-metadata
// addresses are refused always; loopback and private networks are where people's own servers live: egress.ts asks who said so.
import type { LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const refused = new BlockList()
refused.addSubnet('169.254.0.0', 16, 'ipv4') // link-local, metadata of most clouds
refused.addSubnet('0.0.0.0', 8, 'ipv4')
refused.addAddress('100.100.100.200', 'ipv4') // Alibaba's metadata
refused.addAddress('192.0.0.192', 'ipv4') // Oracle's metadata
refused.addAddress('168.63.129.16', 'ipv4') // Azure's host
refused.addSubnet('224.0.0.0', 4, 'ipv4')
refused.addAddress('255.255.255.255', 'ipv4')
refused.addSubnet('fe80::', 10, 'ipv6')
refused.addAddress('fd00:ec2::254', 'ipv6') // Amazon's metadata
refused.addAddress('fd20:ce::254', 'ipv6') // Google's metadata
refused.addAddress('::', 'ipv6')
refused.addSubnet('ff00::', 8, 'ipv6')

const own = new BlockList()
for (const [net, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['192.0.0.0', 24],
  ['198.18.0.0', 15],
  ['240.0.0.0', 4],
] as const)
  own.addSubnet(net, bits, 'ipv4')
own.addAddress('::1', 'ipv6')
own.addSubnet('fc00::', 7, 'ipv6')
own.addSubnet('fec0::', 10, 'ipv6')

const refusedNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

/** The address itself, and the IPv4 address that some IPv6 ones carry along (mapped, compatible, NAT64, 6to4). */
function readings(address: string): { address: string; family: 'ipv4' | 'ipv6' }[] {
  const bare = address.replace(/%.*$/, '')
  if (isIP(bare) !== 6) return [{ address: bare, family: 'ipv4' }]
  const groups = groupsOf(bare)
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0)
  const v4 = (at: number): string =>
    [groups[at], groups[at + 1]].flatMap((group = 0) => [group >> 8, group & 255]).join('.')
  const carried: string[] = []
  if (isZero(0, 6) && !isZero(6, 7)) carried.push(v4(6))
  if (isZero(0, 5) && groups[5] === 0xffff) carried.push(v4(6))
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) carried.push(v4(6))
  if (groups[0] === 0x64 && groups[1] === 0xff9b) carried.push(v4(6))
  if (groups[0] === 0x2002) carried.push(v4(1))
  return [
    { address: bare, family: 'ipv6' as const },
    ...carried.map((each) => ({ address: each, family: 'ipv4' as const })),
  ]
}

function groupsOf(address: string): number[] {
  // A URL writes every form of an IPv6 address the same way, the dotted one too.
  const [left = '', right] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const read = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const head = read(left),
    tail = right === undefined ? [] : read(right)
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

/** True for an address that nothing in a flow may reach. */
export function isRefused(address: string): boolean {
  return (
    isIP(address.replace(/%.*$/, '')) !== 0 &&
    readings(address).some((each) => refused.check(each.address, each.family))
  )
}

/** True for this machine and for networks that are not the internet: to be reached only where somebody approved it. */
export function isOwnNetwork(address: string): boolean {
  return (
    isIP(address.replace(/%.*$/, '')) !== 0 && readings(address).some((each) => own.check(each.address, each.family))
  )
}

/** True for names that clouds give to what hands out a machine's keys. */
export function isRefusedName(host: string): boolean {
  return refusedNames.has(host.toLowerCase().replace(/(?<!\.)\.+$/, ''))
}

/** Why nothing in a flow may reach this host, judged by how it is written; undefined when nothing is known against it. */
export function refusalOf(host: string): string | undefined {
  const bare = host.replace(/^\[|\]$/g, '').replace(/(?<!\.)\.+$/, '')
  if (isRefusedName(bare)) return `"${bare}" is a cloud's metadata service`
  return isRefused(bare) ? `${bare} is a link-local or metadata address` : undefined
}

/** A `lookup` for net.connect that hands over exactly these addresses and asks nobody. */
export function pinnedLookup(addresses: readonly LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses
    if (options.all) return callback(null, [...addresses])
    callback(null, first?.address ?? '', first?.family ?? 4)
  }
}
