// A Discord message over a channel's webhook, with the picture as a file. May mention nobody; markdown in the text is escaped.
import { RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import type { HttpResponse } from '../contract/capabilities.ts'
import { hookUrl, isTaken, readJson, troubleOf } from './answer.ts'
import { clipName, type Channel, type Notice } from './channel.ts'
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
  send: async (notice, ctx) => {
    const { clip, picture } = notice
    const url = new URL(hookUrl(await ctx.connections.get(ctx.config.connection)))
    // Answers with the message once it is there, not at once with nothing.
    url.searchParams.set('wait', 'true')
    const payload = JSON.stringify({ ...wordsOf(notice), flags: suppressEmbeds })
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
        url: url.href,
        headers: { 'content-type': form ? form.contentType : 'application/json' },
        body: form ? form.body : payload,
        timeoutMs,
        maxBytes: 16_384,
      },
      ctx.signal,
    )
    if (!isTaken(response)) throw trouble(response, ctx.clock.nowMs())
    const summary = picture ? 'Discord has taken it, with the picture.' : 'Discord has taken it.'
    const { id } = readJson(response.text)
    return typeof id === 'string' && /^\d{1,30}$/.test(id) ? { summary, receipt: { id } } : summary
  },
  correct: async (notice, { id = '' }, ctx) => {
    const url = new URL(hookUrl(await ctx.connections.get(ctx.config.connection)))
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/messages/${id}`
    const response = await ctx.http.request(
      {
        method: 'PATCH',
        url: url.href,
        headers: { 'content-type': 'application/json' },
        // Its files stay, as long as nothing is said of them.
        body: JSON.stringify(wordsOf(notice)),
        timeoutMs,
        maxBytes: 16_384,
      },
      ctx.signal,
    )
    if (isTaken(response)) return true
    if (response.status === 404) return false
    throw trouble(response, ctx.clock.nowMs())
  },
}

function wordsOf({ title, message, acknowledgeUrl }: Notice): Record<string, unknown> {
  // Escaping may double the length.
  const room = Math.floor((longest - acknowledgeUrl.length - 30) / 2)
  const content = `${escapeDiscord(cutText(`${title}\n${message.text}`, room))}\nI have seen it: <${acknowledgeUrl}>`
  return { content, allowed_mentions: { parse: [] } }
}

function trouble(response: HttpResponse, nowMs: number): Error {
  const { retry_after: afterS } = readJson(response.text)
  if (response.status === 429 && typeof afterS === 'number')
    return new RetryableError('NOTIFICATION_NOT_NOW', 'Discord asks to wait: too many messages.', {
      retryAfterMs: Math.ceil(afterS * 1000),
    })
  return troubleOf('Discord', response, nowMs)
}
