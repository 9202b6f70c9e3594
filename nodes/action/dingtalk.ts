// A DingTalk group bot, signed when the connection has a signing secret. Text goes out as text, or in a form that no markdown
// reads, and may call nobody. Takes pictures by their address only.
import { cutText } from '../contract/template.ts'
import { hookUrl } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel, Notice } from './channel.ts'

const timeoutMs = 15_000

export const dingtalk: Channel = {
  id: 'dingtalk',
  label: 'DingTalk',
  help: 'A message by a group bot; with the picture where this Heed is reached by https (HEED_PUBLIC_URL).',
  connection: { kind: 'dingtalk' },
  takesPicture: true,
  send: async (notice, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    const url = new URL(hookUrl(connection))
    const { signSecret } = connection.secret
    if (signSecret) {
      const timestamp = ctx.clock.nowMs()
      const hex = await ctx.connections.sign(connection.name, 'signSecret', `${timestamp}\n${signSecret}`)
      url.searchParams.set('timestamp', String(timestamp))
      url.searchParams.set('sign', hexToBase64(hex ?? ''))
    }
    const body = JSON.stringify({ ...contentOf(notice), at: { atMobiles: [], atUserIds: [], isAtAll: false } })
    const response = await ctx.http.request(
      {
        method: 'POST',
        url: url.href,
        headers: { 'content-type': 'application/json' },
        body,
        timeoutMs,
        maxBytes: 4096,
      },
      ctx.signal,
    )
    const trouble = troubleOfBot('DingTalk', response, { busy: [-1, 130101, 410100] }, ctx.clock.nowMs())
    if (trouble) throw trouble
    return notice.pictureUrl === undefined
      ? 'DingTalk has taken it.'
      : 'DingTalk has taken it, with the address of the picture.'
  },
}

/** Plain text, unless there is a picture to show: only markdown shows one. */
function contentOf({ title, message, acknowledgeUrl, pictureUrl }: Notice): Record<string, unknown> {
  if (pictureUrl === undefined)
    return { msgtype: 'text', text: { content: `${cutText(`${title}\n${message.text}`, 4000)}\n${acknowledgeUrl}` } }
  const words = withoutMarkdown(cutText(`${title}\n${message.text}`, 4000)).replace(/\r?\n|\r/g, '  \n  ')
  return {
    msgtype: 'markdown',
    markdown: { title, text: `${words}\n\n![](${pictureUrl})\n\n[I have seen it](${acknowledgeUrl})` },
  }
}

const wide: Record<string, string> = {
  '[': '［',
  ']': '］',
  '<': '＜',
  '>': '＞',
  '`': '｀',
  '*': '＊',
  _: '＿',
  '#': '＃',
  '|': '｜',
  '\\': '＼',
  '~': '～',
}

/** The signs of markdown and HTML in their wide form, which reads the same and means nothing: this dialect knows no escapes. */
export function withoutMarkdown(text: string): string {
  return text.replace(/[[\]<>`*_#|\\~]/g, (sign) => wide[sign] ?? sign)
}

/** The bots of DingTalk and Feishu want signatures in base64. */
export function hexToBase64(hex: string): string {
  return btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))))
}
