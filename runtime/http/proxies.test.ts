import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createProxyTrust, isForwardedSecure } from './proxies.ts'

const from = (remoteAddress: string, proto?: string) =>
  ({ socket: { remoteAddress }, headers: proto === undefined ? {} : { 'x-forwarded-proto': proto } }) as IncomingMessage

describe('trusted proxies', () => {
  it('are those on this machine and those the owner names', () => {
    const alone = createProxyTrust()
    const named = createProxyTrust(['172.18.0.2', '10.0.0.0/8', 'fd00::/8'])
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) expect(alone(address)).toBe(true)
    for (const address of ['172.18.0.2', '::ffff:172.18.0.2', '10.200.3.4', 'fd12::1']) {
      expect(alone(address)).toBe(false)
      expect(named(address)).toBe(true)
    }
    for (const address of ['172.18.0.3', '11.0.0.1', 'fe80::1', 'unknown', '', undefined])
      expect(named(address)).toBe(false)
  })

  it('say whether the browser came over https, and nobody else does', () => {
    const trust = createProxyTrust(['172.18.0.2'])
    expect(isForwardedSecure(from('172.18.0.2', 'https'), trust)).toBe(true)
    expect(isForwardedSecure(from('172.18.0.2', 'HTTPS, http'), trust)).toBe(true)
    expect(isForwardedSecure(from('172.18.0.2', 'http'), trust)).toBe(false)
    expect(isForwardedSecure(from('172.18.0.2'), trust)).toBe(false)
    expect(isForwardedSecure(from('172.18.0.3', 'https'), trust)).toBe(false)
  })
})
