// A Feishu (Lark) group bot, signed when the connection has a signing secret. A rich text of plain parts: no tag in a text counts.
import { cutText } from '../contract/template.ts'
import { hookUrl } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel } from './channel.ts'
import { hexToBase64 } from './dingtalk.ts'

const timeoutMs = 15_000

export const feishu: Channel = {
  id: 'feishu', label: 'Feishu', help: 'A message by a group bot of Feishu or Lark; the picture is behind the link.',
  connection: { kind: 'feishu' },
  send: async ({ title, message, acknowledgeUrl }, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    const url = hookUrl(connection)
    const content = [[{ tag: 'text', text: cutText(message.text, 8000) }], [{ tag: 'a', text: 'I have seen it', href: acknowledgeUrl }]]
    const post = { msg_type: 'post', content: { post: { en_us: { title, content }, zh_cn: { title, content } } } }
    const signature = connection.secret.signSecret ? await signed(connection.name) : {}
    const response = await ctx.http.request({
      method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...signature, ...post }), timeoutMs, maxBytes: 4096,
    }, ctx.signal)
    const trouble = troubleOfBot('Feishu', response, { busy: [9499, 11232] }, ctx.clock.nowMs())
    if (trouble) throw trouble
    return 'Feishu has taken it.'

    /** Feishu's own way: the text is part of the key, and what is signed is empty. */
    async function signed(name: string): Promise<{ timestamp: string; sign: string }> {
      const timestamp = String(Math.floor(ctx.clock.nowMs() / 1000))
      return { timestamp, sign: hexToBase64(await ctx.connections.sign(name, 'signSecret', '', `${timestamp}\n`) ?? '') }
    }
  },
}
