// What "Verify" corrects, against the services on loopback: in place where a channel can, as a message after it elsewhere.
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { Mail } from '../../nodes/contract/capabilities.ts'
import type { Receipt } from '../../nodes/contract/events.ts'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { startChannelReceiver, type ChannelReceiver } from '../support/channel-receiver.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { testClients } from '../support/test-clients.ts'
import { testMessage, testNode } from '../support/test-node.ts'

const http = createHttp()
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 13, 10, 0, 1])
let receiver: ChannelReceiver
beforeEach(async () => {
  receiver = await startChannelReceiver()
})
afterEach(() => receiver.stop())
afterAll(() => http.close())

const fall = testMessage('A person has fallen.', { eventId: 'e1' })
const noFall = testMessage('Not so, on a second look: A person has fallen.\nIt is a dog.', {
  eventId: 'e2',
  fields: { about: 'e1', corrects: 'e1', verdict: 'no' },
})

interface World {
  channel: string
  kind: ConnectionKind
  to?: string
  secret?: Record<string, string>
  config?: Record<string, unknown>
  withPicture?: boolean
}

/** One notification node that remembers, as the store does, what it told. */
function telling({ channel, kind, to = '', secret = {}, config = {}, withPicture = false }: World) {
  const receipts: Receipt[] = []
  const mails: Mail[] = []
  const pushes: { tag: string; text: string }[] = []
  const asked: object[] = []
  const connection = { name: 'c', ...ofKind(kind), config, secret }
  const state = { isUnderWay: false, attempt: 1, phase: '' }
  const tell = async (message: typeof fall) => {
    const result = await testNode(notification, {
      http,
      attempt: state.attempt,
      phase: state.phase,
      config: { channel, connection: kind === 'web-push' ? '' : 'c', to, title: 'Fall', repeatEveryM: 1 },
      connections: signingPort(async () => connection),
      pictures: {
        ofEvent: async () => (withPicture ? picture : undefined),
        recentOfEvent: async () => [],
        md5: () => 'md5',
      },
      clients: testClients({
        events: {
          isAcknowledged: async () => false,
          told: async (of) => {
            asked.push(of)
            return { receipts: [...receipts].reverse(), isUnderWay: state.isUnderWay }
          },
        },
        mail: { send: async (_name, mail) => `taken ${mails.push(mail)}` },
        push: { send: async (note) => pushes.push(note) },
      }),
    }).perform(message)
    if (result.receipt) {
      expect(result.receipt.about).toBe('e1')
      receipts.push(result.receipt.receipt)
    }
    return result
  }
  return { tell, receipts, mails, pushes, asked, state }
}

const inPlace = (label: string) => `${label}: what was told before is corrected in place.`
const telegram = (withPicture: boolean): World => ({
  channel: 'telegram',
  kind: 'telegram',
  to: '42',
  secret: { botToken: '1:abc' },
  config: { url: receiver.url },
  withPicture,
})
const slack = (withPicture: boolean): World => ({
  channel: 'slack',
  kind: 'slack',
  to: 'C0123456',
  secret: { token: 'xoxb-1' },
  config: { url: receiver.url },
  withPicture,
})
const paths = () => receiver.received.map(({ method, path }) => `${method} ${path}`)
const last = () => receiver.received.at(-1)!

