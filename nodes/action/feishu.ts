// A Feishu (Lark) group bot, signed when the connection has a signing secret. A rich text of plain parts: no tag in a text counts.
// The picture is uploaded first, by an app of the same organisation, where the connection holds one.
import type { Connection } from '../contract/connections.ts'
import type { ActionContext } from '../contract/define.ts'
import { cutText } from '../contract/template.ts'
import { hookUrl, readJson } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel, NoticeConfig } from './channel.ts'
import { hexToBase64 } from './dingtalk.ts'
import { multipart } from './multipart.ts'

type Context = ActionContext<NoticeConfig>
// Together less than one try of a notification may take.
const timeoutMs = { login: 3000, upload: 5000, post: 10_000 }

export const feishu: Channel = {
  id: 'feishu',
  label: 'Feishu',
  help: 'A message by a group bot of Feishu or Lark; with the picture where the connection holds an app (appId, appSecret).',
  connection: { kind: 'feishu' },
  takesPicture: true,
  send: async ({ title, message, acknowledgeUrl, picture }, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    const url = hookUrl(connection)
    const hasApp = Boolean(connection.secret.appId && connection.secret.appSecret)
    const imageKey = picture && hasApp ? await uploaded(picture, connection, new URL(url).origin, ctx) : undefined
    const content = [
      [{ tag: 'text', text: cutText(message.text, 8000) }],
      ...(imageKey === undefined ? [] : [[{ tag: 'img', image_key: imageKey }]]),
      [{ tag: 'a', text: 'I have seen it', href: acknowledgeUrl }],
    ]
    const post = { msg_type: 'post', content: { post: { en_us: { title, content }, zh_cn: { title, content } } } }
    const signature = connection.secret.signSecret ? await signed(connection.name, ctx) : {}
    const response = await ctx.http.request(
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...signature, ...post }),
        timeoutMs: timeoutMs.post,
        maxBytes: 4096,
      },
      ctx.signal,
    )
    const trouble = troubleOfBot('Feishu', response, { busy: [9499, 11232] }, ctx.clock.nowMs())
    if (trouble) throw trouble
    if (imageKey !== undefined) return 'Feishu has taken it, with the picture.'
    return picture && hasApp ? 'Feishu has taken it; it did not take the picture.' : 'Feishu has taken it.'
  },
}

/** Feishu's own way: the text is part of the key, and what is signed is empty. */
async function signed(name: string, ctx: Context): Promise<{ timestamp: string; sign: string }> {
  const timestamp = String(Math.floor(ctx.clock.nowMs() / 1000))
  return { timestamp, sign: hexToBase64((await ctx.connections.sign(name, 'signSecret', '', `${timestamp}\n`)) ?? '') }
}

/** The picture's key at the bot's own host, which is another one for Lark; undefined when it is not taken: the words matter more. */
async function uploaded(
  picture: Uint8Array,
  { secret }: Connection,
  origin: string,
  ctx: Context,
): Promise<string | undefined> {
  try {
    const login = await ctx.http.request(
      {
        method: 'POST',
        url: `${origin}/open-apis/auth/v3/tenant_access_token/internal`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ app_id: secret.appId, app_secret: secret.appSecret }),
        timeoutMs: timeoutMs.login,
        maxBytes: 16_384,
      },
      ctx.signal,
    )
    const { tenant_access_token: token } = readJson(login.text)
    if (typeof token !== 'string' || !/^[\w.-]+$/.test(token)) return undefined
    const form = await multipart([
      { name: 'image_type', value: 'message' },
      { name: 'image', value: picture, filename: 'picture.jpg', contentType: 'image/jpeg' },
    ])
    const upload = await ctx.http.request(
      {
        method: 'POST',
        url: `${origin}/open-apis/im/v1/images`,
        headers: { 'content-type': form.contentType, authorization: `Bearer ${token}` },
        body: form.body,
        timeoutMs: timeoutMs.upload,
        maxBytes: 16_384,
      },
      ctx.signal,
    )
    const { data } = readJson(upload.text)
    const key = typeof data === 'object' && data !== null && 'image_key' in data ? data.image_key : undefined
    return typeof key === 'string' && key !== '' ? key : undefined
  } catch (error) {
    if (ctx.signal.aborted) throw error
    return undefined
  }
}
