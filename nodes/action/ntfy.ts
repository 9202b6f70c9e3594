// A push over ntfy, its own server or ntfy.sh. The topic comes from the config only; headers are encoded, so that a text
// cannot open another one.
import type { HttpRequest, HttpResponse } from '../contract/capabilities.ts'
import type { ActionContext } from '../contract/define.ts'
import { FatalError } from '../contract/errors.ts'
import { cutText } from '../contract/template.ts'
import { baseOf, isTaken, readJson, troubleOf } from './answer.ts'
import type { Channel, Notice, NoticeConfig, SentNotice } from './channel.ts'

const timeoutMs = 15_000
const isTopic = (topic: string): boolean => /^[-_A-Za-z0-9]{1,64}$/.test(topic)
/** Of 1 to 5: rings through. */
const priority = 5

export const ntfy: Channel = {
  id: 'ntfy',
  label: 'ntfy',
  help: 'A push to phones that follow a topic, with the picture. Without a connection over ntfy.sh, where everybody who knows the topic reads along.',
  connection: { kind: 'ntfy', optional: true },
  takesPicture: true,
  to: { what: 'a topic of letters, digits, "-" and "_"', example: 'grandma-Zk3x9', optional: true, isValid: isTopic },
  check: ({ to, connection }) =>
    to.trim() !== '' || connection !== ''
      ? []
      : [
          {
            port: null,
            field: 'to',
            code: 'NOTIFICATION_TO_MISSING',
            severity: 'error',
            message: 'Say under which topic: letters, digits, "-" and "_", such as grandma-Zk3x9.',
          },
        ],
  send: async (notice, ctx) => {
    const { topic, base, post } = await placeOf(ctx)
    if (notice.picture) {
      const answer = await post({
        method: 'PUT',
        url: `${base}/${topic}`,
        headers: headersOf(notice),
        body: notice.picture,
      })
      if (isTaken(answer)) return sent('ntfy has taken it, with the picture.', answer, topic)
      // Some servers take no files, or smaller ones: the words count more.
      if (answer.status !== 400 && answer.status !== 413) throw troubleOf('ntfy', answer, ctx.clock.nowMs())
    }
    const answer = await post({
      method: 'POST',
      url: `${base}/`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ topic, priority, ...wordsOf(notice) }),
    })
    if (!isTaken(answer)) throw troubleOf('ntfy', answer, ctx.clock.nowMs())
    return sent(
      notice.picture ? 'ntfy has taken it; it did not take the picture.' : 'ntfy has taken it.',
      answer,
      topic,
    )
  },
  // Servers before 2.16 show it as a message of its own: it arrives all the same.
  correct: async (notice, { id = '', topic }, ctx) => {
    const { topic: now, base, post } = await placeOf(ctx)
    if (topic !== now) return false
    const answer = await post({
      method: 'POST',
      url: `${base}/`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ topic, sequence_id: id, priority, ...wordsOf(notice) }),
    })
    if (!isTaken(answer)) throw troubleOf('ntfy', answer, ctx.clock.nowMs())
    return true
  },
}

/** Which topic on which server, and how to speak to it. */
async function placeOf(ctx: ActionContext<NoticeConfig>) {
  const connection = ctx.config.connection === '' ? undefined : await ctx.connections.get(ctx.config.connection)
  const topic = ctx.config.to.trim() || String(connection?.config.topic ?? '')
  if (!isTopic(topic))
    throw new FatalError(
      'NOTIFICATION_TO_MISSING',
      'Say under which topic: put it into the notification, or into the connection.',
    )
  const base = connection ? baseOf(connection, 'https://ntfy.sh') : 'https://ntfy.sh'
  const token = connection?.secret.token
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const post = (request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>) =>
    ctx.http.request(
      { ...request, headers: { ...request.headers, ...authorization }, timeoutMs, maxBytes: 16_384 },
      ctx.signal,
    )
  return { topic, base, post }
}

/** A later message under the same id takes its place. */
function sent(summary: string, answer: HttpResponse, topic: string): SentNotice {
  const { id } = readJson(answer.text)
  return typeof id === 'string' && isTopic(id) ? { summary, receipt: { id, topic } } : { summary }
}

function wordsOf({ title, message, acknowledgeUrl }: Notice): Record<string, unknown> {
  return {
    title,
    message: cutText(message.text, 3000),
    click: acknowledgeUrl,
    actions: [{ action: 'view', label: 'I have seen it', url: acknowledgeUrl }],
  }
}

function headersOf({ title, message, acknowledgeUrl }: Notice): Record<string, string> {
  return {
    'content-type': 'image/jpeg',
    filename: 'picture.jpg',
    title: encoded(title),
    message: encoded(cutText(message.text, 2000)),
    priority: String(priority),
    click: acknowledgeUrl,
  }
}

/** RFC 2047: any text in a header, without a byte that could end it. */
function encoded(text: string): string {
  return `=?UTF-8?B?${btoa(String.fromCharCode(...new TextEncoder().encode(text)))}?=`
}
