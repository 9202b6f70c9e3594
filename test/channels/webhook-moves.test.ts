// A receiver that has moved: what is followed with all it carries, what is refused in words, and what stops for good.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { testMessage, testNode } from '../support/test-node.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
const never = new AbortController().signal
let old: WebhookReceiver
let moved: WebhookReceiver
beforeEach(async () => {
  old = await startWebhookReceiver()
  moved = await startWebhookReceiver()
})
afterEach(() => Promise.all([old.stop(), moved.stop()]))
afterAll(() => http.close())

const post = (url = old.url) =>
  testNode(notification, {
    http,
    config: { channel: 'webhook', url, title: 'Fall', connection: 'hooks' },
    connections: signingPort(async () => ({
      name: 'hooks',
      ...ofKind('webhook'),
      config: {},
      secret: { signingSecret: 'a signing secret' },
    })),
  }).perform(testMessage('A person has fallen.'))

describe('a webhook', () => {
  it.each([307, 308])('goes on to the new address after %i, with body, signature and key', async (status) => {
    old.script({ status, location: moved.url })
    await expect(post()).resolves.toMatchObject({ summary: 'Delivered: the receiver answered 200.' })
    const [first, second] = [old.received[0]!, moved.received[0]!]
    expect(second.raw).toBe(first.raw)
    expect(second.key).toBe(first.key)
    expect(second.headers['x-heed-signature']).toBe(first.headers['x-heed-signature'])
  })

  it.each([301, 302, 303])('is not delivered after %i, and the new address is said', async (status) => {
    old.script({ status, location: moved.url })
    await expect(post()).rejects.toMatchObject({
      name: 'FatalError',
      code: 'WEBHOOK_REFUSED',
      message: `The receiver has moved (${status}) and is now at ${moved.url}. Nothing was delivered; enter the new address.`,
    })
    expect(moved.received).toEqual([])
  })

  it('stops after 410 and says that its receiver is gone', async () => {
    old.script(410)
    await expect(post()).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining('gone for good (410)') as string,
    })
  })

  it('is given up when its receiver sends it round in circles', async () => {
    old.script(...Array.from({ length: 9 }, () => ({ status: 307, location: old.url })))
    await expect(post()).rejects.toMatchObject({ name: 'FatalError', code: 'HTTP_MOVE_REFUSED' })
    expect(old.received).toHaveLength(4)
  })

  it('is never sent on to an address that nothing may reach', async () => {
    old.script({ status: 308, location: 'http://169.254.169.254/latest' })
    await expect(post()).rejects.toThrow(FatalError)
    old.script({ status: 308, location: 'file:///etc/passwd' })
    await expect(post()).rejects.toMatchObject({ code: 'HTTP_REFUSED_BY_GUARD' })
  })
})

describe('credentials', () => {
  const request = { method: 'POST' as const, body: '{}', followsMoves: true, headers: { authorization: 'Bearer key' } }

  it('go along on the same host and to no other', async () => {
    old.script({ status: 307, location: '/elsewhere' }, { status: 307, location: moved.url })
    await http.request({ ...request, url: old.url }, never)
    expect(old.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer key', 'Bearer key'])
    expect(moved.received.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })
})
