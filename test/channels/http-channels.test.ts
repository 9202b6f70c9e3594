// Every channel that speaks HTTP, against its service on loopback: what it sends, what it makes of trouble, and that hostile
// text stays text.
import { createHash, createHmac } from 'node:crypto'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import notification from '../../nodes/action/notification.ts'
import type { Connection, ConnectionKind } from '../../nodes/contract/connections.ts'
import { createHttp } from '../../runtime/egress/http.ts'
import { signingPort } from '../../runtime/connections/signing-port.ts'
import { startChannelReceiver, type ChannelReceiver } from '../support/channel-receiver.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { testMessage, testNode } from '../support/test-node.ts'
import { ofKind } from '../support/connection-kinds.ts'

const http = createHttp()
const picture = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 13, 10, 0, 1])
const hostile =
  '@everyone <!channel> <@U1> <at user_id="all"></at> {{flow}} [x](http://evil.example) *b*\r\nBcc: x@evil.example\r\n--heed "&>'
const clock = fakeClock()
let receiver: ChannelReceiver
beforeEach(async () => {
  receiver = await startChannelReceiver()
})
afterEach(() => receiver.stop())
afterAll(() => http.close())

interface Sending {
  text?: string
  to?: string
  secret?: Record<string, string>
  config?: Record<string, unknown>
  withPicture?: boolean
  title?: string
  isPublic?: boolean
  sendPicture?: boolean
}

function send(channel: string, kind: ConnectionKind, options: Sending = {}) {
  const connection: Connection = {
    name: 'c',
    ...ofKind(kind),
    config: options.config ?? {},
    secret: options.secret ?? {},
  }
  return testNode(notification, {
    http,
    clock,
    config: {
      channel,
      connection: 'c',
      to: options.to ?? '',
      title: options.title ?? 'Fall at {{camera}}',
      sendPicture: options.sendPicture ?? true,
    },
    connections: signingPort(async () => connection),
    ...(options.isPublic
      ? { pictureUrl: ({ eventId }) => `https://heed.example/api/acknowledge/${eventId}/frame` }
      : {}),
    pictures: {
      ofEvent: async () => (options.withPicture === false ? undefined : picture),
      recentOfEvent: async () => [],
      md5: (picture) => createHash('md5').update(picture).digest('hex'),
    },
  }).perform(testMessage(options.text ?? 'A person has fallen.', { eventId: 'e1' }))
}
const last = () => receiver.received.at(-1)

interface Case {
  channel: string
  kind: ConnectionKind
  to?: string
  secret(url: string): Record<string, string>
  config?(url: string): Record<string, unknown>
}
const cases: Case[] = [
  {
    channel: 'telegram',
    ...ofKind('telegram'),
    to: '42',
    secret: () => ({ botToken: '1:abc' }),
    config: (url) => ({ url }),
  },
  {
    channel: 'slack',
    ...ofKind('slack'),
    to: 'C0123456',
    secret: () => ({ token: 'xoxb-1' }),
    config: (url) => ({ url }),
  },
  { channel: 'slack', ...ofKind('slack'), secret: (url) => ({ url: `${url}/services/T/B/X` }) },
  { channel: 'discord', ...ofKind('discord'), secret: (url) => ({ url: `${url}/api/webhooks/1/x` }) },
  { channel: 'ntfy', ...ofKind('ntfy'), to: 'grandma', secret: () => ({ token: 'tk_1' }), config: (url) => ({ url }) },
  { channel: 'wecom', ...ofKind('wecom'), secret: (url) => ({ url: `${url}/cgi-bin/webhook/send?key=k` }) },
  { channel: 'dingtalk', ...ofKind('dingtalk'), secret: (url) => ({ url: `${url}/robot/send?access_token=t` }) },
  { channel: 'feishu', ...ofKind('feishu'), secret: (url) => ({ url: `${url}/open-apis/bot/v2/hook/x` }) },
]
const sendCase = ({ channel, kind, to, secret, config }: Case, more: Sending = {}) =>
  send(channel, kind, {
    ...(to === undefined ? {} : { to }),
    secret: secret(receiver.url),
    ...(config ? { config: config(receiver.url) } : {}),
    ...more,
  })

