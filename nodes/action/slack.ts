// A Slack message: over an incoming webhook (secret url), or as a bot (secret token) with the picture as a file.
// Text goes out as plain text or with `&<>` escaped: nothing in it can mention anybody or make a link.
import type { HttpResponse } from '../contract/capabilities.ts'
import type { Connection } from '../contract/connections.ts'
import type { ActionContext } from '../contract/define.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { baseOf, hookUrl, isTaken, readJson, troubleOf } from './answer.ts'
import type { Channel, Notice, NoticeConfig } from './channel.ts'

type Context = ActionContext<NoticeConfig>
const timeoutMs = 15_000

export const slack: Channel = {
  id: 'slack',
  label: 'Slack',
  help: 'A message in a channel: over an incoming webhook, or by a bot, which also brings the picture.',
  connection: { kind: 'slack' },
  takesPicture: true,
  to: {
    what: 'the id of a channel',
    example: 'C0123456789',
    optional: true,
    isValid: (to) => /^[A-Z0-9]{6,20}$/.test(to) || /^#?[a-z0-9._-]{1,80}$/.test(to),
  },
  send: async (notice, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    if (!connection.secret.token) return await sendToHook(notice, hookUrl(connection), ctx)
    const channel = ctx.config.to.trim() || String(connection.config.channel ?? '')
    if (channel === '')
      throw new FatalError(
        'NOTIFICATION_TO_MISSING',
        'Say in which channel to write: put its id into the notification.',
      )
    const call = callerOf(connection, ctx)
    // Files want a channel's id; by name only words can be sent.
    if (notice.picture && /^[A-Z0-9]+$/.test(channel)) return await sendFile(notice, notice.picture, channel, call, ctx)
    await call(
      'chat.postMessage',
      JSON.stringify({ channel, ...blocksOf(notice), unfurl_links: false, unfurl_media: false }),
      'application/json; charset=utf-8',
    )
    return 'Slack has taken it.'
  },
}

/** What Slack reads as control sequences, made harmless. */
export function escapeSlack(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

function blocksOf({ title, message, acknowledgeUrl }: Notice): Record<string, unknown> {
  const words = cutText(`${title}\n${message.text}`, 2900)
  return {
    text: escapeSlack(words),
    blocks: [
      { type: 'section', text: { type: 'plain_text', text: words, emoji: false } },
      { type: 'section', text: { type: 'mrkdwn', text: `<${escapeSlack(acknowledgeUrl)}|I have seen it>` } },
    ],
  }
}

async function sendToHook(notice: Notice, url: string, ctx: Context): Promise<string> {
  const response = await ctx.http.request(
    {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(blocksOf(notice)),
      timeoutMs,
      maxBytes: 4096,
    },
    ctx.signal,
  )
  if (isTaken(response)) return 'Slack has taken it.'
  throw troubleOf('Slack', response, ctx.clock.nowMs())
}

type Call = (method: string, body: string, contentType: string) => Promise<Record<string, unknown>>

/** Slack says 200 also when it refuses; the truth is in `ok`. */
function callerOf(connection: Connection, ctx: Context): Call {
  return async (method, body, contentType) => {
    const response: HttpResponse = await ctx.http.request(
      {
        method: 'POST',
        url: `${baseOf(connection, 'https://slack.com/api')}/${method}`,
        body,
        timeoutMs,
        maxBytes: 65_536,
        headers: { 'content-type': contentType, authorization: `Bearer ${connection.secret.token ?? ''}` },
      },
      ctx.signal,
    )
    if (!isTaken(response)) throw troubleOf('Slack', response, ctx.clock.nowMs())
    const answer = readJson(response.text)
    if (answer.ok === true) return answer
    const why = typeof answer.error === 'string' ? answer.error.slice(0, 80) : 'no reason given'
    if (['ratelimited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'].includes(why))
      throw new RetryableError('NOTIFICATION_NOT_NOW', `Slack cannot take it now (${why}).`)
    throw new FatalError(
      'NOTIFICATION_REFUSED',
      `Slack refused (${why}). Check the token's rights, and that the bot is in the channel.`,
    )
  }
}

/** Upload first, then publish: until the last call nobody sees anything, so that a second try doubles nothing. */
async function sendFile(
  notice: Notice,
  picture: Uint8Array,
  channel: string,
  call: Call,
  ctx: Context,
): Promise<string> {
  const form = 'application/x-www-form-urlencoded'
  const { upload_url: url, file_id: id } = await call(
    'files.getUploadURLExternal',
    new URLSearchParams({ filename: 'picture.jpg', length: String(picture.length) }).toString(),
    form,
  )
  if (typeof url !== 'string' || typeof id !== 'string')
    throw new RetryableError('NOTIFICATION_NOT_NOW', 'Slack gave no place to put the picture.')
  const put = await ctx.http.request(
    { method: 'POST', url, headers: { 'content-type': 'image/jpeg' }, body: picture, timeoutMs, maxBytes: 4096 },
    ctx.signal,
  )
  if (!isTaken(put)) throw troubleOf('Slack', put, ctx.clock.nowMs())
  const comment = `${escapeSlack(cutText(`${notice.title}\n${notice.message.text}`, 2900))}\n<${escapeSlack(notice.acknowledgeUrl)}|I have seen it>`
  await call(
    'files.completeUploadExternal',
    JSON.stringify({ files: [{ id, title: 'Picture' }], channel_id: channel, initial_comment: comment }),
    'application/json; charset=utf-8',
  )
  return 'Slack has taken it, with the picture.'
}
