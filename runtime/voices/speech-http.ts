// One request to a speech server, its troubles put into words. Never logs what was said.
import type {
  HttpPort,
  HttpRequest,
  HttpResponse,
  HttpStream,
  HttpStreamRequest,
  StreamingHttpPort,
} from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'

/** The answer behind a 2xx. Throws RetryableError (unreachable, late, in trouble) or FatalError (refused for good). */
export async function callSpeech(
  http: HttpPort,
  connection: Connection,
  call: Omit<HttpRequest, 'url'> & { path: string; timeoutMs: number },
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { path, headers, ...request } = call
  try {
    const response = await http.request({ ...request, ...addressed(connection, path, headers) }, signal)
    if (response.status >= 200 && response.status < 300) return response
    throw refusal(response.status, response.text || Buffer.from(response.bytes ?? []).toString('utf8'))
  } catch (error) {
    throw inWords(error)
  }
}

type StreamCall = Omit<HttpStreamRequest, 'url'> & { path: string }

/** The same for an answer that is read while it comes; its pieces throw likewise. */
export async function openSpeech(
  http: StreamingHttpPort,
  connection: Connection,
  call: StreamCall,
  signal: AbortSignal,
): Promise<HttpStream> {
  const { path, headers, ...request } = call
  try {
    const stream = await http.open({ ...request, ...addressed(connection, path, headers) }, signal)
    if (stream.status >= 200 && stream.status < 300) return { ...stream, pieces: worded(stream.pieces) }
    throw refusal(stream.status, Buffer.from(await readUpTo(stream.pieces, mostWords)).toString('utf8'))
  } catch (error) {
    throw inWords(error)
  }
}

const mostWords = 64 * 1024

/** All of it, or as much as that; leaving early closes the connection. */
export async function readUpTo(pieces: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  let size = 0
  for await (const piece of pieces) {
    all.push(piece)
    size += piece.length
    if (size >= most) break
  }
  return Buffer.concat(all).subarray(0, most)
}

async function* worded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces
  } catch (error) {
    throw inWords(error)
  }
}

function addressed(
  connection: Connection,
  path: string,
  headers: Record<string, string> | undefined,
): Pick<HttpRequest, 'url' | 'headers'> {
  return {
    url: urlOf(connection) + path,
    headers: {
      ...headers,
      ...(connection.secret.apiKey ? { authorization: `Bearer ${connection.secret.apiKey}` } : {}),
    },
  }
}

function inWords(error: unknown): unknown {
  if (!(error instanceof RetryableError)) return error
  if (error.code === 'HTTP_TIMEOUT')
    return new RetryableError('SPEECH_TIMEOUT', `The speech server fell silent: ${error.message}`, { cause: error })
  if (error.code === 'HTTP_UNREACHABLE')
    return new RetryableError('SPEECH_UNREACHABLE', `The speech server does not answer: ${error.message}`, {
      cause: error,
    })
  return error
}

function urlOf(connection: Connection): string {
  const url = typeof connection.config.url === 'string' ? connection.config.url.trim() : ''
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
    throw new FatalError(
      'SPEECH_URL_INVALID',
      `The connection "${connection.name}" has no usable URL. Give it one that begins with http:// or https://.`,
    )
  return url.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function refusal(status: number, text: string): FatalError | RetryableError {
  const said = saidBy(text)
  if (status >= 500 || status === 408 || status === 425 || status === 429)
    return new RetryableError('SPEECH_TROUBLE', `The speech server is in trouble (${status})${said}.`)
  if (status === 401 || status === 403)
    return new FatalError(
      'SPEECH_KEY_REFUSED',
      `The speech server refused the key (${status}). Set the right one in the connection.`,
    )
  return new FatalError('SPEECH_REFUSED', `The speech server refused this (${status})${said}.`)
}

/** An error that came in place of sound, or after some of it. */
export function troubleIn(text: string): RetryableError {
  return new RetryableError('SPEECH_TROUBLE', `The speech server broke off${saidBy(text)}.`)
}

function saidBy(text: string): string {
  try {
    const { error, detail } = JSON.parse(text) as { error?: { message?: unknown } | string; detail?: unknown }
    const message = typeof error === 'string' ? error : (error?.message ?? detail)
    return typeof message === 'string' && message !== '' ? `: ${message.slice(0, 200)}` : ''
  } catch {
    return ''
  }
}

/** The JSON object of an answer. */
export function readAnswer({ text }: HttpResponse): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null)
      return Array.isArray(value) ? { list: value } : (value as Record<string, unknown>)
  } catch {
    // Falls through to the same words.
  }
  throw new RetryableError(
    'SPEECH_NONSENSE',
    'The speech server answered something that is not JSON. Is this the address of a speech server?',
  )
}
