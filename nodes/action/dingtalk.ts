// A DingTalk group bot, signed when the connection has a signing secret. Text goes out as text and may call nobody.
import { cutText } from '../contract/template.ts'
import { hookUrl } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel } from './channel.ts'

const timeoutMs = 15_000

export const dingtalk: Channel = {
  id: 'dingtalk', label: 'DingTalk', help: 'A message by a group bot; the picture is behind the link.',
  connection: { kind: 'dingtalk' },
  send: async ({ title, message, acknowledgeUrl }, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    const url = new URL(hookUrl(connection))
    const { signSecret } = connection.secret
    if (signSecret) {
      const timestamp = ctx.clock.nowMs()
      const hex = await ctx.connections.sign(connection.name, 'signSecret', `${timestamp}\n${signSecret}`)
      url.searchParams.set('timestamp', String(timestamp))
      url.searchParams.set('sign', hexToBase64(hex ?? ''))
    }
    const content = `${cutText(`${title}\n${message.text}`, 4000)}\n${acknowledgeUrl}`
    const body = JSON.stringify({ msgtype: 'text', text: { content }, at: { atMobiles: [], atUserIds: [], isAtAll: false } })
    const response = await ctx.http.request({ method: 'POST', url: url.href, headers: { 'content-type': 'application/json' }, body, timeoutMs, maxBytes: 4096 }, ctx.signal)
    const trouble = troubleOfBot('DingTalk', response, { busy: [-1, 130101, 410100] }, ctx.clock.nowMs())
    if (trouble) throw trouble
    return 'DingTalk has taken it.'
  },
}

/** The bots of DingTalk and Feishu want signatures in base64. */
export function hexToBase64(hex: string): string {
  return btoa(String.fromCharCode(...(hex.match(/../g) ?? []).map((pair) => parseInt(pair, 16))))
}
