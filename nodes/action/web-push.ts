// A notification on every phone and desktop whose browser has been allowed to show them. The picture is fetched by the browser,
// over the signed link of the message.
import { pushReceiver } from '../contract/capabilities.ts'
import { cutText, oneLine } from '../contract/template.ts'
import type { Channel } from './channel.ts'

// All of it must fit into 4 kB, and a character may take six bytes.
const longest = { title: 100, text: 350 }

export const webPush: Channel = {
  id: 'web-push',
  receiver: () => pushReceiver,
  label: 'Phone or desktop',
  help: 'A notification of the browser, on every device where you have switched it on; with the picture where this Heed is reached by https.',
  takesPicture: true,
  send: async ({ title, message, acknowledgeUrl, pictureUrl }, ctx) => {
    // A browser shows one notification per tag: a second try replaces the first.
    const note = {
      title: oneLine(title, longest.title),
      text: cutText(message.text, longest.text),
      url: acknowledgeUrl,
      tag: ctx.idempotencyKey,
    }
    const count = await ctx.push.send(
      { ...note, ...(pictureUrl === undefined ? {} : { image: pictureUrl }) },
      ctx.signal,
    )
    return `Sent to ${count} ${count === 1 ? 'device' : 'devices'}.`
  },
}
