// The runtime's one way to speak HTTP: bounded in time and size, no redirects, no address that a flow must not reach.
// Never retries; who called decides that.
import { isIP } from 'node:net'
import { Agent, request as send } from 'undici'
import type { HttpPort, HttpRequest, HttpResponse } from '../../nodes/contract/capabilities.ts'
import { FatalError, RetryableError, StoppedError } from '../../nodes/contract/errors.ts'
import { guardedLookup, isRefused, RefusedAddressError } from './address-guard.ts'

const defaultTimeoutMs = 15_000
const defaultMaxBytes = 1024 * 1024

export interface HttpClient extends HttpPort {
  close(): Promise<void>
}

/** Opens the client; connections are kept alive and bounded per host. */
export function createHttp(options: { connectionsPerHost?: number; connectTimeoutMs?: number } = {}): HttpClient {
  const agent = new Agent({
    connections: options.connectionsPerHost ?? 256, pipelining: 1, keepAliveTimeout: 10_000, keepAliveMaxTimeout: 60_000,
    connect: { lookup: guardedLookup, timeout: options.connectTimeoutMs ?? 5000 },
    // Our own timer covers the whole request.
    headersTimeout: 0, bodyTimeout: 0,
  })
  return {
    request: (request, signal) => perform(agent, request, signal),
    close: async () => { await agent.destroy() },
  }
}

async function perform(agent: Agent, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const url = checkedUrl(request.url)
  const timeoutMs = request.timeoutMs ?? defaultTimeoutMs
  const control = new AbortController()
  const stop = (): void => control.abort()
  if (signal.aborted) throw new StoppedError()
  signal.addEventListener('abort', stop, { once: true })
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    control.abort()
  }, timeoutMs)
  try {
    const response = await send(url, { dispatcher: agent, method: request.method, signal: control.signal, headers: request.headers ?? {}, body: request.body ?? null })
    const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value ?? '']))
    const bytes = await readBytes(response.body, request.maxBytes ?? defaultMaxBytes)
    return { status: response.statusCode, headers, ...(request.isBinary ? { text: '', bytes } : { text: bytes.toString('utf8') }) }
  } catch (error) {
    if (signal.aborted) throw new StoppedError()
    if (isLate) throw new RetryableError('HTTP_TIMEOUT', `${url.host} did not answer within ${timeoutMs / 1000} s.`, { cause: error })
    throw asCoded(error, url.host)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new FatalError('HTTP_REFUSED_BY_GUARD', 'Only addresses that begin with http:// or https:// can be reached.')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && isRefused(host)) throw refusal(`${host} is a link-local or metadata address`)
  return url
}

function refusal(what: string): FatalError {
  return new FatalError('HTTP_REFUSED_BY_GUARD', `${what}; nothing in a flow may reach it.`)
}

/** Leaving the loop early closes the connection: the rest of an endless answer is not waited for. */
async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk.subarray(0, maxBytes - size))
    size += chunk.length
    if (size >= maxBytes) break
  }
  return Buffer.concat(chunks)
}

const words: Record<string, string> = {
  ECONNREFUSED: 'refused the connection. Is the server running there?',
  ENOTFOUND: 'is not a known host name.',
  EAI_AGAIN: 'could not be looked up: the name service does not answer.',
  ECONNRESET: 'closed the connection without an answer.',
  UND_ERR_SOCKET: 'closed the connection without an answer.',
  UND_ERR_CONNECT_TIMEOUT: 'could not be reached in time.',
  EHOSTUNREACH: 'cannot be reached from here.',
  ENETUNREACH: 'cannot be reached from here.',
  ETIMEDOUT: 'could not be reached in time.',
  EPIPE: 'closed the connection without an answer.',
}

function asCoded(error: unknown, host: string): FatalError | RetryableError {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof RefusedAddressError) return refusal(current.message)
    const known = 'code' in current ? words[String(current.code)] : undefined
    if (known) return new RetryableError('HTTP_UNREACHABLE', `${host} ${known}`, { cause: error })
  }
  const first = error instanceof AggregateError ? error.errors.find((each): each is Error => each instanceof Error) : error
  if (first !== error) return asCoded(first, host)
  return new RetryableError('HTTP_UNREACHABLE', `${host} could not be reached: ${error instanceof Error ? error.message : 'unknown trouble'}.`, { cause: error })
}
