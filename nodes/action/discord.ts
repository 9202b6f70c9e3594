// A Discord message over a channel's webhook, with the picture as a file. May mention nobody; markdown in the text is escaped.
import { RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { hookUrl, isTaken, readJson, troubleOf } from './answer.ts'
import { clipName, type Channel } from './channel.ts'
import { multipart } from './multipart.ts'

const timeoutMs = 15_000
const longest = 2000
/** Do not unfold links. */
const suppressEmbeds = 4

/** Text as Discord shows it letter by letter. */
export function escapeDiscord(text: string): string {
  return text.replace(/([\\`*_~|<>[\]()#:@-])/g, '\\$1')
}

export const discord: Channel = {
  id: 'discord',
  label: 'Discord',
  help: 'A message with the picture in the channel that the webhook belongs to.',
  connection: { kind: 'discord' },
  takesPicture: true,
  send: async ({ title, message, acknowledgeUrl, clip, picture }, ctx) => {
    const url = hookUrl(await ctx.connections.get(ctx.config.connection))
    // Escaping may double the length.
    const room = Math.floor((longest - acknowledgeUrl.length - 30) / 2)
    const content = `${escapeDiscord(cutText(`${title}\n${message.text}`, room))}\nI have seen it: <${acknowledgeUrl}>`
    const payload = JSON.stringify({ content, allowed_mentions: { parse: [] }, flags: suppressEmbeds })
    const files = [
      ...(picture ? [{ value: picture, filename: 'picture.jpg', contentType: 'image/jpeg' }] : []),
      ...(clip ? [{ value: clip.bytes, filename: clipName(clip), contentType: clip.contentType }] : []),
    ]
    const form =
      files.length > 0 &&
      (await multipart([
        { name: 'payload_json', value: payload },
        ...files.map((file, at) => ({ name: `files[${at}]`, ...file })),
      ]))
    const response = await ctx.http.request(
      {
        method: 'POST',
        url,
        headers: { 'content-type': form ? form.contentType : 'application/json' },
        body: form ? form.body : payload,
        timeoutMs,
        maxBytes: 16_384,
      },
      ctx.signal,
    )
    if (isTaken(response)) return picture ? 'Discord has taken it, with the picture.' : 'Discord has taken it.'
    const { retry_after: afterS } = readJson(response.text)
    if (response.status === 429 && typeof afterS === 'number')
      throw new RetryableError('NOTIFICATION_NOT_NOW', 'Discord asks to wait: too many messages.', {
        retryAfterMs: Math.ceil(afterS * 1000),
      })
    throw troubleOf('Discord', response, ctx.clock.nowMs())
  },
}