describe.each(cases)('$channel', (each: Case) => {
  it('delivers words and the link', async () => {
    expect((await sendCase(each, { withPicture: false })).summary).toMatch(/has (taken|sent) it\.$/)
    const whole = decodeURIComponent(JSON.stringify(last()?.json))
    expect(whole).toContain('A person has fallen.')
    expect(whole).toContain('http://heed.test/ack/e1')
  })

  it('wants another try after 503, a broken connection and 429, with the pause that was asked for', async () => {
    receiver.script({ status: 503 })
    await expect(sendCase(each)).rejects.toMatchObject({ name: 'RetryableError' })
    receiver.script({ fault: 'close' })
    await expect(sendCase(each)).rejects.toMatchObject({ name: 'RetryableError', code: 'HTTP_UNREACHABLE' })
    receiver.script({
      status: 429,
      headers: { 'retry-after': '7' },
      body: { retry_after: 7, parameters: { retry_after: 7 } },
    })
    await expect(sendCase(each)).rejects.toMatchObject({ name: 'RetryableError', retryAfterMs: 7000 })
  })

  it('fails at once when it is refused, says so in words, and shows no secret', async () => {
    receiver.script({ status: 401, body: { ok: false, description: 'Unauthorized' } })
    const error = await sendCase(each).catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ name: 'FatalError', code: 'NOTIFICATION_REFUSED' })
    for (const secret of Object.values(each.secret(receiver.url))) expect(String(error)).not.toContain(secret)
  })

  // ntfy works without.
  if (each.channel !== 'ntfy')
    it('names the secret that the connection lacks', async () => {
      await expect(sendCase(each, { secret: {} })).rejects.toMatchObject({
        code: 'NOTIFICATION_SECRET_MISSING',
        message: expect.stringContaining('"c"') as string,
      })
    })

  it('is slow but arrives', async () => {
    receiver.script({
      delayMs: 300,
      body: { ok: true, errcode: 0, code: 0, upload_url: `${receiver.url}/slack-upload`, file_id: 'F' },
    })
    await expect(sendCase(each)).resolves.toBeDefined()
  })
})

