// Mail and MQTT and the one door out: they open sockets of their own, and reach nobody that a request could not.
import { createServer as createWebServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { Aedes } from 'aedes'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createEgress, type Egress } from '../../runtime/egress/egress.ts'
import { createMail } from '../../runtime/channels/mail.ts'
import { createMqtt } from '../../runtime/channels/mqtt.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { ofKind } from '../support/connection-kinds.ts'

const never = new AbortController().signal
const approved = new Set<string>()
let found: string[] = []
const egress = createEgress({
  isApproved: async (host, port) => approved.has(`${host}:${port}`),
  lookup: async () => [{ address: found.length > 1 ? found.shift()! : found[0]!, family: 4 }],
})
/** A name with two addresses, of which nobody listens at the first. */
const halfDown: Pick<Egress, 'checkAddress'> = {
  checkAddress: async () => ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 })),
}
const hanging: Pick<Egress, 'checkAddress'> = { checkAddress: () => new Promise(() => undefined) }
const sly = [
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '::ffff:169.254.169.254',
  '[::ffff:a9fe:a9fe]',
  '64:ff9b::a9fe:a9fe',
  'fd00:ec2::254',
  'metadata.google.internal',
]

beforeEach(() => {
  approved.clear()
  found = ['127.0.0.1']
})

describe('mail', () => {
  let server: MailServer
  const send = (host: string, port = server.port) => {
    const connection: Connection = {
      name: 'mail',
      ...ofKind('smtp'),
      config: { host, port, secure: false, from: 'heed@example.org' },
      secret: {},
    }
    return createMail({ connections: { get: async () => connection }, egress }).send(
      'mail',
      { to: ['ana@example.org'], subject: 's', text: 't' },
      never,
    )
  }
  beforeAll(async () => {
    server = await startMailServer()
  })
  afterAll(() => server.stop())

  it.each(sly)('does not go to %s', async (host) => {
    await expect(send(host)).rejects.toMatchObject({ name: 'FatalError', code: 'HTTP_REFUSED_BY_GUARD' })
  })

  it('goes to a server of the own network once somebody approved it, at that port', async () => {
    for (const host of ['127.0.0.1', 'localhost', '2130706433', 'mail.example'])
      await expect(send(host), host).rejects.toMatchObject({ name: 'FatalError', code: 'HTTP_HOST_NOT_APPROVED' })
    expect(server.received).toHaveLength(0)
    approved.add(`127.0.0.1:${server.port}`)
    expect(await send('2130706433')).toContain('ana@example.org')
    await expect(send('127.0.0.1', 25)).rejects.toMatchObject({ code: 'HTTP_HOST_NOT_APPROVED' })
  })

  it('goes to the address that was judged, whatever the name says next', async () => {
    approved.add(`mail.example:${server.port}`)
    found = ['127.0.0.1', '169.254.169.254']
    expect(await send('mail.example')).toContain('ana@example.org')
    await expect(send('mail.example')).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
      message: expect.stringContaining('leads to 169.254.169.254') as string,
    })
  })
})

describe('mqtt', () => {
  let broker: Aedes
  let plain: Server, web: Server
  const reached: string[] = []
  const port = (server: Server): number => (server.address() as AddressInfo).port
  const publish = (url: string, door: Pick<Egress, 'checkAddress'> = egress, signal = never) =>
    createMqtt({
      connections: { get: async () => ({ name: 'home', ...ofKind('mqtt'), config: { url }, secret: {} }) },
      egress: door,
    }).publish('home', [{ topic: 't', payload: 'p' }], signal)
  beforeAll(async () => {
    broker = await Aedes.createBroker()
    broker.on('publish', ({ topic }, client) => {
      if (client) reached.push(topic)
    })
    plain = createServer((socket) => broker.handle(socket))
    const http = createWebServer()
    new WebSocketServer({ server: http }).on('connection', (socket) => broker.handle(createWebSocketStream(socket)))
    web = http
    for (const server of [plain, web]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()))
    for (const server of [plain, web]) await new Promise((resolve) => server.close(resolve))
  })
  beforeEach(() => {
    reached.length = 0
  })

  it.each(
    sly.flatMap((host) =>
      ['mqtt', 'mqtts', 'ws', 'wss'].map(
        (scheme) => `${scheme}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}/`,
      ),
    ),
  )('does not go to %s', async (url) => {
    await expect(publish(url)).rejects.toMatchObject({ name: 'FatalError', code: 'HTTP_REFUSED_BY_GUARD' })
  })

  it('goes to a broker of the own network once somebody approved it, over TCP and WebSocket, to the address that was judged', async () => {
    for (const [scheme, server] of [
      ['mqtt', plain],
      ['ws', web],
    ] as const) {
      const url = `${scheme}://broker.example:${port(server)}`
      await expect(publish(url)).rejects.toMatchObject({ name: 'FatalError', code: 'HTTP_HOST_NOT_APPROVED' })
      expect(reached).toEqual([])
      approved.add(`broker.example:${port(server)}`)
      found = ['127.0.0.1', '169.254.169.254']
      await publish(url)
      expect(reached).toEqual(['t'])
      await expect(publish(url)).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
      reached.length = 0
      found = ['127.0.0.1']
    }
  })
  it('goes to the next address where nobody listens at the first, and waits for no name once it is stopped', async () => {
    await publish(`mqtt://broker.example:${port(plain)}`, halfDown)
    expect(reached).toEqual(['t'])
    await expect(publish('mqtt://broker.example:9', halfDown)).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'MQTT_UNREACHABLE',
    })
    await expect(publish('mqtt://broker.example', hanging, AbortSignal.timeout(20))).rejects.toMatchObject({
      code: 'RUN_STOPPED',
    })
  }, 5000)
})
