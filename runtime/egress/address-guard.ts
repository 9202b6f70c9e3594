// Which addresses the runtime may talk to, by number, so that no name can lead elsewhere. Link-local and cloud-metadata
// addresses are refused always; loopback and private networks are where people's own servers live: egress.ts asks who said so.
import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
type Net = [Address, number]

const refused = netsOf(
  '169.254.0.0/16', // link-local, metadata of most clouds
  '0.0.0.0/8',
  '100.100.100.200/32', // Alibaba's metadata
  '192.0.0.192/32', // Oracle's metadata
  '168.63.129.16/32', // Azure's host
  '224.0.0.0/4',
  '255.255.255.255/32',
  'fe80::/10',
  'fd00:ec2::254/128', // Amazon's metadata
  'fd20:ce::254/128', // Google's metadata
  '::/128',
  'ff00::/8',
)

const own = netsOf(
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
)

function netsOf(...nets: string[]): Net[] {
  return nets.map((net) => ipaddr.parseCIDR(net))
}

function isIn(nets: readonly Net[], address: string): boolean {
  const bare = address.replace(/%.*$/, '')
  if (isIP(bare) === 0) return false
  const all = readings(ipaddr.parse(bare))
  return nets.some(([net, bits]) => all.some((each) => each.kind() === net.kind() && each.match(net, bits)))
}

const refusedNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
])

/** The address itself, and the IPv4 address that some IPv6 ones carry along (mapped, compatible, NAT64, 6to4). */
function readings(address: Address): Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address]
  const groups = address.parts
  const isZero = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0)
  const v4 = (at: number): Address =>
    new ipaddr.IPv4([groups[at], groups[at + 1]].flatMap((group = 0) => [group >> 8, group & 255]))
  const carried: Address[] = []
  if (isZero(0, 6) && !isZero(6, 7)) carried.push(v4(6))
  if (address.isIPv4MappedAddress()) carried.push(v4(6))
  if (isZero(0, 4) && groups[4] === 0xffff && groups[5] === 0) carried.push(v4(6))
  if (groups[0] === 0x64 && groups[1] === 0xff9b) carried.push(v4(6))
  if (groups[0] === 0x2002) carried.push(v4(1))
  return [address, ...carried]
}

/** True for an address that nothing in a flow may reach. */
export function isRefused(address: string): boolean {
  return isIn(refused, address)
}

/** True for this machine and for networks that are not the internet: to be reached only where somebody approved it. */
export function isOwnNetwork(address: string): boolean {
  return isIn(own, address)
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
