// The tricks of the trade, tried on the one door out.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hostsIn, namedHosts, plainHost } from '../../nodes/contract/hosts.ts'
import { isOwnNetwork, isRefused } from './address-guard.ts'
import { createEgress, type LookUp } from './egress.ts'
import { createHttp } from './http.ts'

const never = new AbortController().signal
const none = async (): Promise<boolean> => false
const answers =
  (...addresses: string[]): LookUp =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

let server: Server
let port = 0
let asked: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.headers.host ?? ''}${request.url ?? ''}`)
    if (request.url === '/redirect')
      response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
    else response.end('inside')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

describe('the addresses that nothing may reach', () => {
  it.each([
    '169.254.169.254',
    '169.254.0.1',
    '100.100.100.200',
    '192.0.0.192',
    '168.63.129.16',
    '0.0.0.0',
    '0.1.2.3',
    '224.0.0.1',
    '255.255.255.255',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'fd00:ec2::254',
    'fd20:ce::254',
    '::',
    'ff02::1',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '::ffff:0:a9fe:a9fe',
  ])('%s', (address) => {
    expect(isRefused(address)).toBe(true)
  })

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.0.1',
    '100.64.0.1',
    '::1',
    'fd12:3456::1',
    '::ffff:127.0.0.1',
    '::ffff:c0a8:1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
  ])('%s is of an own network, and not refused', (address) => {
    expect([isRefused(address), isOwnNetwork(address)]).toEqual([false, true])
  })

  it.each(['93.184.216.34', '172.32.0.1', '2606:2800:220:1::1', '::ffff:93.184.216.34', '11.0.0.1'])(
    '%s is of the internet',
    (address) => {
      expect([isRefused(address), isOwnNetwork(address)]).toEqual([false, false])
    },
  )
})

describe('the door out', () => {
  const http = createHttp({ egress: createEgress({ isApproved: none }) })
  afterAll(() => http.close())
  const ask = (url: string) => http.request({ method: 'GET', url, timeoutMs: 3000 }, never)

  it.each([
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://[::ffff:a9fe:a9fe]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://[fd00:ec2::254]/',
    'http://１６９.254.169.254/',
    'http://169。254。169。254/',
    'http://①⑥⑨.254.169.254/',
    'http://169.254.169.254./',
    'http://metadata.google.internal/',
    'http://METADATA.google.internal./',
    'http://ｍetadata/',
    'http://0/',
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'ftp://example.org/',
    'gopher://127.0.0.1:6379/_FLUSHALL',
    'data:text/plain,x',
    'javascript:alert(1)',
    'unix:/var/run/docker.sock',
    'http://user:password@example.org/',
    'http://example.org@169.254.169.254/',
    'http://',
    'not an address',
    '//example.org/',
    '',
  ])('refuses %s without a look at the network', async (url) => {
    await expect(ask(url)).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  })

  it.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '127.1'])(
    'does not reach %s unless somebody approved it',
    async (host) => {
      asked = []
      await expect(ask(`http://${host}:${port}/`)).rejects.toMatchObject({
        code: 'HTTP_HOST_NOT_APPROVED',
        message: expect.stringContaining('nobody has approved it') as string,
      })
      expect(asked).toEqual([])
    },
  )

  it('reaches an approved host at its port and no other', async () => {
    const own = createHttp({
      egress: createEgress({ isApproved: async (host, at) => `${host}:${at}` === `127.0.0.1:${port}` }),
    })
    expect((await own.request({ method: 'GET', url: `http://127.0.0.1:${port}/` }, never)).text).toBe('inside')
    expect((await own.request({ method: 'GET', url: `http://2130706433:${port}/` }, never)).text).toBe('inside')
    await expect(own.request({ method: 'GET', url: 'http://127.0.0.1:5432/' }, never)).rejects.toMatchObject({
      code: 'HTTP_HOST_NOT_APPROVED',
    })
    await own.close()
  })

  it('follows no redirect, to metadata or anywhere', async () => {
    const own = createHttp({ egress: createEgress({ isApproved: async () => true }) })
    asked = []
    expect(await own.request({ method: 'GET', url: `http://127.0.0.1:${port}/redirect` }, never)).toMatchObject({
      status: 307,
      text: '',
    })
    await expect(
      own.request({ method: 'GET', url: 'http://169.254.169.254/latest/meta-data/' }, never),
    ).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
    expect(asked).toEqual([`127.0.0.1:${port}/redirect`])
    await own.close()
  })

  it('refuses a name that leads to a forbidden address, even beside a good one', async () => {
    for (const found of [['169.254.169.254'], ['93.184.216.34', 'fe80::1'], ['::ffff:a9fe:a9fe']]) {
      const own = createHttp({ egress: createEgress({ isApproved: async () => true, lookup: answers(...found) }) })
      await expect(own.request({ method: 'GET', url: 'http://friendly.example/' }, never)).rejects.toMatchObject({
        code: 'HTTP_REFUSED_BY_GUARD',
        message: expect.stringContaining('friendly.example') as string,
      })
      await own.close()
    }
  })

  it('asks for approval when a name of the internet turns out to lie at home', async () => {
    const own = createHttp({
      egress: createEgress({ isApproved: none, lookup: answers('93.184.216.34', '127.0.0.1') }),
    })
    await expect(own.request({ method: 'GET', url: `http://rebind.example:${port}/` }, never)).rejects.toMatchObject({
      code: 'HTTP_HOST_NOT_APPROVED',
    })
    await own.close()
  })

  it('connects to the very address it has checked: a name that changes its mind in between changes nothing', async () => {
    const seen: string[] = []
    const lookup: LookUp = async (host) => {
      seen.push(host)
      return [{ address: seen.length === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }]
    }
    const own = createHttp({ egress: createEgress({ isApproved: async (host) => host === 'rebind.example', lookup }) })
    expect((await own.request({ method: 'GET', url: `http://rebind.example:${port}/` }, never)).text).toBe('inside')
    expect(seen).toEqual(['rebind.example'])
    await own.close()
  })

  it('asks again for a connection that stays open, so that a withdrawn approval ends it', async () => {
    let nowMs = 0
    let isWanted = true
    const http = createHttp({
      connectionsPerHost: 1,
      egress: createEgress({ isApproved: async () => isWanted, nowMs: () => nowMs }),
    })
    const ask = (): Promise<unknown> => http.request({ method: 'GET', url: `http://127.0.0.1:${port}/` }, never)
    await expect(ask()).resolves.toMatchObject({ status: 200 })
    isWanted = false
    await expect(ask()).resolves.toMatchObject({ status: 200 })
    nowMs = 31_000
    asked = []
    await expect(ask()).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
    expect(asked).toEqual([])
    await http.close()
  })

  it('trusts what the owner has just typed, for a minute', async () => {
    let now = 0
    const egress = createEgress({ isApproved: none, nowMs: () => now })
    egress.trust({ config: { url: 'http://user:secret@192.168.1.20:8000/v1', nested: [{ host: 'nas', port: 25 }] } })
    expect(await egress.checkAddress('192.168.1.20', 8000)).toHaveLength(1)
    await expect(egress.checkAddress('192.168.1.20', 22)).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
    now = 61_000
    await expect(egress.checkAddress('192.168.1.20', 8000)).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
    await expect(egress.checkAddress('no host/at all', 80)).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  })
})