describe('a correction', () => {
  it.each([
    [false, 'editMessageText', 'text'],
    [true, 'editMessageCaption', 'caption'],
  ] as const)(
    'changes the message in Telegram (with a picture: %s), and is not said again',
    async (shows, method, part) => {
      const { tell, asked } = telling(telegram(shows))
      receiver.script({ body: { ok: true, result: { message_id: 77 } } })
      await tell(fall)
      const result = await tell(noFall)
      expect(result.summary).toBe(inPlace('Telegram'))
      expect(last()).toMatchObject({ path: `/bot1%3Aabc/${method}`, json: { chat_id: '42', message_id: 77 } })
      expect(last().json[part]).toContain('Not so, on a second look: A person has fallen.\nIt is a dog.')
      expect(last().json[part]).toContain('http://heed.test/ack/e1')
      expect(receiver.received).toHaveLength(2)
      expect(asked).toEqual([{ flow: 'flow1', node: 'node', event: 'e1' }])
      expect(result.later).toEqual([])
      // A second try of one that got through.
      receiver.script({ status: 400, body: { ok: false, description: 'Bad Request: message is not modified: …' } })
      expect((await tell(noFall)).summary).toBe(inPlace('Telegram'))
    },
  )

  it('follows as a message of its own where the first is gone from the chat, and is tried again when Telegram is busy', async () => {
    const { tell } = telling(telegram(false))
    receiver.script({ body: { ok: true, result: { message_id: 77 } } })
    await tell(fall)
    receiver.script({ status: 400, body: { ok: false, description: 'Bad Request: message to edit not found' } })
    expect((await tell(noFall)).summary).toBe('Telegram has sent it.')
    expect(paths().at(-1)).toBe('POST /bot1%3Aabc/sendMessage')
    receiver.script({ status: 429, body: { ok: false, parameters: { retry_after: 3 } } })
    await expect(tell(noFall)).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 3000 })
  })

  it('updates the message in Slack by a bot, with a picture too, and follows where Slack does not say when it was posted', async () => {
    const words = telling(slack(false))
    receiver.script({ body: { ok: true, channel: 'C0123456', ts: '17.01' } })
    await words.tell(fall)
    expect((await words.tell(noFall)).summary).toBe(inPlace('Slack'))
    expect(last()).toMatchObject({ path: '/chat.update', json: { channel: 'C0123456', ts: '17.01' } })
    expect(JSON.stringify(last().json.blocks)).toContain('It is a dog.')

    const withPicture = telling(slack(true))
    await withPicture.tell(fall)
    const shares = { private: { C0123456: [{ ts: '18.02' }] } }
    receiver.script({ body: { ok: true, file: { id: 'F1', shares } } })
    expect((await withPicture.tell(noFall)).summary).toBe(inPlace('Slack'))
    expect(last()).toMatchObject({ path: '/chat.update', json: { ts: '18.02', file_ids: ['F1'] } })
    receiver.script({ body: { ok: false, error: 'missing_scope' } })
    expect((await withPicture.tell(noFall)).summary).toBe('Slack has taken it, with the picture.')
    receiver.script({ body: { ok: true, file: { id: 'F1' } } })
    expect((await withPicture.tell(noFall)).summary).toBe('Slack has taken it, with the picture.')
  })

  it('patches the message of a Discord webhook, also one in a thread', async () => {
    const secret = { url: `${receiver.url}/api/webhooks/1/x?thread_id=9` }
    const { tell } = telling({ channel: 'discord', kind: 'discord', secret, withPicture: true })
    receiver.script({ body: { id: '4711' } })
    await tell(fall)
    expect(last().path).toBe('/api/webhooks/1/x?thread_id=9&wait=true')
    expect((await tell(noFall)).summary).toBe(inPlace('Discord'))
    expect(paths().at(-1)).toBe('PATCH /api/webhooks/1/x/messages/4711?thread_id=9')
    expect(last().json).toMatchObject({ allowed_mentions: { parse: [] } })
    expect(last().json).not.toHaveProperty('attachments')
    receiver.script({ status: 404, body: { message: 'Unknown Message' } })
    expect((await tell(noFall)).summary).toBe('Discord has taken it, with the picture.')
  })

  it('goes out under the same number at ntfy and under the same tag to phones, so that it takes the first one’s place', async () => {
    const ntfy = telling({
      channel: 'ntfy',
      kind: 'ntfy',
      to: 'grandma',
      config: { url: receiver.url },
      withPicture: true,
    })
    receiver.script({ body: { id: 'sPs71M8A2T', event: 'message' } })
    await ntfy.tell(fall)
    expect((await ntfy.tell(noFall)).summary).toBe(inPlace('ntfy'))
    expect(last().json).toMatchObject({ topic: 'grandma', sequence_id: 'sPs71M8A2T', title: 'Fall' })
    const phones = telling({ channel: 'web-push', kind: 'web-push' })
    await phones.tell(fall)
    await phones.tell(noFall)
    expect(phones.pushes.map(({ tag }) => tag)).toEqual(['e1_node', 'e1_node'])
    expect(phones.pushes[1]?.text).toContain('It is a dog.')
  })

  it('answers the mail it corrects, and is a message of its own where nothing else can be done', async () => {
    const { tell, mails } = telling({ channel: 'email', kind: 'smtp', to: 'ana@example.org' })
    await tell(fall)
    await tell(noFall)
    expect(mails.map(({ id, answers }) => [id, answers])).toEqual([
      ['e1_node', undefined],
      ['e2_node', 'e1_node'],
    ])
    const secret = { url: `${receiver.url}/cgi-bin/webhook/send?key=k` }
    const wecom = telling({ channel: 'wecom', kind: 'wecom', secret })
    await wecom.tell(fall)
    expect((await wecom.tell(noFall)).summary).toBe('WeCom has taken it.')
    expect(JSON.stringify(last().json)).toContain('It is a dog.')
  })

  it('changes the reminders as well, waits while the alert is still on its way, but not for ever', async () => {
    const { tell, state } = telling(telegram(false))
    receiver.script(
      { body: { ok: true, result: { message_id: 1 } } },
      { body: { ok: true, result: { message_id: 2 } } },
    )
    await tell(fall)
    state.phase = 'repeat-1'
    await tell(fall)
    state.phase = ''
    state.isUnderWay = true
    await expect(tell(noFall)).rejects.toMatchObject({ name: 'RetryableError', code: 'NOTIFICATION_NOT_NOW' })
    state.attempt = 9
    await tell(noFall)
    expect(receiver.received.slice(2).map(({ json }) => json.message_id)).toEqual([2, 1])
  })
})