describe('hostile text', () => {
  it('reaches Telegram as it is, without parse_mode, to the chat of the config', async () => {
    await sendCase(cases[0]!, { text: hostile })
    const { form, path } = last()!
    expect(path).toBe('/bot1%3Aabc/sendPhoto')
    expect(Object.keys(form).sort()).toEqual(['caption', 'chat_id', 'photo'])
    expect([form.chat_id, String(form.caption).includes(hostile), form.photo]).toEqual([
      '42',
      true,
      Buffer.from(picture),
    ])
  })

  it('mentions nobody and links nowhere in Slack', async () => {
    await sendCase(cases[1]!, { text: hostile })
    const comment = String(last()?.json.initial_comment)
    expect(comment).toContain('&lt;!channel&gt; &lt;@U1&gt;')
    expect(comment.match(/<[^>]*>/g)).toHaveLength(1)
    expect(comment.match(/<([^|>]*)\|/)?.[1]).toMatch(/^http:\/\/heed\.test\/ack\//)
    await sendCase(cases[2]!, { text: hostile })
    expect(last()?.json.text).not.toMatch(/<[!@#]/)
    expect(last()?.json.blocks).toMatchObject([{ text: { type: 'plain_text' } }, { text: { type: 'mrkdwn' } }])
  })

  it('mentions nobody in Discord, and its markdown is shown letter by letter', async () => {
    await sendCase(cases[3]!, { text: hostile })
    const payload = JSON.parse(String(last()?.form.payload_json)) as { content: string; allowed_mentions: unknown }
    expect(payload.allowed_mentions).toEqual({ parse: [] })
    expect(payload.content).toContain('\\*b\\*')
    expect(payload.content).not.toContain('[x](')
    expect(last()?.form['files[0]']).toEqual(Buffer.from(picture))
  })

  it('opens no header at ntfy and chooses no topic', async () => {
    await sendCase(cases[4]!, { text: hostile, title: 'A {{text}}' })
    const { headers, path, raw } = last()!
    expect(path).toBe('/grandma')
    expect(headers.bcc).toBeUndefined()
    const decode = (value: unknown) =>
      Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(String(value))?.[1] ?? '', 'base64').toString()
    expect(decode(headers.message)).toBe(hostile)
    expect(decode(headers.title)).not.toMatch(/[\r\n]/)
    expect(raw).toEqual(Buffer.from(picture))
  })

  it('calls nobody in WeCom, DingTalk and Feishu', async () => {
    await sendCase(cases[5]!, { text: hostile, withPicture: false })
    expect(last()?.json).toMatchObject({ msgtype: 'text', text: { mentioned_list: [] } })
    expect(JSON.stringify(last()?.json)).not.toContain('<@')
    await sendCase(cases[6]!, { text: hostile })
    expect(last()?.json).toMatchObject({ msgtype: 'text', at: { isAtAll: false, atMobiles: [] } })
    await sendCase(cases[7]!, { text: hostile })
    expect(last()?.json).toMatchObject({
      msg_type: 'post',
      content: { post: { en_us: { content: [[{ tag: 'text', text: hostile }], [{ tag: 'a' }]] } } },
    })
  })
})

describe('what is special', () => {
  it('Telegram: falls back to words when the photo is not liked, and tells a wrong chat', async () => {
    receiver.script({ status: 400, body: { ok: false, description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' } })
    expect((await sendCase(cases[0]!)).summary).toContain('did not take the picture')
    expect(last()?.path).toContain('/sendMessage')
    receiver.script({ status: 400, body: { ok: false, description: 'Bad Request: chat not found' } })
    await expect(sendCase(cases[0]!)).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining('chat not found') as string,
    })
  })

  it('Slack: reads the truth out of a 200, and publishes a file only once it is complete', async () => {
    expect((await sendCase(cases[1]!)).summary).toContain('with the picture')
    expect(receiver.received.map(({ path }) => path)).toEqual([
      '/files.getUploadURLExternal',
      '/slack-upload',
      '/files.completeUploadExternal',
    ])
    expect(receiver.received[1]?.raw).toEqual(Buffer.from(picture))
    receiver.script({ body: { ok: false, error: 'invalid_auth' } })
    await expect(sendCase(cases[1]!)).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining('invalid_auth') as string,
    })
    receiver.script({ body: { ok: false, error: 'ratelimited' } })
    await expect(sendCase(cases[1]!)).rejects.toMatchObject({ name: 'RetryableError' })
  })

  it('ntfy: sends the words alone to a server without files, with priority and a button', async () => {
    receiver.script({ status: 400, body: { code: 40014 } })
    expect((await sendCase(cases[4]!)).summary).toContain('did not take the picture')
    expect(last()?.json).toMatchObject({
      topic: 'grandma',
      title: 'Fall at cam',
      priority: 5,
      actions: [{ action: 'view' }],
    })
    expect(last()?.headers.authorization).toBe('Bearer tk_1')
  })

  it('WeCom: shows the picture in the chat, and the words count even when it is lost', async () => {
    expect((await sendCase(cases[5]!, { text: hostile })).summary).toBe('WeCom has taken it, with the picture.')
    expect(receiver.received.map(({ json }) => json.msgtype)).toEqual(['text', 'image'])
    expect(last()?.json.image).toEqual({
      base64: Buffer.from(picture).toString('base64'),
      md5: createHash('md5').update(picture).digest('hex'),
    })
    receiver.script({ body: { errcode: 0 } }, { status: 500 })
    expect((await sendCase(cases[5]!)).summary).toContain('did not take the picture')
    receiver.script({ body: { errcode: 0 } }, { body: { errcode: 301019, errmsg: 'media file invalid md5' } })
    expect((await sendCase(cases[5]!)).summary).toContain('did not take the picture')
    receiver.script({ body: { errcode: 93000, errmsg: 'invalid webhook url' } })
    await expect(sendCase(cases[5]!)).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining('invalid webhook url') as string,
    })
  })

  it('DingTalk: shows the picture by its signed address where there is one, and no sign of the text is markup', async () => {
    expect(
      (
        await sendCase(cases[6]!, {
          isPublic: true,
          text: `${hostile}\n![](https://evil.example/x.png) <img src=x> https://evil.example \`x\``,
          title: '{{text}}',
        })
      ).summary,
    ).toContain('with the address of the picture')
    const { msgtype, markdown, at } = last()!.json as {
      msgtype: string
      markdown: { title: string; text: string }
      at: unknown
    }
    expect([msgtype, at]).toEqual(['markdown', { atMobiles: [], atUserIds: [], isAtAll: false }])
    const [words = '', ...ours] = markdown.text.split('\n\n![](https://heed.example/api/acknowledge/e1/frame)\n\n')
    expect(ours).toEqual(['[I have seen it](http://heed.test/ack/e1)'])
    expect(words).not.toMatch(/[[\]<>`*_#|\\~]/)
    expect(words).toContain('［x］(http://evil.example)')
    expect(markdown.title).not.toMatch(/[\r\n]/)
  })

  it('DingTalk: sends words alone without a picture, without an https address, and when the picture is to stay here', async () => {
    for (const more of [
      { isPublic: true, withPicture: false },
      { isPublic: false },
      { isPublic: true, sendPicture: false },
    ]) {
      await sendCase(cases[6]!, more)
      expect(last()?.json.msgtype).toBe('text')
    }
  })

  it('Feishu: shows the picture when the connection holds an app, uploaded at the same host', async () => {
    const secret = { ...cases[7]!.secret(receiver.url), appId: 'cli_1', appSecret: 's1' }
    expect((await sendCase(cases[7]!, { secret, text: hostile })).summary).toBe(
      'Feishu has taken it, with the picture.',
    )
    const [login, upload, post] = receiver.received
    expect([login?.path, login?.json]).toEqual([
      '/open-apis/auth/v3/tenant_access_token/internal',
      { app_id: 'cli_1', app_secret: 's1' },
    ])
    expect([upload?.path, upload?.headers.authorization, upload?.form]).toEqual([
      '/open-apis/im/v1/images',
      'Bearer t-1',
      { image_type: 'message', image: Buffer.from(picture) },
    ])
    expect(post?.json).toMatchObject({
      content: {
        post: {
          zh_cn: {
            content: [[{ tag: 'text', text: hostile }], [{ tag: 'img', image_key: 'img_v3_1' }], [{ tag: 'a' }]],
          },
        },
      },
    })
  })

  it.each([
    [{ body: { code: 10003, msg: 'invalid param' } }],
    [{ status: 500 }],
    [{ fault: 'close' as const }],
    [{ body: { code: 0, tenant_access_token: 't\r\nx: y' } }],
    [{ body: { code: 0, tenant_access_token: 't-1' } }, { body: { code: 234006, msg: 'too large' } }],
    [{ body: { code: 0, tenant_access_token: 't-1' } }, { fault: 'close' as const }],
  ])('Feishu: the words go out when the picture does not (%j)', async (...plan) => {
    receiver.script(...plan)
    const secret = { ...cases[7]!.secret(receiver.url), appId: 'cli_1', appSecret: 's1' }
    expect((await sendCase(cases[7]!, { secret })).summary).toBe('Feishu has taken it; it did not take the picture.')
    expect(last()?.json).toMatchObject({
      msg_type: 'post',
      content: { post: { en_us: { content: [[{ tag: 'text' }], [{ tag: 'a' }]] } } },
    })
  })

  it('every channel: keeps the picture to itself when the switch is off', async () => {
    for (const each of cases) {
      await sendCase(each, { sendPicture: false })
      expect(
        receiver.received.some(
          ({ raw }) => raw.includes(Buffer.from(picture)) || raw.includes(Buffer.from(picture).toString('base64')),
        ),
      ).toBe(false)
    }
  })

  it('DingTalk and Feishu: sign the way each of them checks it', async () => {
    await sendCase(cases[6]!, { secret: { ...cases[6]!.secret(receiver.url), signSecret: 'SEC1' } })
    const query = new URL(last()!.path, receiver.url).searchParams
    const t = String(clock.nowMs())
    expect([query.get('access_token'), query.get('timestamp'), query.get('sign')]).toEqual([
      't',
      t,
      createHmac('sha256', 'SEC1').update(`${t}\nSEC1`).digest('base64'),
    ])
    await sendCase(cases[7]!, { secret: { ...cases[7]!.secret(receiver.url), signSecret: 'SEC2' } })
    const s = String(Math.floor(clock.nowMs() / 1000))
    expect(last()?.json).toMatchObject({
      timestamp: s,
      sign: createHmac('sha256', `${s}\nSEC2`).update('').digest('base64'),
    })
    receiver.script({ body: { code: 19021, msg: 'sign match fail' } })
    await expect(sendCase(cases[7]!)).rejects.toMatchObject({
      name: 'FatalError',
      message: expect.stringContaining('sign match fail') as string,
    })
  })
})
