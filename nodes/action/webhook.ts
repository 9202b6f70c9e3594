// Posts a notice to a URL of the user's. What the model said goes into the body only: it never chooses the address.
import { FatalError, RetryableError } from '../contract/errors.ts'
import type { HttpResponse } from '../contract/capabilities.ts'
import type { Channel } from './channel.ts'

/** Answers after which another try makes sense; every 5xx too. */
const passing = [408, 425, 429]
const timeoutMs = 10_000

export const webhook: Channel = {
  id: 'webhook', label: 'Webhook', help: 'An HTTP POST with the message as JSON, signed when the connection has a signing secret.',
  check: ({ url }) => {
    const message = url === '' ? 'Say where to post: an address that begins with http:// or https://.' : 'This is not an address that begins with http:// or https://.'
    return isWebAddress(url) ? [] : [{ port: null, field: 'url', code: url === '' ? 'WEBHOOK_URL_EMPTY' : 'WEBHOOK_URL_INVALID', message, severity: 'error' }]
  },
  send: async ({ title, message }, ctx) => {
    const { connection, url } = ctx.config
    if (!isWebAddress(url)) throw new FatalError('WEBHOOK_URL_INVALID', `"${url}" is not an address that begins with http:// or https://. Correct it in the notification.`)
    const frame = message.frame ? { frame: { url: ctx.absoluteUrl(message.frame.url) } } : {}
    const body = JSON.stringify({ ...message, ...frame, title, flow: ctx.flow, acknowledgeUrl: ctx.acknowledgeUrl(message) })
    const headers: Record<string, string> = { 'content-type': 'application/json', 'idempotency-key': ctx.idempotencyKey, 'user-agent': 'Heed' }
    const t = Math.floor(ctx.clock.nowMs() / 1000)
    const v1 = connection === '' ? undefined : await ctx.connections.sign(connection, 'signingSecret', `${t}.${body}`)
    if (v1 !== undefined) headers['x-heed-signature'] = `t=${t},v1=${v1}`
    const response = await ctx.http.request({ method: 'POST', url, headers, body, timeoutMs, maxBytes: 4096 }, ctx.signal)
    return judge(response, ctx.clock.nowMs())
  },
}

function judge(response: HttpResponse, nowMs: number): string {
  const { status } = response
  if (status >= 200 && status < 300) return `Delivered: the receiver answered ${status}.`
  const words = `The receiver answered ${status}${response.text.trim() === '' ? '' : `: ${response.text.trim().slice(0, 120)}`}.`
  if (status < 500 && !passing.includes(status)) throw new FatalError('WEBHOOK_REFUSED', `${words} Another try would get the same answer.`)
  const retryAfterMs = readRetryAfter(response.headers['retry-after'], nowMs)
  throw new RetryableError('WEBHOOK_NOT_NOW', words, retryAfterMs === undefined ? {} : { retryAfterMs })
}

/** Seconds or a date, as RFC 9110 has it. */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url)
}
