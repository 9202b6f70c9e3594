import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FatalError } from '../../nodes/contract/errors.ts'
import { startHostilePeer, type HostileWay } from '../../test/support/hostile-peer.ts'
import { startVanishedMachine } from '../../test/support/vanished-machine.ts'
import { isRefused } from './address-guard.ts'
import { createHttp } from './http.ts'

const http = createHttp({ connectTimeoutMs: 1000 })
const never = new AbortController().signal
const connections = new Set<unknown>()
let server: Server
/** How many were being sent when their reader went away. */
let left = 0
let url = ''
/** Three words, a twentieth of a second apart, then nothing more. */
function drip(response: ServerResponse): void {
  let words = 0
  const timer = setInterval(() => {
    if (words++ < 3) response.write('word')
  }, 50)
  response.on('close', () => {
    left += 1
    clearInterval(timer)
  })
}

const logins: (string | undefined)[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    connections.add(request.socket)
    if (request.url === '/hang') return
    if (request.url === '/close') return void request.socket.destroy()
    if (request.url === '/drip') return void drip(response)
    if (request.url === '/half') return void response.write('half', () => setTimeout(() => response.destroy(), 30))
    if (request.url === '/redirect') return void response.writeHead(302, { location: '/large' }).end()
    if (request.url === '/login') {
      logins.push(request.headers.authorization)
      return void response.end(`you said ${request.headers.authorization ?? 'nothing'}`)
    }
    if (request.url === '/large') return void response.end('x'.repeat(100_000))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => response.writeHead(201, { 'x-seen': request.method ?? '' }).end(Buffer.concat(chunks)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await http.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function read(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const piece of pieces) text += Buffer.from(piece).toString()
  return text
}

describe('an answer that is read while it comes', () => {
  const limits = { timeoutMs: 5000, idleMs: 5000, longestMs: 5000 }

  it('is there from its first piece on, and closed when it is left', async () => {
    left = 0
    const { status, pieces } = await http.open({ method: 'GET', url: `${url}/drip`, ...limits }, never)
    expect(status).toBe(200)
    for await (const piece of pieces) {
      expect(Buffer.from(piece).toString()).toBe('word')
      break
    }
    await expect.poll(() => left).toBe(1)
  })

  it('is read to its end, or to the size that was asked for', async () => {
    expect(
      await read((await http.open({ method: 'POST', url: `${url}/echo`, body: 'hello', ...limits }, never)).pieces),
    ).toBe('hello')
    expect(
      await read((await http.open({ method: 'GET', url: `${url}/large`, maxBytes: 1000, ...limits }, never)).pieces),
    ).toHaveLength(1000)
  })

  it('ends in words when it stands still, takes too long, breaks off, or is not wanted any more', async () => {
    const open = async (path: string, more: Partial<typeof limits> = {}, signal = never): Promise<string> =>
      await read((await http.open({ method: 'GET', url: url + path, ...limits, ...more }, signal)).pieces)
    await expect(open('/drip', { idleMs: 200 })).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' })
    await expect(open('/drip', { longestMs: 300 })).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' })
    await expect(open('/hang', { timeoutMs: 100 })).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' })
    await expect(open('/half')).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' })
    const control = new AbortController()
    const reading = open('/drip', {}, control.signal)
    setTimeout(() => control.abort(), 120)
    left = 0
    await expect(reading).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    await expect.poll(() => left).toBe(1)
  })

  it('goes through the same guard', async () => {
    await expect(http.open({ method: 'GET', url: 'http://169.254.169.254/', ...limits }, never)).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
  })
})

describe('http', () => {
  it('sends one request and keeps connections for the next', async () => {
    connections.clear()
    for (let n = 0; n < 20; n++) {
      const response = await http.request({ method: 'POST', url: `${url}/echo`, body: `hello ${n}` }, never)
      expect(response).toMatchObject({ status: 201, text: `hello ${n}`, headers: { 'x-seen': 'POST' } })
    }
    // The pool may open a second one before the first is known to be free again.
    expect(connections.size).toBeLessThanOrEqual(2)
  })

  it('reaches a server by its name', async () => {
    expect(
      await http.request({ method: 'GET', url: `${url.replace('127.0.0.1', 'localhost')}/echo` }, never),
    ).toMatchObject({ status: 201 })
  })

  it('follows no redirect and cuts large answers off', async () => {
    expect(await http.request({ method: 'GET', url: `${url}/redirect` }, never)).toMatchObject({
      status: 302,
      headers: { location: '/large' },
    })
    expect((await http.request({ method: 'GET', url: `${url}/large`, maxBytes: 1000 }, never)).text).toHaveLength(1000)
  })

  it('gives up after the time it was given, and at once when it is stopped', async () => {
    await expect(http.request({ method: 'GET', url: `${url}/hang`, timeoutMs: 100 }, never)).rejects.toMatchObject({
      code: 'HTTP_TIMEOUT',
    })
    const control = new AbortController()
    const waiting = http.request({ method: 'GET', url: `${url}/hang` }, control.signal)
    control.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })

  it('sends no header that cannot be one, and tries it no second time', async () => {
    for (const token of ['ключ', 'a\r\nx-more: 1', 'a\0b', '“quoted”']) {
      const headers = { authorization: `Bearer ${token}` }
      const sent = http.request({ method: 'POST', url, headers }, never)
      await expect(sent).rejects.toMatchObject({ code: 'HTTP_HEADER_WRONG' })
      await expect(sent).rejects.toBeInstanceOf(FatalError)
      await expect(sent).rejects.not.toThrow(token)
    }
    const fine = await http.request({ method: 'POST', url, headers: { 'x-name': 'Müller\tß' } }, never)
    expect(fine.status).toBe(201)
  })

  it('names a server that closes without an answer', async () => {
    await expect(http.request({ method: 'GET', url: `${url}/close` }, never)).rejects.toMatchObject({
      code: 'HTTP_UNREACHABLE',
      message: expect.stringContaining('closed the connection') as string,
    })
  })

  it.each([
    ['ana:ge#he/im', 'ana:ge#he/im'],
    ['ana:1 2?3@4', 'ana:1 2?3@4'],
    ['ana:50%25 %', 'ana:50% %'],
    ['ana', 'ana:'],
  ])('signs in with the login "%s" of an address where it may', async (login, meant) => {
    const request = { method: 'POST' as const, url: url.replace('//', `//${login}@`) + '/login', body: '' }
    await expect(http.request(request, never)).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
    const signing = createHttp({ takesLogins: true })
    try {
      const { text } = await signing.request(request, never)
      await signing.request({ ...request, headers: { Authorization: 'Bearer x' } }, never)
      const basic = `Basic ${Buffer.from(meant).toString('base64')}`
      expect(logins.slice(-2)).toEqual([basic, 'Bearer x'])
      // What it repeats is not shown.
      expect(text).toBe('you said ***')
    } finally {
      await signing.close()
    }
  })

  it('says in words that a server does not encrypt, or breaks off before it does', async () => {
    const ask = async (way: HostileWay): Promise<unknown> => {
      const peer = await startHostilePeer(way)
      const url = `https://127.0.0.1:${peer.port}/`
      const error: unknown = await http.request({ method: 'GET', url }, never).catch((thrown: unknown) => thrown)
      await peer.close()
      return error
    }
    expect(await ask({ onData: (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n') })).toMatchObject({
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ does not speak https there\./) as string,
    })
    // An alert: handshake failure.
    expect(await ask({ onData: (socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40])) })).toMatchObject({
      message: expect.stringMatching(/ended the encrypted connection before it began\.$/) as string,
    })
    expect(await ask({ onData: (socket) => socket.resetAndDestroy() })).toMatchObject({ code: 'HTTP_UNREACHABLE' })
  })

  it('shows no key that a server makes a host or the name of a header of', async () => {
    const token = 'tk_SecretSecret123456'
    const head = `HTTP/1.1 307 Moved\r\nX-${token}: a\r\nContent-Length: 0\r\nLocation: http://`
    for (const place of [`${token}.invalid/`, `127.0.0.1:1/${token}`, `[${token}/`]) {
      const peer = await startHostilePeer({ onData: (socket) => socket.end(`${head}${place}\r\n\r\n`) })
      const request = {
        method: 'POST' as const,
        url: `http://127.0.0.1:${peer.port}/`,
        headers: { authorization: token },
      }
      const seen = await Promise.all([
        http.request(request, never).then(({ headers }) => JSON.stringify(headers)),
        http.request({ ...request, followsMoves: true }, never).catch((thrown: Error) => thrown.message),
      ])
      await peer.close()
      for (const each of seen) expect(String(each).toLowerCase()).not.toContain('secretsecret')
    }
  })

  it('names a port where nobody listens and a host that does not exist', async () => {
    await expect(http.request({ method: 'GET', url: 'http://127.0.0.1:9' }, never)).rejects.toMatchObject({
      code: 'HTTP_UNREACHABLE',
      message: expect.stringContaining('refused the connection') as string,
    })
    await expect(http.request({ method: 'GET', url: 'http://nobody.invalid' }, never)).rejects.toMatchObject({
      code: 'HTTP_UNREACHABLE',
    })
  })

  it('tells whether a machine is there at all: one that refuses is, one that vanished is not', async () => {
    const vanished = await startVanishedMachine()
    expect(await http.isThere(url, never)).toBe(true)
    expect(await http.isThere('http://127.0.0.1:9', never)).toBe(true)
    expect(await http.isThere('http://nobody.invalid', never)).toBe(false)
    expect(await http.isThere(`http://127.0.0.1:${vanished.port}`, never)).toBe(false)
    vanished.stop()
    await expect(http.isThere('http://169.254.169.254/', never)).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'ftp://example.org',
    'file:///etc/passwd',
    'not an address',
  ])('refuses %s', async (target) => {
    await expect(http.request({ method: 'GET', url: target, timeoutMs: 500 }, never)).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
  })
})

it.each([
  ['169.254.1.1', true],
  ['fe80::abcd', true],
  ['::ffff:169.254.169.254', true],
  ['fd00:ec2::254', true],
  ['127.0.0.1', false],
  ['::1', false],
  ['192.168.1.20', false],
  ['10.0.0.5', false],
  ['93.184.216.34', false],
])('the guard says of %s: refused is %s', (address, expected) => {
  expect(isRefused(address)).toBe(expected)
})
