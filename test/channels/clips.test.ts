// What channels do with the clip of a moment: attached where they can, named by its address where they cannot, and never in the way of
// the words.
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { Mail } from '../../nodes/contract/capabilities.ts'
import type { ConnectionKind } from '../../nodes/contract/connections.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { startChannelReceiver, type ChannelReceiver } from '../support/channel-receiver.ts'
import { ofKind } from '../support/connection-kinds.ts'
import { testMessage, testNode } from '../support/test-node.ts'

const http = createHttp()
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1])
const clip = { bytes: new Uint8Array([0, 0, 0, 24, 102, 116, 121, 112]), contentType: 'video/mp4', durationS: 10 }
const asked: string[] = []
let receiver: ChannelReceiver
beforeEach(async () => {
  asked.length = 0
  receiver = await startChannelReceiver()
})
afterEach(() => receiver.stop())
afterAll(() => http.close())

function send(
  channel: string,
  kind: ConnectionKind,
  secret: Record<string, string>,
  config: Record<string, unknown> = {},
  more: { mails?: Mail[]; url?: string; to?: string; sendPicture?: boolean } = {},
) {
  const connection = { name: 'c', ...ofKind(kind), config, secret }
  return testNode(notification, {
    http,
    config: {
      channel,
      connection: channel === 'webhook' ? '' : 'c',
      to: more.to ?? '',
      url: more.url ?? '',
      sendPicture: more.sendPicture ?? true,
    },
    connections: signingPort(async () => connection),
    pictures: {
      ofEvent: async () => picture,
      recentOfEvent: async () => [],
      clipOfEvent: async (id) => {
        asked.push(id)
        return id === 'e0' ? clip : undefined
      },
      md5: () => '',
    },
    clients: {
      mail: {
        send: async (_connection, mail) => {
          more.mails?.push(mail)
          return 'Taken.'
        },
      },
    },
  }).perform(testMessage('Goal.', { eventId: 'e1', about: 'e0', fields: { clip: { url: '/api/events/e0/clip' } } }))
}

it('Telegram plays it, and falls back to the picture where it does not take it', async () => {
  const secret = { botToken: '123:abc' }
  const config = (): Record<string, unknown> => ({ url: receiver.url, chatId: '42' })
  expect((await send('telegram', 'telegram', secret, config())).summary).toBe('Telegram has sent it, with the clip.')
  expect(receiver.received[0]?.path).toContain('/sendAnimation')
  expect(receiver.received[0]?.form['animation']).toEqual(Buffer.from(clip.bytes))
  expect(asked).toEqual(['e1', 'e0'])
  receiver.script({ status: 400, body: { ok: false, description: 'wrong file type of animation' } })
  expect((await send('telegram', 'telegram', secret, config())).summary).toBe('Telegram has sent it, with the picture.')
})

it('Discord gets it beside the picture', async () => {
  await send('discord', 'discord', { url: `${receiver.url}/api/webhooks/1/x` })
  const { form } = receiver.received.at(-1)!
  expect(form['files[0]']).toEqual(Buffer.from(picture))
  expect(form['files[1]']).toEqual(Buffer.from(clip.bytes))
})

it('a mail has it attached, unless pictures are to stay', async () => {
  const mails: Mail[] = []
  await send('email', 'smtp', {}, {}, { mails, to: 'ana@example.org' })
  expect(mails[0]?.clip).toEqual(clip)
  await send('email', 'smtp', {}, {}, { mails, to: 'ana@example.org', sendPicture: false })
  expect(mails[1]).not.toHaveProperty('clip')
})

it('a webhook is told where it is', async () => {
  await send('webhook', 'webhook', {}, {}, { url: `${receiver.url}/hook` })
  expect(receiver.received.at(-1)?.json).toMatchObject({
    clip: { url: expect.stringMatching(/^http.*\/api\/events\/e0\/clip$/) },
  })
})
