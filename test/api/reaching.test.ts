// "Send a test" over HTTP, for real: a saved or unsaved connection, and a notification as it is drawn. And browsers that ask for push.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { PushSubscription } from '../../runtime/channels/web-push.ts'
import { createPush } from '../../runtime/channels/web-push.ts'
import { createEgress } from '../../runtime/egress/egress.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { systemClock } from '../../runtime/clock.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { createTryAction } from '../../runtime/actions/try-action.ts'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { startChannelReceiver, type ChannelReceiver } from '../support/channel-receiver.ts'
import { startMailServer, type MailServer } from '../support/mail-server.ts'
import { memoryApi, type MemoryApi } from '../support/memory-api.ts'
import { connectionKinds } from '../support/connection-kinds.ts'

interface Said {
  ok: boolean
  message: string
}

let deps: MemoryApi
let bench: ApiBench
let receiver: ChannelReceiver
let mail: MailServer
const http = createHttp()
const subscriptions = new Map<string, PushSubscription>()

beforeEach(async () => {
  ;[receiver, mail] = await Promise.all([startChannelReceiver(), startMailServer()])
  subscriptions.clear()
  deps = memoryApi()
  deps.nodes = new Map([...deps.nodes, ['notification', notification]])
  let keys: { publicKey: string; privateKey: string } | undefined
  const push = createPush({
    http,
    subject: 'mailto:owner@heed.local',
    store: {
      keys: async (make) => (keys ??= make()),
      list: async () => [...subscriptions.values()],
      remove: async (endpoint) => {
        subscriptions.delete(endpoint)
      },
    },
  })
  const trying = createTryAction({
    nodes: deps.nodes,
    connectionKinds,
    connections: signingPort((name) => deps.connections.get(name)),
    http,
    egress: createEgress(),
    clock: systemClock,
    log: deps.log,
    push,
    publicUrl: deps.publicUrl,
  })
  deps.tryAction = trying.tryAction
  deps.testConnection = (connection, to = '') =>
    connection.can.notify === undefined
      ? Promise.resolve({ ok: false, message: 'Another kind.' })
      : trying.tryConnection(connection, to)
  deps.push = {
    publicKey: () => push.publicKey(),
    add: async (subscription) => {
      subscriptions.set(subscription.endpoint, subscription)
    },
    remove: async (endpoint) => {
      subscriptions.delete(endpoint)
    },
  }
  bench = await startApi(deps)
})
afterEach(async () => {
  await bench.stop()
  await Promise.all([receiver.stop(), mail.stop()])
})

const post = async <T = Said>(path: string, body: unknown = {}) => (await bench.call<T>('POST', path, { body })).body
const smtp = () => ({
  name: 'mail',
  kind: 'smtp',
  config: { host: '127.0.0.1', port: mail.port, secure: false, from: 'Heed <heed@example.org>' },
})

