// A notification on its way to a real socket: every way a receiver can misbehave, tried again as the queue does.
import { createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectionPort } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import notification from '../../nodes/action/notification.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { performAction, type Outcome } from '../../runtime/actions/perform.ts'
import { testClients } from '../support/test-clients.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { quietLog } from '../support/session-bench.ts'
import { testMessage } from '../support/test-node.ts'
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const secret = 'a signing secret'
const connections: ConnectionPort = {
  get: async () => {
    throw new FatalError('CONNECTION_MISSING', 'None.')
  },
  sign: async (_name, _secret, text) => createHmac('sha256', secret).update(text).digest('hex'),
}
const http = createHttp()
const message = testMessage('A person has fallen.', { frame: { url: '/api/events/e/frame' } })
const clock = fakeClock()
let receiver: WebhookReceiver
beforeEach(async () => {
  receiver = await startWebhookReceiver()
})
afterEach(async () => {
  await receiver.stop()
})
afterAll(async () => {
  await http.close()
})

function attempt(number: number, url = receiver.url): Promise<Outcome> {
  const config = notification.config.parse({ channel: 'webhook', url, title: 'Fall', connection: 'hooks' })
  return performAction(
    {
      action: {
        id: `${message.eventId}_tell`,
        eventId: message.eventId,
        flowId: 'flow1',
        streamId: 'flow1-cam',
        run: 1,
        node: 'tell',
        port: 'message',
        message,
      },
      attempt: number,
      flow: { id: 'flow1', name: 'Fall alert', revision: 1 },
      node: { id: 'tell', type: 'notification', version: 1, config },
      routes: {},
    },
    {
      clock,
      log: quietLog,
      http,
      connections,
      nodes: new Map([['notification', notification]]),
      pictures: { ofEvent: async () => undefined, recentOfEvent: async () => [], md5: () => '' },
      clients: testClients(),
      acknowledgeUrl: () => 'http://heed.test/ack',
      absoluteUrl: (path) => `http://heed.test${path}`,
    },
    new AbortController().signal,
  )
}

describe('a webhook receiver', () => {
  it('that answers 500, closes, and then takes it gets the same key each time and is delivered once', async () => {
    receiver.script(500, 'close', 200)
    expect(await attempt(1)).toMatchObject({ state: 'retrying', detail: expect.stringContaining('500') as string })
    expect(await attempt(2)).toMatchObject({
      state: 'retrying',
      detail: expect.stringContaining('closed the connection') as string,
    })
    expect(await attempt(3)).toMatchObject({ state: 'delivered', events: [{ kind: 'notification.delivered' }] })
    expect(new Set(receiver.received.map((hook) => hook.key))).toEqual(new Set([`${message.eventId}_tell`]))
    expect(receiver.delivered()).toHaveLength(1)
  })

  it('that hangs costs one try, not the worker', async () => {
    receiver.script('hang')
    const outcome = attempt(1)
    while (receiver.received.length === 0)
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    await clock.advance(notification.role === 'action' ? notification.timeoutMs : 0)
    expect(await outcome).toMatchObject({ state: 'retrying', detail: 'No answer within 20 s.' })
  })

  it('that refuses fails at once, and so does nobody being there once all tries are used up', async () => {
    receiver.script(410)
    expect(await attempt(1)).toMatchObject({ state: 'failed', events: [{ kind: 'notification.failed' }] })
    expect(await attempt(1, 'http://127.0.0.1:9/hook')).toMatchObject({ state: 'retrying' })
    expect(await attempt(20, 'http://127.0.0.1:9/hook')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('refused the connection') as string,
    })
  })

  it('can check the signature over exactly what it received', async () => {
    await attempt(1)
    const [hook] = receiver.received
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(hook?.headers['x-heed-signature'])) ?? []
    expect(v1).toBe(createHmac('sha256', secret).update(`${t}.${hook?.raw}`).digest('hex'))
    expect(hook?.body).toMatchObject({
      title: 'Fall',
      text: 'A person has fallen.',
      flow: { id: 'flow1', name: 'Fall alert' },
      frame: { url: 'http://heed.test/api/events/e/frame' },
      acknowledgeUrl: 'http://heed.test/ack',
    })
  })

  it('at a metadata address is never asked', async () => {
    expect(await attempt(1, 'http://169.254.169.254/latest')).toMatchObject({ state: 'failed' })
  })
})
