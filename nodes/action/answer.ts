// What a service's HTTP answer means for a delivery: taken, worth another try, or refused. Words for the delivery's row;
// never an address, which may hold a secret.
import { plainAddress } from '../contract/addresses.ts'
import type { HttpResponse } from '../contract/capabilities.ts'
import type { Connection } from '../contract/connections.ts'
import { FatalError, RetryableError } from '../contract/errors.ts'

/** Answers after which another try makes sense; every 5xx too. */
const passing = [408, 425, 429]

export function isTaken({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300
}

/** The trouble behind an answer that was not 2xx, as the error to throw. `who` opens the sentence. */
export function troubleOf(
  who: string,
  response: HttpResponse,
  nowMs: number,
  codes = { refused: 'NOTIFICATION_REFUSED', notNow: 'NOTIFICATION_NOT_NOW' },
): FatalError | RetryableError {
  const { status } = response
  if ([301, 302, 303].includes(status)) return new FatalError(codes.refused, movedWords(who, response))
  const said = saidIn(response.text)
  if (status === 410)
    return new FatalError(
      codes.refused,
      `${who} is gone for good (410)${said === '' ? '' : `: ${said}`}. Nothing more is sent there; enter a new address and deploy again.`,
      { details: { isGone: true } },
    )
  const words = `${who} answered ${status}${said === '' ? '' : `: ${said}`}.`
  if (status < 500 && !passing.includes(status))
    return new FatalError(codes.refused, `${words} Another try would get the same answer.`)
  const retryAfterMs = readRetryAfter(response.headers['retry-after'], nowMs)
  return new RetryableError(codes.notNow, words, retryAfterMs === undefined ? {} : { retryAfterMs })
}

/** These would turn the message into a mere look at a page: it would seem delivered and be lost. */
function movedWords(who: string, { status, headers }: HttpResponse): string {
  const to = (headers.location ?? '').replace(/\s+/g, ' ').slice(0, 300)
  const where = to === '' ? 'does not say where to' : `is now at ${to}`
  return `${who} has moved (${status}) and ${where}. Nothing was delivered; enter the new address.`
}

/** Seconds or a date, as RFC 9110 has it. */
export function readRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined || value.trim() === '') return undefined
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Math.ceil(Number(value) * 1000)
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs)
}

/** The answer as an object; empty when it is none. */
export function readJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}

/** A secret the channel cannot do without. */
export function secretOf(connection: Connection, name: string, what: string): string {
  const value = connection.secret[name]
  if (value !== undefined && value !== '') return value
  throw new FatalError(
    'NOTIFICATION_SECRET_MISSING',
    `The connection "${connection.name}" holds no ${what}. Enter it under Connections.`,
  )
}

/** The secret web address of a bot. */
export function hookUrl(connection: Connection): string {
  const url = secretOf(connection, 'url', 'address (its secret "url")')
  if (isWebAddress(url)) return url
  throw new FatalError(
    'NOTIFICATION_URL_INVALID',
    `The address in the connection "${connection.name}" does not begin with http:// or https://. Enter it again.`,
  )
}

/** The server behind the connection, without slashes at its end. */
export function baseOf(connection: Connection, otherwise: string): string {
  const { url } = connection.config
  return (typeof url === 'string' && isWebAddress(url) ? url : otherwise).replace(/\/+$/, '')
}

export function isWebAddress(url: string): boolean {
  return /^\s*https?:\/\//i.test(url) && URL.canParse(plainAddress(url))
}

function saidIn(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 120)
}
