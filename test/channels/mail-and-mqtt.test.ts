// Mail and MQTT against a real SMTP server and a real broker on loopback, through the node and its capability.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createMail } from '../../runtime/channels/mail.ts'
import { createMqtt } from '../../runtime/channels/mqtt.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { testMessage, testNode } from '../support/test-node.ts'
import { ofKind } from '../support/connection-kinds.ts'

const hostile = 'Fell\r\nBcc: thief@evil.example\r\n\r\n{{flow}} <script> +/#'
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])
const portFor = (connection: Connection) => ({ connections: { get: async () => connection }, egress: createEgress() })

describe('mail', () => {
  let server: MailServer
  const connection = (patch: Partial<Connection['config']> = {}, secret = {}): Connection => ({
    name: 'mail',
    ...ofKind('smtp'),
    config: { host: '127.0.0.1', port: server.port, secure: false, from: 'Heed <heed@example.org>', ...patch },
    secret,
  })
  const perform = (given: Connection, text: string, to = 'ana@example.org, ben@example.org') =>
    testNode(notification, {
      config: { channel: 'email', connection: 'mail', to, title: '{{text}}' },
      clients: { mail: createMail(portFor(given)) },
      pictures: { ofEvent: async () => picture, recentOfEvent: async () => [], md5: () => '' },
    }).perform(testMessage(text, { eventId: 'e1' }))
  beforeEach(async () => {
    server = await startMailServer()
  })
  afterEach(() => server.stop())

  it('arrives with picture, link, a subject of one line and one id for every try', async () => {
    const { summary } = await perform(connection(), 'A person has fallen.')
    expect(summary).toBe('The mail server took it for ana@example.org, ben@example.org.')
    const [mail] = server.received
    expect([mail?.from, mail?.to]).toEqual(['heed@example.org', ['ana@example.org', 'ben@example.org']])
    expect(mail?.raw).toContain('Subject: A person has fallen.')
    expect(mail?.raw).toContain('http://heed.test/ack/e1')
    expect(mail?.raw).toContain(Buffer.from(picture).toString('base64'))
    expect(mail?.raw).toContain('Message-ID: <e1_node@heed.local>')
  })

  it('lets a hostile text open no header and reach nobody else', async () => {
    await perform(connection(), hostile)
    const [mail] = server.received
    expect(mail?.to).toEqual(['ana@example.org', 'ben@example.org'])
    const head = mail?.raw.split('\r\n\r\n', 1)[0] ?? ''
    expect(head).not.toMatch(/^bcc:/im)
    expect(mail?.raw).toContain('{{flow}}')
  })

  it('is tried again after 451 and while the server is away, and given up after 550', async () => {
    server.refuseNext(451)
    await expect(perform(connection(), 'x')).rejects.toMatchObject({ name: 'RetryableError', code: 'MAIL_NOT_NOW' })
    server.refuseNext(550)
    await expect(perform(connection(), 'x')).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MAIL_REFUSED',
      message: expect.stringContaining('Not today') as string,
    })
    await expect(perform(connection({ port: 9 }), 'x')).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'MAIL_UNREACHABLE',
    })
  })

  it('says who was refused when only some were', async () => {
    expect((await perform(connection(), 'x', 'ana@example.org, nobody@example.org')).summary).toBe(
      'The mail server took it for ana@example.org, and refused nobody@example.org.',
    )
    await expect(perform(connection(), 'x', 'nobody@example.org')).rejects.toMatchObject({ name: 'FatalError' })
  })

  it('says that the password is wrong, without showing it, and signs in with the right one', async () => {
    await server.stop()
    server = await startMailServer({ login: { user: 'heed', password: 'correct horse' } })
    const error = await perform(connection({}, { user: 'heed', password: 'wrong-horse' }), 'x').catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toMatchObject({ name: 'FatalError', code: 'MAIL_PASSWORD_REFUSED' })
    expect(String(error)).not.toContain('wrong-horse')
    await perform(connection({}, { user: 'heed', password: 'correct horse' }), 'x')
    expect(server.received).toHaveLength(1)
  })

  it('gives the password over no open line to another machine, whatever that one calls itself', async () => {
    await server.stop()
    server = await startMailServer({ login: { user: 'heed', password: 'correct horse' } })
    const given = connection({ host: 'localhost.stranger.example' }, { user: 'heed', password: 'correct horse' })
    // Reaches the server here by an address that is not this machine's own.
    const egress = createEgress({ lookup: async () => [{ address: '::ffff:127.0.0.1', family: 6 }] })
    await expect(
      createMail({ connections: { get: async () => given }, egress }).send(
        'mail',
        { to: ['ana@example.org'], subject: 's', text: 't' },
        new AbortController().signal,
      ),
    ).rejects.toMatchObject({ name: 'FatalError', code: 'MAIL_REFUSED' })
    expect(server.received).toHaveLength(0)
  })

  it('reaches a server by another of its addresses when the first one does not answer', async () => {
    const egress = createEgress({
      lookup: async () => [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ],
    })
    const mail = createMail({ connections: { get: async () => connection({ host: 'mail.example' }) }, egress })
    expect(
      await mail.send('mail', { to: ['ana@example.org'], subject: 's', text: 't' }, new AbortController().signal),
    ).toContain('ana@example.org')
  })

  it('stops at once when asked, while the server says nothing', async () => {
    const lines: Socket[] = []
    const silent = createServer((line) => {
      lines.push(line)
    })
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const stopping = new AbortController()
    const { port } = silent.address() as AddressInfo
    const sending = createMail(portFor(connection({ port }))).send(
      'mail',
      { to: ['ana@example.org'], subject: 's', text: 't' },
      stopping.signal,
    )
    await once(silent, 'connection')
    stopping.abort()
    await expect(sending).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    for (const line of lines) line.destroy()
    await new Promise((resolve) => silent.close(resolve))
  }, 5000)

  it('goes to no metadata address, and stops when asked', async () => {
    await expect(perform(connection({ host: '169.254.169.254' }), 'x')).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
    await expect(
      createMail(portFor(connection())).send('mail', { to: ['a@b.c'], subject: 's', text: 't' }, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'RUN_STOPPED' })
  })
})

