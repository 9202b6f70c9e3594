import { describe, expect, it } from 'vitest'
import { assertSafeBinding } from './binding.ts'
import { isHostKnown, isLoopbackHost, readOrigin } from './same-origin.ts'

const local = { isSecure: false, publicUrl: 'http://127.0.0.1:1890' }

describe('readOrigin', () => {
  it.each([
    [{ host: 'localhost:1890', origin: 'http://localhost:1890' }, 'same'],
    [{ host: 'LOCALHOST:1890', origin: 'http://localhost:1890' }, 'same'],
    [{ host: 'inner:80', origin: 'http://127.0.0.1:1890' }, 'same'],
    [{ host: 'localhost:1890', origin: 'https://localhost:1890' }, 'foreign'],
    [{ host: 'localhost:1890', origin: 'http://localhost:5173' }, 'foreign'],
    [{ host: 'localhost:1890', origin: 'null' }, 'foreign'],
    [{ host: 'localhost:1890', origin: '' }, 'foreign'],
    [{ host: 'localhost:1890' }, 'unknown'],
    [{ host: 'localhost:1890', referer: 'http://localhost:1890/' }, 'unknown'],
    [{ host: 'localhost:1890', 'sec-fetch-site': 'same-origin' }, 'same'],
    [{ host: 'localhost:1890', 'sec-fetch-site': 'none' }, 'same'],
    [{ host: 'localhost:1890', 'sec-fetch-site': 'same-site' }, 'foreign'],
    [{ host: 'localhost:1890', 'sec-fetch-site': 'cross-site', origin: 'http://localhost:1890' }, 'foreign'],
  ] as const)('calls %j %s', (headers, verdict) => {
    expect(readOrigin(headers, local)).toBe(verdict)
  })

  it('knows https where the request came over it', () => {
    const headers = { host: 'heed.example', origin: 'https://heed.example' }
    expect(readOrigin(headers, { ...local, isSecure: true })).toBe('same')
    expect(readOrigin(headers, local)).toBe('foreign')
    expect(readOrigin(headers, { isSecure: false, publicUrl: 'https://heed.example/' })).toBe('same')
  })
})

describe('isHostKnown', () => {
  it('asks for a name of this machine only over loopback', () => {
    const ask = (host: string | undefined, address: string, publicUrl = local.publicUrl) =>
      isHostKnown({ headers: { host } }, address, publicUrl)
    expect(ask('evil.example', '127.0.0.1')).toBe(false)
    expect(ask('evil.example', '::ffff:127.0.0.1')).toBe(false)
    expect(ask('evil.example', '::1')).toBe(false)
    expect(ask(undefined, '127.0.0.1')).toBe(false)
    expect(ask('', '127.0.0.1')).toBe(false)
    expect(ask('localhost:9', '127.0.0.1')).toBe(true)
    expect(ask('heed.example', '192.168.1.5')).toBe(true)
    // Behind a proxy on this machine that keeps the name.
    expect(ask('heed.example', '127.0.0.1', 'https://heed.example')).toBe(true)
    expect(ask('127.0.0.1@evil.example', '127.0.0.1')).toBe(false)
  })
})

describe('assertSafeBinding', () => {
  it.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1', '[::1]'])(
    'lets a Heed without an owner listen on %s',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true)
      expect(() => assertSafeBinding(host, false)).not.toThrow()
    },
  )

  it.each(['0.0.0.0', '::', '[::]', '192.168.1.5', 'heed.example', '127.evil.example', '1127.0.0.1', ''])(
    'refuses “%s” until there is an owner',
    (host) => {
      expect(() => assertSafeBinding(host, false)).toThrow(/no owner yet \(HEED_TOKEN alone does not make one\)/)
      expect(() => assertSafeBinding(host, true)).not.toThrow()
    },
  )
})
