import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openHttpGuard, type HttpGuard } from './http-guard.ts'

describe('the guard before a camera on the web', () => {
  let camera: Server
  let guard: HttpGuard
  const troubles: (Error | undefined)[] = []

  beforeEach(async () => {
    camera = createServer()
    await once(camera.listen(0, '127.0.0.1'), 'listening')
    guard = await openGuard('ana:wrong')
    troubles.length = 0
  })
  const openGuard = (login: string): Promise<HttpGuard> =>
    openHttpGuard({
      camera: new URL(`http://${login}@127.0.0.1:${(camera.address() as AddressInfo).port}/video`),
      approveHost: async () => [{ address: '127.0.0.1', family: 4 }],
      onRefused: (error) => troubles.push(error),
      onConnection: (error) => {
        if (error) troubles.push(error)
      },
    })
  afterEach(async () => {
    await guard.close()
    camera.closeAllConnections()
    camera.close()
  })

  const view = (): ClientRequest => {
    const { hostname, port, username, password } = new URL(guard.proxy)
    const asked = request({
      hostname,
      port,
      path: guard.source,
      headers: { 'proxy-authorization': `Basic ${btoa(`${username}:${password}`)}` },
    })
    asked.on('error', () => undefined)
    asked.end()
    return asked
  }
  /** Resolves once the camera has lost its connection. */
  const lost = async (asked: ClientRequest, whenAsked: (answer: ServerResponse) => Promise<void>): Promise<void> => {
    const [given, answer] = (await once(camera, 'request')) as [IncomingMessage, ServerResponse]
    await whenAsked(answer)
    const closed = once(given.socket, 'close')
    asked.destroy()
    await closed
  }

  it('lets go of a camera that has not answered yet, and takes that for no trouble', async () => {
    await lost(view(), async () => undefined)
    expect(troubles).toEqual([])
  })

  it('gives a password once: cameras lock accounts after a few wrong ones', async () => {
    const given: (string | undefined)[] = []
    camera.on('request', (asked, answer) => {
      given.push(asked.headers.authorization)
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end()
    })
    const [shown] = (await once(view(), 'response')) as [IncomingMessage]
    shown.resume()
    expect(shown.statusCode).toBe(401)
    expect(given).toEqual([undefined, `Basic ${btoa('ana:wrong')}`])
  })

  it('signs in with a name and a realm of any alphabet, as UTF-8', async () => {
    await guard.close()
    guard = await openGuard('деда:п%25ароль')
    const given: string[] = []
    camera.on('request', (asked, answer) => {
      const login = Buffer.from(asked.headers.authorization ?? '', 'latin1').toString('utf8')
      if (login === '')
        return void answer.writeHead(401, ['WWW-Authenticate', inBytes('Digest realm="Двор", nonce="n"')]).end()
      given.push(login)
      answer.end('x')
    })
    const inBytes = (text: string): string => Buffer.from(text).toString('latin1')
    const [shown] = (await once(view(), 'response')) as [IncomingMessage]
    shown.resume()
    const hash = (text: string): string => createHash('md5').update(text).digest('hex')
    const response = hash(`${hash('деда:Двор:п%ароль')}:n:${hash('GET:/video')}`)
    expect([shown.statusCode, given]).toEqual([
      200,
      [`Digest username="деда", realm="Двор", nonce="n", uri="/video", response="${response}"`],
    ])
  })

  it('lets go of a camera in the middle of its stream', async () => {
    const asked = view()
    await lost(asked, async (answer) => {
      answer.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=heed' }).write('--heed\r\n')
      const [shown] = (await once(asked, 'response')) as [IncomingMessage]
      await once(shown, 'data')
    })
    expect(troubles).toEqual([])
  })
})