describe('testing a connection', () => {
  it('sends a mail to whom it is told, or to the sender', async () => {
    await post('/api/connections', smtp())
    expect(await post('/api/connections/mail/test', { to: 'ana@example.org' })).toEqual({
      ok: true,
      message: 'The mail server took it for ana@example.org.',
    })
    await post('/api/connections/mail/test')
    expect(mail.received.map(({ to }) => to)).toEqual([['ana@example.org'], ['heed@example.org']])
    expect(mail.received[0]?.raw).toContain('This is a test from Heed.')
  })

  it('says in words what failed, at once', async () => {
    expect(await post('/api/connections/mail/test', { ...smtp(), config: { ...smtp().config, port: 9 } })).toEqual({
      ok: false,
      message: expect.stringContaining('The mail server 127.0.0.1:9 refused the connection') as string,
    })
    expect(
      await post('/api/connections/bot/test', {
        kind: 'telegram',
        config: { url: receiver.url },
        secret: { botToken: '1:a' },
      }),
    ).toEqual({ ok: false, message: expect.stringContaining('chat id') as string })
    receiver.script({ status: 401, body: { ok: false } })
    expect(
      await post('/api/connections/bot/test', {
        kind: 'telegram',
        config: { url: receiver.url },
        secret: { botToken: '1:a' },
        to: '42',
      }),
    ).toEqual({ ok: false, message: expect.stringContaining('bot token') as string })
    expect(await post('/api/connections/mail/test', { ...smtp(), to: 'not an address' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('e-mail addresses') as string,
    })
  })

  it('names the secret that is missing before anything else', async () => {
    expect(await post('/api/connections/bot/test', { kind: 'telegram', config: { url: receiver.url } })).toEqual({
      ok: false,
      message: 'The connection “bot” lacks its bot token. Enter it, then test it again.',
    })
    expect(
      await post('/api/connections/bot/test', {
        kind: 'telegram',
        config: { url: receiver.url },
        secret: { botToken: '' },
      }),
    ).toMatchObject({ message: expect.stringContaining('lacks its bot token') as string })
    expect(receiver.received).toEqual([])
  })

  it('uses settings that are not saved yet', async () => {
    expect(
      await post('/api/connections/new/test', { kind: 'discord', secret: { url: `${receiver.url}/api/webhooks/1/x` } }),
    ).toMatchObject({ ok: true })
    expect(receiver.received).toHaveLength(1)
  })
})

describe('testing a notification', () => {
  const save = async (config: Record<string, unknown>): Promise<string> => {
    const document = {
      format: 'heed.flow/1',
      name: 'Watch',
      wires: [],
      nodes: [
        { id: 'tell', type: 'notification', version: 1, position: { x: 0, y: 0 }, config },
        { id: 'cam', type: 'camera-source', version: 1, position: { x: 0, y: 0 }, config: { kind: 'url' } },
      ],
    }
    return (await bench.call<{ id: string }>('POST', '/api/flows', { body: document })).body.id
  }

  it('performs it once as it is drawn, or as it is about to be saved', async () => {
    await post('/api/connections', smtp())
    const id = await save({
      channel: 'email',
      connection: 'mail',
      to: 'ana@example.org',
      title: 'Fall',
      unacknowledgedAfterM: 3,
    })
    expect(await post(`/api/flows/${id}/nodes/tell/test`)).toMatchObject({ ok: true })
    expect(
      await post(`/api/flows/${id}/nodes/tell/test`, { config: { channel: 'webhook', url: `${receiver.url}/hook` } }),
    ).toEqual({ ok: true, message: 'Delivered: the receiver answered 200.' })
    expect(mail.received[0]?.raw).toContain('Subject: Fall')
    expect(receiver.received[0]?.json).toMatchObject({ fields: { test: true } })
  })

  it('says what is missing, and is for notifications only', async () => {
    const id = await save({ channel: 'email' })
    expect(await post(`/api/flows/${id}/nodes/tell/test`)).toMatchObject({
      ok: false,
      message: expect.stringContaining('needs a connection') as string,
    })
    expect(await bench.call('POST', `/api/flows/${id}/nodes/cam/test`)).toMatchObject({
      status: 400,
      body: { error: { code: 'NODE_NOT_TESTABLE' } },
    })
    expect(await bench.call('POST', `/api/flows/${id}/nodes/none/test`)).toMatchObject({
      status: 404,
      body: { error: { code: 'NODE_NOT_FOUND' } },
    })
  })
})

describe('browser push', () => {
  // What a browser makes: a P-256 public key and 16 bytes.
  const browser = async (path: string) => {
    const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
    const p256dh = Buffer.from(await crypto.subtle.exportKey('raw', pair.publicKey)).toString('base64url')
    return {
      endpoint: `${receiver.url}/push/${path}`,
      keys: { p256dh, auth: Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url') },
    }
  }
  const test = () => post('/api/connections/push/test', { kind: 'web-push' })

  it('reaches every browser that asked, encrypted and signed, and forgets those that are gone', async () => {
    expect((await bench.call<{ publicKey: string }>('GET', '/api/push/key')).body.publicKey).toMatch(
      /^[A-Za-z0-9_-]{87}$/,
    )
    for (const path of ['a', 'b'])
      expect(
        (await bench.call('POST', '/api/push/subscriptions', { body: { ...(await browser(path)), label: 'Phone' } }))
          .status,
      ).toBe(201)
    expect(await test()).toEqual({ ok: true, message: 'Sent to 2 devices.' })
    expect(receiver.received[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-encoding': 'aes128gcm', urgency: 'high' },
    })
    expect(receiver.received[0]?.headers.authorization).toMatch(/^vapid t=/)
    expect(receiver.received[0]?.raw.toString()).not.toContain('test from Heed')
    receiver.script({ status: 410 })
    expect(await test()).toEqual({ ok: true, message: 'Sent to 1 device.' })
    expect(subscriptions.size).toBe(1)
    expect(
      (await bench.call('DELETE', '/api/push/subscriptions', { body: { endpoint: [...subscriptions.keys()][0] } }))
        .status,
    ).toBe(204)
    expect(await test()).toMatchObject({
      ok: false,
      message: expect.stringContaining('No browser has asked') as string,
    })
  })

  it('says in words when the push service is in trouble, and takes no address that is not https', async () => {
    await bench.call('POST', '/api/push/subscriptions', { body: await browser('a') })
    receiver.script({ status: 503 })
    expect(await test()).toMatchObject({ ok: false, message: expect.stringContaining('503') as string })
    for (const endpoint of ['http://push.example/x', 'file:///etc/passwd', 'x']) {
      expect(
        (await bench.call('POST', '/api/push/subscriptions', { body: { ...(await browser('a')), endpoint } })).status,
      ).toBe(400)
    }
  })
})
