// A Slack message: over an incoming webhook (secret url), or as a bot (secret token) with the picture as a file.
// Text goes out as plain text or with `&<>` escaped: nothing in it can mention anybody or make a link.
import type { HttpResponse } from '../contract/capabilities.ts'
import type { Connection } from '../contract/connections.ts'
import type { ActionContext } from '../contract/define.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { baseOf, hookUrl, isTaken, readJson, troubleOf } from './answer.ts'
import type { Channel, Notice, NoticeConfig, SentNotice } from './channel.ts'

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
    const posted = await call(
      'chat.postMessage',
      JSON.stringify({ channel, ...blocksOf(notice), unfurl_links: false, unfurl_media: false }),
      asJson,
    )
    const summary = 'Slack has taken it.'
    // By the channel's id, whatever it was called when it was posted.
    return typeof posted.ts === 'string' && typeof posted.channel === 'string'
      ? { summary, receipt: { channel: posted.channel, ts: posted.ts } }
      : summary
  },
  correct: async (notice, { channel = '', ts, file }, ctx) => {
    const connection = await ctx.connections.get(ctx.config.connection)
    if (!connection.secret.token) return false
    const call = callerOf(connection, ctx)
    try {
      const at = ts ?? (file === undefined ? undefined : await sharedAt(file, channel, call))
      if (at === undefined) return false
      const words = file === undefined ? blocksOf(notice) : { text: commentOf(notice), file_ids: [file] }
      await call('chat.update', JSON.stringify({ channel, ts: at, ...words }), asJson)
      return true
    } catch (thrown) {
      if (thrown instanceof FatalError && cannotChange.has(String(thrown.details.said))) return false
      throw thrown
    }
  },
}

const asJson = 'application/json; charset=utf-8'
const asForm = 'application/x-www-form-urlencoded'
/** It is gone, too old, or this bot may not look for it or change it. */
const cannotChange = new Set([
  'message_not_found',
  'file_not_found',
  'cant_update_message',
  'edit_window_closed',
  'missing_scope',
  'not_allowed_token_type',
])

/** When the message with this file was posted: Slack says it only some time after the file was taken. */
async function sharedAt(file: string, channel: string, call: Call): Promise<string | undefined> {
  const answer = await call('files.info', new URLSearchParams({ file }).toString(), asForm)
  const { shares } = (answer.file ?? {}) as {
    shares?: Record<string, Record<string, { ts?: unknown }[] | undefined> | undefined>
  }
  const ts = shares?.public?.[channel]?.[0]?.ts ?? shares?.private?.[channel]?.[0]?.ts
  return typeof ts === 'string' ? ts : undefined
}

function commentOf({ title, message, acknowledgeUrl }: Notice): string {
  return `${escapeSlack(cutText(`${title}\n${message.text}`, 2900))}\n<${escapeSlack(acknowledgeUrl)}|I have seen it>`
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
      { details: { said: why } },
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
): Promise<SentNotice> {
  const { upload_url: url, file_id: id } = await call(
    'files.getUploadURLExternal',
    new URLSearchParams({ filename: 'picture.jpg', length: String(picture.length) }).toString(),
    asForm,
  )
  if (typeof url !== 'string' || typeof id !== 'string')
    throw new RetryableError('NOTIFICATION_NOT_NOW', 'Slack gave no place to put the picture.')
  const put = await ctx.http.request(
    { method: 'POST', url, headers: { 'content-type': 'image/jpeg' }, body: picture, timeoutMs, maxBytes: 4096 },
    ctx.signal,
  )
  if (!isTaken(put)) throw troubleOf('Slack', put, ctx.clock.nowMs())
  await call(
    'files.completeUploadExternal',
    JSON.stringify({ files: [{ id, title: 'Picture' }], channel_id: channel, initial_comment: commentOf(notice) }),
    asJson,
  )
  return { summary: 'Slack has taken it, with the picture.', receipt: { channel, file: id } }
}
