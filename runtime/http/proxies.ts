// Which neighbours may say for whom they ask (X-Forwarded-For) and whether that was over https (X-Forwarded-Proto): proxies on
// this machine, and those the owner names. Never believes anybody else.
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** True for an address, as sockets and X-Forwarded-For write it, of a proxy that is believed. */
export type ProxyTrust = (address: string | undefined) => boolean

const onThisMachine = ['127.0.0.0/8', '::1']

/** From addresses and networks such as `172.18.0.2` and `10.0.0.0/8`, which `readConfig` has checked. */
export function createProxyTrust(named: readonly string[] = []): ProxyTrust {
  const list = new BlockList()
  for (const entry of [...onThisMachine, ...named]) {
    const [address = '', bits] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (written) => {
    const address = written?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '') ?? ''
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/** Whether the browser came over https, as far as a believed proxy says so.. */
export function isForwardedSecure(request: IncomingMessage, trust: ProxyTrust): boolean {
  if (!trust(request.socket.remoteAddress)) return false
  const given = request.headers['x-forwarded-proto']
  const said = (typeof given === 'string' ? given : (given?.join(',') ?? '')).split(',')
  return said[0]?.trim().toLowerCase() === 'https'
}
