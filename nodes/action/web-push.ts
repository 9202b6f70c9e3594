// A notification on every phone and desktop whose browser has been allowed to show them.
import { cutText, oneLine } from '../contract/template.ts'
import type { Channel } from './channel.ts'

export const webPush: Channel = {
  id: 'web-push', label: 'Phone or desktop', help: 'A notification of the browser, on every device where you have switched it on.',
  send: async ({ title, message, acknowledgeUrl }, ctx) => {
    // A browser shows one notification per tag: a second try replaces the first.
    const count = await ctx.push.send({ title: oneLine(title, 120), text: cutText(message.text, 1000), url: acknowledgeUrl, tag: ctx.idempotencyKey }, ctx.signal)
    return `Sent to ${count} ${count === 1 ? 'device' : 'devices'}.`
  },
}
