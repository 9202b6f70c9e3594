// One request to a speech server, its troubles put into words. Never logs what was said.
import type { HttpPort, HttpRequest, HttpResponse } from '../../../nodes/contract/capabilities.ts'
import type { Connection } from '../../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../../nodes/contract/errors.ts'

/** The answer behind a 2xx. Throws RetryableError (unreachable, late, in trouble) or FatalError (refused for good). */
export async function callSpeech(http: HttpPort, connection: Connection, call: Omit<HttpRequest, 'url'> & { path: string; timeoutMs: number }, signal: AbortSignal): Promise<HttpResponse> {
  const { path, headers, ...request } = call
  const response = await http.request({
    ...request, url: urlOf(connection) + path,
    headers: { ...headers, ...(connection.secret.apiKey ? { authorization: `Bearer ${connection.secret.apiKey}` } : {}) },
  }, signal).catch((error: unknown) => {
    if (!(error instanceof RetryableError)) throw error
    if (error.code === 'HTTP_TIMEOUT') throw new RetryableError('SPEECH_TIMEOUT', `The speech server did not answer within ${call.timeoutMs / 1000} s.`, { cause: error })
    throw new RetryableError('SPEECH_UNREACHABLE', `The speech server does not answer: ${error.message}`, { cause: error })
  })
  if (response.status >= 200 && response.status < 300) return response
  throw refusal(response)
}

function urlOf(connection: Connection): string {
  const url = typeof connection.config.url === 'string' ? connection.config.url.trim() : ''
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) throw new FatalError('SPEECH_URL_INVALID', `The connection "${connection.name}" has no usable URL. Give it one that begins with http:// or https://.`)
  return url.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function refusal({ status, text, bytes }: HttpResponse): FatalError | RetryableError {
  const said = saidBy(text || Buffer.from(bytes ?? []).toString('utf8'))
  if (status >= 500 || status === 408 || status === 425 || status === 429) return new RetryableError('SPEECH_TROUBLE', `The speech server is in trouble (${status})${said}.`)
  if (status === 401 || status === 403) return new FatalError('SPEECH_KEY_REFUSED', `The speech server refused the key (${status}). Set the right one in the connection.`)
  return new FatalError('SPEECH_REFUSED', `The speech server refused this (${status})${said}.`)
}

function saidBy(text: string): string {
  try {
    const { error, detail } = JSON.parse(text) as { error?: { message?: unknown } | string; detail?: unknown }
    const message = typeof error === 'string' ? error : error?.message ?? detail
    return typeof message === 'string' && message !== '' ? `: ${message.slice(0, 200)}` : ''
  } catch {
    return ''
  }
}

/** The JSON object of an answer. */
export function readAnswer({ text }: HttpResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return Array.isArray(value) ? { list: value } : value as Record<string, unknown>
  } catch {
    // Falls through to the same words.
  }
  throw new RetryableError('SPEECH_NONSENSE', 'The speech server answered something that is not JSON. Is this the address of a speech server?')
}
