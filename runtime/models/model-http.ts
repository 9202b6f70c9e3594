// One request to a model server, its troubles put into words that a card can show. Never retries and never logs a picture.
import type { HttpPort, HttpResponse } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError } from '../../nodes/contract/errors.ts'
import { contextRefusal } from './openai-words.ts'

/** Answers may carry a delegation's picture. */
const maxBytes = 16 * 1024 * 1024

export interface ModelCall {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: unknown
  timeoutMs: number
}

/** The JSON behind a 2xx answer. Throws RetryableError (unreachable, late, in trouble, nonsense) or FatalError (refused for good). */
export async function callModel(
  http: HttpPort,
  connection: Connection,
  call: ModelCall,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const response = await http
    .request(
      {
        method: call.method ?? 'POST',
        url: baseUrl(connection) + call.path,
        timeoutMs: call.timeoutMs,
        maxBytes,
        headers: {
          ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(connection.secret.apiKey ? { authorization: `Bearer ${connection.secret.apiKey}` } : {}),
          ...call.headers,
        },
        ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      },
      signal,
    )
    .catch((error: unknown) => {
      throw inWords(error, call.timeoutMs)
    })
  if (response.status >= 200 && response.status < 300) return readJson(response)
  throw refusal(response, connection)
}

/** The connection's URL without `/v1` and slashes at its end: people paste both forms. */
export function baseUrl(connection: Connection): string {
  const url = typeof connection.config.url === 'string' ? connection.config.url.trim() : ''
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new FatalError(
      'MODEL_URL_INVALID',
      `The connection "${connection.name}" has no usable URL. Give it one that begins with http:// or https://.`,
    )
  }
  return url.replace(/\/+$/, '').replace(/\/v1$/, '')
}

function inWords(error: unknown, timeoutMs: number): unknown {
  if (!(error instanceof RetryableError)) return error
  if (error.code === 'HTTP_TIMEOUT')
    return new RetryableError('MODEL_TIMEOUT', `The model server did not answer within ${timeoutMs / 1000} s.`, {
      cause: error,
    })
  return new RetryableError('MODEL_UNREACHABLE', `The model server does not answer: ${error.message}`, { cause: error })
}

function readJson(response: HttpResponse): Record<string, unknown> {
  const value = tryJson(response.text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new RetryableError(
    'MODEL_NONSENSE',
    'The model server answered something that is not JSON. Is this the address of a model server?',
  )
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refusal(response: HttpResponse, { can, config }: Connection): FatalError | RetryableError {
  const { status } = response
  const said = saidBy(response.text)
  // Not an interaction server: the words are of the model itself.
  const isPlain = can.watch === 'chat'
  const refused = isPlain ? contextRefusal(status, response.text) : undefined
  if (refused) {
    const { tokens: contextTokens } = refused
    return new RetryableError(
      'MODEL_CONTEXT_FULL',
      `The request was longer than the server's context${contextTokens === undefined ? '' : ` of ${contextTokens} tokens`}. The next one is made shorter; set "contextTokens" of the connection to what the server was started with.`,
      { details: { contextTokens } },
    )
  }
  if (status >= 500 && isPlain)
    return new RetryableError(
      'MODEL_BACKEND_DOWN',
      `The model server answers with an error (${status})${said}. It may still be loading its model.`,
    )
  if (status === 404 && isPlain)
    return new FatalError(
      'MODEL_NOT_THERE',
      `The server has no model "${typeof config.model === 'string' ? config.model : ''}" or nothing at this address (404)${said}. Check the model's name and the URL of the connection.`,
    )
  if (status >= 500)
    return new RetryableError(
      'MODEL_BACKEND_DOWN',
      `The orchestrator answers but the model behind it does not (${status}). See whether its model server is running.`,
    )
  if (status === 408 || status === 425 || status === 429)
    return new RetryableError('MODEL_BUSY', `The model server is too busy (${status}).`)
  if (status === 401 || status === 403)
    return new FatalError(
      'MODEL_KEY_REFUSED',
      `The model server refused the key (${status}). Set the right one in the connection.`,
    )
  if (status === 404)
    return new FatalError(
      'MODEL_NOT_THERE',
      `There is no such model or path at this address (404)${said}. Check the URL and the kind of the connection.`,
    )
  return new FatalError('MODEL_REFUSED', `The model server refused the request (${status})${said}.`)
}

function saidBy(text: string): string {
  const value = tryJson(text)
  const error =
    typeof value === 'object' && value !== null
      ? 'error' in value
        ? value.error
        : 'message' in value
          ? value.message
          : undefined
      : undefined
  const message =
    typeof error === 'string'
      ? error
      : typeof error === 'object' && error !== null && 'message' in error
        ? String(error.message)
        : ''
  return message === '' ? '' : `: ${message.slice(0, 200)}`
}
