// Posts a notice to a URL of the user's. What the model said goes into the body only: it never chooses the address.
import { plainAddress } from '../contract/addresses.ts'
import { FatalError } from '../contract/errors.ts'
import { filledInWords, isFilledIn } from '../contract/template.ts'
import { isTaken, isWebAddress, troubleOf } from './answer.ts'
import type { Channel } from './channel.ts'

const timeoutMs = 10_000

export const webhook: Channel = {
  id: 'webhook',
  label: 'Webhook',
  help: 'An HTTP POST with the message as JSON, signed when the connection has a signing secret.',
  connection: { kind: 'webhook', optional: true },
  receiver: ({ url }) => (isWebAddress(url) ? new URL(plainAddress(url)).host : undefined),
  check: ({ url }) => {
    const message =
      url === ''
        ? 'Say where to post: an address that begins with http:// or https://.'
        : 'This is not an address that begins with http:// or https://.'
    if (isFilledIn(url))
      return [{ port: null, field: 'url', code: 'WEBHOOK_URL_INVALID', message: filledInWords, severity: 'error' }]
    return isWebAddress(url)
      ? []
      : [
          {
            port: null,
            field: 'url',
            code: url === '' ? 'WEBHOOK_URL_EMPTY' : 'WEBHOOK_URL_INVALID',
            message,
            severity: 'error',
          },
        ]
  },
  send: async ({ title, message, acknowledgeUrl }, ctx) => {
    const { connection, url } = ctx.config
    if (!isWebAddress(url))
      throw new FatalError(
        'WEBHOOK_URL_INVALID',
        "The notification's address does not begin with http:// or https://. Correct it there.",
      )
    const frame = message.frame ? { frame: { url: ctx.absoluteUrl(message.frame.url) } } : {}
    const clip = clipOf(message.fields?.clip, (path) => ctx.absoluteUrl(path))
    const body = JSON.stringify({ ...message, ...frame, ...clip, title, flow: ctx.flow, acknowledgeUrl })
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'idempotency-key': ctx.idempotencyKey,
      'user-agent': 'Heed',
    }
    const t = Math.floor(ctx.clock.nowMs() / 1000)
    const v1 = connection === '' ? undefined : await ctx.connections.sign(connection, 'signingSecret', `${t}.${body}`)
    if (v1 !== undefined) headers['x-heed-signature'] = `t=${t},v1=${v1}`
    const response = await ctx.http.request(
      { method: 'POST', url, headers, body, timeoutMs, maxBytes: 4096, followsMoves: true },
      ctx.signal,
    )
    if (isTaken(response)) return `Delivered: the receiver answered ${response.status}.`
    throw troubleOf('The receiver', response, ctx.clock.nowMs(), {
      refused: 'WEBHOOK_REFUSED',
      notNow: 'WEBHOOK_NOT_NOW',
    })
  },
}

/** A clip that was made on the way, by an address that can be fetched with a token of this Heed. */
function clipOf(clip: unknown, absolute: (path: string) => string): Record<string, unknown> {
  if (typeof clip !== 'object' || clip === null || !('url' in clip) || typeof clip.url !== 'string') return {}
  return { clip: { ...clip, url: absolute(clip.url) } }
}