describe('mqtt', () => {
  let broker: Aedes
  let server: Server
  let published: { topic: string; payload: Buffer; qos: number; retain: boolean }[]
  let login: { user: string; password: string } | undefined
  const url = () => `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = (config: Record<string, unknown> = { url: url() }, secret = {}): Connection => ({
    name: 'home',
    ...ofKind('mqtt'),
    config,
    secret,
  })
  const perform = (
    given: Connection,
    text = 'A person has fallen.',
    { jpeg, ...config }: { jpeg?: Uint8Array; sendPicture?: boolean } = {},
  ) =>
    testNode(notification, {
      config: { channel: 'mqtt', connection: 'home', to: 'home/heed/alert', title: '{{text}}', ...config },
      clients: { mqtt: createMqtt(portFor(given)) },
      pictures: { ofEvent: async () => jpeg, recentOfEvent: async () => [], md5: () => '' },
    }).perform(testMessage(text, { eventId: 'e1' }))
  beforeEach(async () => {
    login = undefined
    published = []
    broker = await Aedes.createBroker()
    broker.authenticate = (_client, user, password, done) =>
      done(null, login === undefined || (user === login.user && String(password) === login.password))
    broker.on('publish', ({ topic, payload, qos, retain }, client) => {
      if (client) published.push({ topic, payload: Buffer.from(payload), qos, retain })
    })
    server = createServer((socket) => broker.handle(socket))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(async () => {
    await new Promise<void>((resolve) => broker.close(() => resolve()))
    await new Promise((resolve) => server.close(resolve))
  })

  it('brings the message as JSON under the topic of the config, whatever the text says', async () => {
    expect((await perform(connection(), hostile)).summary).toBe('The broker has taken it, under home/heed/alert.')
    expect(published).toHaveLength(1)
    expect(published[0]?.topic).toBe('home/heed/alert')
    const message = JSON.parse(published[0]?.payload.toString() ?? '') as Record<string, unknown>
    expect(message).toMatchObject({ text: hostile, eventId: 'e1', acknowledgeUrl: 'http://heed.test/ack/e1' })
    expect(message).not.toHaveProperty('pictureTopic')
  })

  it('brings the picture as bare JPEG beside the message, before it, over one connection', async () => {
    let connects = 0
    broker.on('client', () => {
      connects++
    })
    const jpeg = Uint8Array.from({ length: 200_000 }, (_unused, index) => index % 251)
    expect((await perform(connection(), hostile, { jpeg })).summary).toBe(
      'The broker has taken it, under home/heed/alert, with the picture.',
    )
    expect(published.map(({ topic, qos, retain }) => [topic, qos, retain])).toEqual([
      ['home/heed/alert/picture', 1, false],
      ['home/heed/alert', 1, false],
    ])
    expect(published[0]?.payload).toEqual(Buffer.from(jpeg))
    expect(JSON.parse(published[1]?.payload.toString() ?? '')).toMatchObject({
      text: hostile,
      pictureTopic: 'home/heed/alert/picture',
    })
    expect(connects).toBe(1)
  })

  it('keeps the picture to itself when the switch is off', async () => {
    await perform(connection(), undefined, { jpeg: picture, sendPicture: false })
    expect(published.map(({ topic }) => topic)).toEqual(['home/heed/alert'])
  })

  it('says that the password is wrong, and gets in with the right one', async () => {
    login = { user: 'heed', password: 'secret' }
    await expect(perform(connection(undefined, { user: 'heed', password: 'guess' }))).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MQTT_REFUSED',
    })
    await perform(connection(undefined, { user: 'heed', password: 'secret' }))
    expect(published).toHaveLength(1)
  })

  it('is tried again while the broker is away, goes to no metadata address, and stops when asked', async () => {
    await expect(perform(connection({ url: 'mqtt://127.0.0.1:9' }))).rejects.toMatchObject({
      name: 'RetryableError',
      code: 'MQTT_UNREACHABLE',
      message: expect.stringContaining('refused the connection') as string,
    })
    await expect(perform(connection({ url: 'mqtt://169.254.169.254' }))).rejects.toMatchObject({
      code: 'HTTP_REFUSED_BY_GUARD',
    })
    const control = new AbortController()
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const waiting = createMqtt(
      portFor(connection({ url: `mqtt://127.0.0.1:${(silent.address() as AddressInfo).port}` })),
    ).publish('home', [{ topic: 't', payload: 'p' }], control.signal)
    setTimeout(() => control.abort(), 50)
    await expect(waiting).rejects.toMatchObject({ code: 'RUN_STOPPED' })
    silent.close()
  })
})