describe('hosts in a document', () => {
  it('are found with their ports, whatever stands around them', () => {
    expect(
      hostsIn({
        nodes: [
          { config: { url: 'rtsp://***@10.0.0.7/stream', text: 'see (https://example.org/a) or http://0x7f.1:8080.' } },
        ],
        smtp: { host: 'Mail.Local', port: 465 },
        ntfy: { host: '[fd00::1]' },
      }).sort(),
    ).toEqual(['10.0.0.7:554', '127.0.0.1:8080', '[fd00::1]', 'example.org:443', 'mail.local:465'])
    expect(hostsIn(['http://{{fields.host}}/', 'plain words', 'a: b', 7, null, 'http://a b/'])).toEqual(['a:80'])
  })

  it('are found where an address is written as only a URL parser reads it', () => {
    expect(hostsIn(['http:///x', 'http:y', ' https:\\\\z:8443/a', 'ht\ntp://ex\tample.org'])).toEqual(
      expect.arrayContaining(['x:80', 'y:80', 'z:8443', 'example.org:80']),
    )
  })

  it('are found however deep they stand, and behind an address of any length', () => {
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => ({ in: inner }), 'http://below')
    expect(hostsIn(deep)).toEqual(['below:80'])
    expect(hostsIn(`http:far/${'x'.repeat(10_000)}`)).toEqual(['far:80'])
    expect(hostsIn(`${'a'.repeat(100)}http://behind`)).toEqual(['behind:80'])
  })

  // Each took minutes while a run of letters was read anew from each of them.
  it.each(['a', 'a+', 'a.', 'a:', '://', 'a@', '[', 'http:'])(
    'are looked for in a long text of "%s" in one go',
    (part) => {
      expect(hostsIn(part.repeat(400_000 / part.length)).length).toBeLessThan(3)
    },
  )

  it('are named with their place', () => {
    expect(namedHosts({ url: 'http://a', deep: [{ to: 'see http://b:1' }], mail: { host: 'c', port: 25 } })).toEqual([
      { host: 'a:80', field: 'url' },
      { host: 'b:1', field: 'deep.0.to' },
      { host: 'c:25', field: 'mail.host' },
    ])
  })

  it.each([
    ['LOCALHOST', 'localhost'],
    ['fd00::1', '[fd00::1]'],
    ['127.1', '127.0.0.1'],
    ['nas.', 'nas'],
    ['a/b', undefined],
    ['a:80:90', undefined],
    ['', undefined],
    ['user@host', undefined],
  ])('"%s" is %s', (typed, host) => {
    expect(plainHost(typed)).toBe(host)
  })
})
