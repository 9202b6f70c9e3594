import { describe, expect, it } from 'vitest'
import type { HttpPort, HttpRequest, HttpResponse } from '../contract/capabilities.ts'
import { testMessage, testNode, type TestNodeOptions } from '../../test/support/test-node.ts'
import notification from './notification.ts'
import { readRetryAfter } from './answer.ts'

const config = { channel: 'webhook', url: 'https://example.org/hook', title: 'Fall' }
const message = testMessage('A person has fallen.', { frame: { url: '/api/events/e1/frame' }, mediaTimeS: 3.5 })

function answering(answer: Partial<HttpResponse> = {}): { http: HttpPort; sent: HttpRequest[] } {
  const sent: HttpRequest[] = []
  return {
    sent,
    http: {
      request: async (request) => {
        sent.push(request)
        return { status: 200, headers: {}, text: '', ...answer }
      },
    },
  }
}
const perform = (options: TestNodeOptions, values: Record<string, unknown> = config) =>
  testNode(notification, { config: values, ...options }).perform(message)

describe('notification by webhook', () => {
  it('posts the message with title, flow and a link to acknowledge, under a key that never changes', async () => {
    const { http, sent } = answering({ status: 204 })
    const result = await perform({ http })
    expect(sent).toMatchObject([
      {
        method: 'POST',
        url: 'https://example.org/hook',
        headers: { 'content-type': 'application/json', 'idempotency-key': `${message.eventId}_node` },
      },
    ])
    expect(sent[0]?.headers?.['x-heed-signature']).toBeUndefined()
    expect(JSON.parse(String(sent[0]?.body))).toEqual({
      ...message,
      frame: { url: 'http://heed.test/api/events/e1/frame' },
      title: 'Fall',
      flow: { id: 'flow1', name: 'Fall alert' },
      acknowledgeUrl: `http://heed.test/ack/${message.eventId}`,
    })
    expect(result).toMatchObject({
      summary: 'Delivered: the receiver answered 204.',
      outputs: { delivered: { text: message.text, fields: { title: 'Fall', channel: 'webhook' } } },
    })
  })

  it('signs "t.body" when the connection has a signing secret', async () => {
    const { http, sent } = answering()
    const signed: string[] = []
    await perform(
      {
        http,
        connections: {
          sign: async (...[name, secret, text]) => {
            signed.push(`${name} ${secret} ${text}`)
            return 'abc123'
          },
        },
      },
      { ...config, connection: 'hooks' },
    )
    const t = Math.floor(Date.UTC(2026, 0, 1) / 1000)
    expect(sent[0]?.headers?.['x-heed-signature']).toBe(`t=${t},v1=abc123`)
    expect(signed).toEqual([`hooks signingSecret ${t}.${String(sent[0]?.body)}`])
  })

  it.each([408, 425, 429, 500, 502, 503, 599])('wants another try after %i', async (status) => {
    await expect(perform({ http: answering({ status, headers: { 'retry-after': '7' } }).http })).rejects.toMatchObject({
      name: 'RetryableError',
      retryAfterMs: 7000,
    })
  })

  it.each([400, 401, 404, 422])('fails at once after %i', async (status) => {
    await expect(perform({ http: answering({ status, text: 'no such hook' }).http })).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining(`${status}: no such hook`) as string,
    })
  })

  it.each([
    [301, 'has moved (301) and is now at https://new.example.org/hook'],
    [303, 'has moved (303) and is now at https://new.example.org/hook'],
    [410, 'is gone for good (410): no such hook'],
  ])('fails at once after %i and says what to do', async (status, words) => {
    const answer = { status, text: 'no such hook', headers: { location: 'https://new.example.org/hook' } }
    await expect(perform({ http: answering(answer).http })).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining(words) as string,
    })
  })

  it('reads Retry-After as seconds and as a date', () => {
    const now = Date.UTC(2026, 0, 1)
    expect(readRetryAfter('120', now)).toBe(120_000)
    expect(readRetryAfter('Thu, 01 Jan 2026 00:01:00 GMT', now)).toBe(60_000)
    expect(readRetryAfter('soon', now)).toBeUndefined()
    expect(readRetryAfter(undefined, now)).toBeUndefined()
  })

  it.each([
    ['', 'WEBHOOK_URL_EMPTY'],
    ['ftp://example.org', 'WEBHOOK_URL_INVALID'],
    ['http://', 'WEBHOOK_URL_INVALID'],
    ['file:///etc/passwd', 'WEBHOOK_URL_INVALID'],
  ])('refuses the address "%s"', (url, code) => {
    expect(testNode(notification, { config: { ...config, url } }).check()).toMatchObject([
      { field: 'url', code, severity: 'error' },
    ])
  })

  it.each(['http://h{{text}}.evil.example/', 'https://{{fields.url}}', '{{text}}', 'http://*.example/'])(
    'says of the address "%s" that no message fills it in',
    (url) => {
      expect(testNode(notification, { config: { ...config, url } }).check()).toEqual([
        expect.objectContaining({
          field: 'url',
          code: 'WEBHOOK_URL_INVALID',
          severity: 'error',
          message: expect.stringContaining(
            'An address cannot be filled in from a message: text never chooses where to send',
          ),
        }),
      ])
      expect(
        testNode(notification, { config: { ...config, url: 'https://example.org/a?b={{text}}' } }).check(),
      ).toEqual([])
    },
  )
})

describe('whom a notification reaches', () => {
  const receiverOf = (values: Record<string, unknown>, phase = '') =>
    notification.role === 'action' ? notification.receiver?.(notification.config.parse(values), phase) : 'nobody'

  it('is the host of a webhook without its login, and else the connection', () => {
    expect(receiverOf({ channel: 'webhook', url: 'https://user:pw@example.org:8443/secret-path' })).toBe(
      'example.org:8443',
    )
    expect(receiverOf({ channel: 'telegram', connection: 'family', to: '1' })).toBe('family')
  })

  it('is nobody in the inbox and at a deadline, which must not wait for a channel that is away', () => {
    expect(receiverOf({ channel: 'inbox' })).toBeUndefined()
    expect(receiverOf(config, 'deadline')).toBeUndefined()
    expect(receiverOf(config, 'repeat-1')).toBe('example.org')
  })
})

describe('notification in the inbox', () => {
  it('needs nothing but the event that is there already', async () => {
    expect(await perform({}, { channel: 'inbox' })).toMatchObject({
      summary: 'Shown in the inbox.',
      outputs: { delivered: { fields: { title: 'Fall alert', channel: 'inbox' } } },
    })
    expect(testNode(notification).check()).toEqual([])
    expect(notification.ports.out.unacknowledged?.silentWithout).toBe('unacknowledgedAfterM')
  })

  it("puts the message into the user's own words without reading any field out of it", async () => {
    const node = testNode(notification, { config: { channel: 'inbox', text: 'Kitchen: {{text}}' } })
    expect((await node.perform(testMessage('{{title}} fell'))).outputs).toMatchObject({
      delivered: { text: 'Kitchen: {{title}} fell' },
    })
  })
})
