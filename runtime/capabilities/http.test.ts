import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRefused } from './address-guard.ts'
import { createHttp } from './http.ts'

const http = createHttp({ connectTimeoutMs: 1000 })
const never = new AbortController().signal
const connections = new Set<unknown>()
let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    connections.add(request.socket)
    if (request.url === '/hang') return
    if (request.url === '/close') return void request.socket.destroy()
    if (request.url === '/redirect') return void response.writeHead(302, { location: '/large' }).end()
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

describe('http', () => {
  it('sends one request and keeps connections for the next', async () => {
    for (let n = 0; n < 20; n++) {
      const response = await http.request({ method: 'POST', url: `${url}/echo`, body: `hello ${n}` }, never)
      expect(response).toMatchObject({ status: 201, text: `hello ${n}`, headers: { 'x-seen': 'POST' } })
    }
    // The pool may open a second one before the first is known to be free again.
    expect(connections.size).toBeLessThanOrEqual(2)
  })

  it('reaches a server by its name', async () => {
    expect(await http.request({ method: 'GET', url: `${url.replace('127.0.0.1', 'localhost')}/echo` }, never)).toMatchObject({ status: 201 })
  })

  it('follows no redirect and cuts large answers off', async () => {
    expect(await http.request({ method: 'GET', url: `${url}/redirect` }, never)).toMatchObject({ status: 302, headers: { location: '/large' } })
    expect((await http.request({ method: 'GET', url: `${url}/large`, maxBytes: 1000 }, never)).text).toHaveLength(1000)
  })

  it('gives up after the time it was given, and at once when it is stopped', async () => {
    await expect(http.request({ method: 'GET', url: `${url}/hang`, timeoutMs: 100 }, never)).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' })
    const control = new AbortController()
    const waiting = http.request({ method: 'GET', url: `${url}/hang` }, control.signal)
    control.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })

  it('names a server that closes without an answer', async () => {
    await expect(http.request({ method: 'GET', url: `${url}/close` }, never)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE', message: expect.stringContaining('closed the connection') as string })
  })

  it('names a port where nobody listens and a host that does not exist', async () => {
    await expect(http.request({ method: 'GET', url: 'http://127.0.0.1:9' }, never)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE', message: expect.stringContaining('refused the connection') as string })
    await expect(http.request({ method: 'GET', url: 'http://nobody.invalid' }, never)).rejects.toMatchObject({ code: 'HTTP_UNREACHABLE' })
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/', 'http://[fe80::1]/', 'http://[::ffff:169.254.169.254]/', 'http://2852039166/', 'http://0xa9fea9fe/',
    'http://100.100.100.200/', 'http://0.0.0.0/', 'ftp://example.org', 'file:///etc/passwd', 'not an address',
  ])('refuses %s', async (target) => {
    await expect(http.request({ method: 'GET', url: target, timeoutMs: 500 }, never)).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  })
})

it.each([
  ['169.254.1.1', true], ['fe80::abcd', true], ['::ffff:169.254.169.254', true], ['fd00:ec2::254', true],
  ['127.0.0.1', false], ['::1', false], ['192.168.1.20', false], ['10.0.0.5', false], ['93.184.216.34', false],
])('the guard says of %s: refused is %s', (address, expected) => {
  expect(isRefused(address)).toBe(expected)
})
