// A WeCom group bot. Text goes out as text; the picture follows as a message of its own that shows it in the chat.
import type { ActionContext } from '../contract/define.ts'
import { cutText } from '../contract/template.ts'
import { hookUrl } from './answer.ts'
import { troubleOfBot } from './bot-answer.ts'
import type { Channel, NoticeConfig } from './channel.ts'

// Together less than one try of a notification may take: words that have arrived must not be said again for a slow picture.
const timeoutMs = { words: 10_000, picture: 8000 }
/** Before it is written as text; the bot takes no larger one. */
const largestBytes = 2 * 1024 * 1024

export const wecom: Channel = {
  id: 'wecom',
  label: 'WeCom',
  help: 'A message by a group bot, and the picture under it.',
  connection: { kind: 'wecom' },
  takesPicture: true,
  send: async ({ title, message, acknowledgeUrl, picture }, ctx) => {
    const url = hookUrl(await ctx.connections.get(ctx.config.connection))
    // At most 2048 bytes; a mention is written <@name>.
    const content = `${cutText(`${title}\n${message.text}`, 450).replace(/<@/g, '<\u200b@')}\n${acknowledgeUrl}`
    await post(url, { msgtype: 'text', text: { content, mentioned_list: [] } }, timeoutMs.words, ctx)
    if (!picture) return 'WeCom has taken it.'
    // The words have arrived: another try for the picture's sake would say them twice.
    const isShown =
      picture.length <= largestBytes &&
      (await sendPicture(url, picture, ctx).then(
        () => true,
        () => false,
      ))
    return isShown ? 'WeCom has taken it, with the picture.' : 'WeCom has taken it; it did not take the picture.'
  },
}

async function post(
  url: string,
  body: Record<string, unknown>,
  limitMs: number,
  ctx: ActionContext<NoticeConfig>,
): Promise<void> {
  const response = await ctx.http.request(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      timeoutMs: limitMs,
      maxBytes: 4096,
    },
    ctx.signal,
  )
  const trouble = troubleOfBot('WeCom', response, { busy: [45009, -1] }, ctx.clock.nowMs())
  if (trouble) throw trouble
}

async function sendPicture(url: string, picture: Uint8Array, ctx: ActionContext<NoticeConfig>): Promise<void> {
  await post(
    url,
    { msgtype: 'image', image: { base64: toBase64(picture), md5: ctx.pictures.md5(picture) } },
    timeoutMs.picture,
    ctx,
  )
}

function toBase64(bytes: Uint8Array): string {
  // In parts: a whole picture is more arguments than a call may have.
  const parts = Array.from({ length: Math.ceil(bytes.length / 8192) }, (_unused, index) =>
    String.fromCharCode(...bytes.subarray(index * 8192, (index + 1) * 8192)),
  )
  return btoa(parts.join(''))
}
