// A message or a photo by a Telegram bot. Sent without parse_mode, so that nothing in the text is markup.
import type { HttpResponse } from '../contract/capabilities.ts'
import type { Connection } from '../contract/connections.ts'
import type { ActionContext } from '../contract/define.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { baseOf, isTaken, readJson, secretOf, troubleOf } from './answer.ts'
import { clipName, type Channel, type Notice, type NoticeConfig, type SentNotice } from './channel.ts'
import { multipart } from './multipart.ts'

const timeoutMs = 15_000
const longestCaption = 1024
const longestText = 4096

export const telegram: Channel = {
  id: 'telegram',
  label: 'Telegram',
  help: 'A message with the picture by a bot of yours.',
  connection: { kind: 'telegram' },
  takesPicture: true,
  to: {
    what: 'a chat id or a channel name',
    example: '123456789 or @my_channel',
    optional: true,
    isValid: (to) => /^-?\d{1,20}$/.test(to) || /^@[A-Za-z0-9_]{4,64}$/.test(to),
  },
  send: async (notice, ctx) => {
    const { clip, picture } = notice
    const connection = await ctx.connections.get(ctx.config.connection)
    const chat = ctx.config.to.trim() || String(connection.config.chatId ?? '')
    if (chat === '')
      throw new FatalError(
        'NOTIFICATION_TO_MISSING',
        'Say whom to tell: put a chat id into the notification, or into the connection.',
      )
    const url = botUrl(connection)
    if (clip) {
      const form = await multipart([
        { name: 'chat_id', value: chat },
        { name: 'caption', value: wordsOf(notice, longestCaption) },
        { name: 'animation', value: clip.bytes, filename: clipName(clip), contentType: clip.contentType },
      ])
      const answer = await post(`${url}/sendAnimation`, form.contentType, form.body, ctx)
      if (isTaken(answer)) return sent('Telegram has sent it, with the clip.', answer, chat, 'caption')
      if (!isAboutPhoto(answer)) throw trouble(answer, ctx)
    }
    if (picture) {
      const form = await multipart([
        { name: 'chat_id', value: chat },
        { name: 'caption', value: wordsOf(notice, longestCaption) },
        { name: 'photo', value: picture, filename: 'picture.jpg', contentType: 'image/jpeg' },
      ])
      const answer = await post(`${url}/sendPhoto`, form.contentType, form.body, ctx)
      if (isTaken(answer)) return sent('Telegram has sent it, with the picture.', answer, chat, 'caption')
      if (!isAboutPhoto(answer)) throw trouble(answer, ctx)
    }
    const body = JSON.stringify({
      chat_id: chat,
      text: wordsOf(notice, longestText),
      link_preview_options: noPreview,
    })
    const answer = await post(`${url}/sendMessage`, 'application/json', body, ctx)
    if (!isTaken(answer)) throw trouble(answer, ctx)
    const summary = picture ? 'Telegram has sent it; it did not take the picture.' : 'Telegram has sent it.'
    return sent(summary, answer, chat, 'text')
  },
  correct: async (notice, { chat = '', id = '', part }, ctx) => {
    const url = botUrl(await ctx.connections.get(ctx.config.connection))
    const place = { chat_id: chat, message_id: Number(id) }
    const [method, body] =
      part === 'caption'
        ? ['editMessageCaption', { ...place, caption: wordsOf(notice, longestCaption) }]
        : ['editMessageText', { ...place, text: wordsOf(notice, longestText), link_preview_options: noPreview }]
    const answer = await post(`${url}/${method}`, 'application/json', JSON.stringify(body), ctx)
    if (isTaken(answer)) return true
    const { description } = readJson(answer.text)
    const said = answer.status === 400 && typeof description === 'string' ? description : ''
    // A second try of one that got through.
    if (/message is not modified/i.test(said)) return true
    if (/message to edit not found|can't be edited|MESSAGE_ID_INVALID/i.test(said)) return false
    throw trouble(answer, ctx)
  },
}

const noPreview = { is_disabled: true }

function botUrl(connection: Connection): string {
  return `${baseOf(connection, 'https://api.telegram.org')}/bot${encodeURIComponent(secretOf(connection, 'botToken', 'bot token'))}`
}

function wordsOf({ title, message, acknowledgeUrl }: Notice, longest: number): string {
  return `${cutText(`${title}\n${message.text}`, longest - acknowledgeUrl.length - 20)}\n\nI have seen it: ${acknowledgeUrl}`
}

/** With the place of the message, where Telegram names it. */
function sent(summary: string, answer: HttpResponse, chat: string, part: 'text' | 'caption'): SentNotice {
  const { result } = readJson(answer.text)
  const id = typeof result === 'object' && result !== null && 'message_id' in result ? Number(result.message_id) : NaN
  return Number.isSafeInteger(id) ? { summary, receipt: { chat, id: String(id), part } } : { summary }
}

function post(
  url: string,
  contentType: string,
  body: string | Uint8Array,
  ctx: ActionContext<NoticeConfig>,
): Promise<HttpResponse> {
  return ctx.http.request(
    { method: 'POST', url, headers: { 'content-type': contentType }, body, timeoutMs, maxBytes: 16_384 },
    ctx.signal,
  )
}

/** It dislikes the picture, not the message. */
function isAboutPhoto({ status, text }: HttpResponse): boolean {
  return status === 413 || (status === 400 && /photo|image|animation|video|file/i.test(text))
}

function trouble(answer: HttpResponse, ctx: ActionContext<NoticeConfig>): FatalError | RetryableError {
  const { description, parameters } = readJson(answer.text)
  const said = typeof description === 'string' ? description.slice(0, 120) : ''
  if (answer.status === 401 || answer.status === 404)
    return new FatalError(
      'NOTIFICATION_REFUSED',
      'Telegram does not know this bot token. Enter the one that BotFather gave you under Connections.',
    )
  if (answer.status === 403)
    return new FatalError(
      'NOTIFICATION_REFUSED',
      `Telegram refused (${said || 403}). Has this person or group started a chat with the bot?`,
    )
  if (answer.status === 400)
    return new FatalError('NOTIFICATION_REFUSED', `Telegram refused (${said || 400}). Check the chat id in "To".`)
  const after =
    typeof parameters === 'object' && parameters !== null && 'retry_after' in parameters
      ? Number(parameters.retry_after) * 1000
      : NaN
  if (answer.status === 429 && after >= 0)
    return new RetryableError('NOTIFICATION_NOT_NOW', 'Telegram asks to wait: too many messages.', {
      retryAfterMs: after,
    })
  return troubleOf('Telegram', answer, ctx.clock.nowMs())
}
