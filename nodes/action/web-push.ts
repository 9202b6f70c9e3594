// A notification on every phone and desktop whose browser has been allowed to show them. The picture is fetched by the browser,
// over the signed link of the message.
import { pushReceiver } from '../contract/capabilities.ts'
import type { ActionContext } from '../contract/define.ts'
import { cutText, oneLine } from '../contract/template.ts'
import type { Channel, Notice, NoticeConfig } from './channel.ts'

// All of it must fit into 4 kB, and a character may take six bytes.
const longest = { title: 100, text: 350 }

export const webPush: Channel = {
  id: 'web-push',
  receiver: () => pushReceiver,
  label: 'Phone or desktop',
  help: 'A notification of the browser, on every device where you have switched it on; with the picture where this Heed is reached by https.',
  takesPicture: true,
  send: async (notice, ctx) => {
    const count = await push(notice, ctx.idempotencyKey, ctx)
    const summary = `Sent to ${count} ${count === 1 ? 'device' : 'devices'}.`
    return { summary, receipt: { tag: ctx.idempotencyKey } }
  },
  correct: async (notice, { tag = '' }, ctx) => {
    await push(notice, tag, ctx)
    return true
  },
}

/** A browser shows one notification per tag: a second try, and a correction, takes the place of the first. */
function push(
  { title, message, acknowledgeUrl, pictureUrl }: Notice,
  tag: string,
  { push, signal }: Pick<ActionContext<NoticeConfig>, 'push' | 'signal'>,
): Promise<number> {
  const note = {
    title: oneLine(title, longest.title),
    text: cutText(message.text, longest.text),
    url: acknowledgeUrl,
    tag,
  }
  return push.send({ ...note, ...(pictureUrl === undefined ? {} : { image: pictureUrl }) }, signal)
}
