// The runtime's one way to speak HTTP: bounded in time and size, no address that a flow must not reach, no redirect that was not
// asked for. What comes back is rid of the secrets that were sent along. Never retries; who called decides that.
import { connect } from 'node:net'
import { Agent, buildConnector, request as send } from 'undici'
import { plainAddress } from '../../nodes/contract/addresses.ts'
import type {
  HttpRequest,
  HttpResponse,
  HttpStream,
  HttpStreamRequest,
  StreamingHttpPort,
} from '../../nodes/contract/capabilities.ts'
import { FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { portOf } from '../../nodes/contract/hosts.ts'
import { createCleaner, secretsOfRequest, type Clean } from '../../nodes/contract/own-secrets.ts'
import { pinnedLookup } from './address-guard.ts'
import { createEgress, type Egress } from './egress.ts'
import { headersFor, isMove, movedTo } from './http-moves.ts'
import { passOverContinue } from './interim-answers.ts'

const defaultTimeoutMs = 15_000
/** Two lost packets, not three: who is not there must not hold a place for long. */
const defaultConnectMs = 4_000
const defaultMaxBytes = 1024 * 1024
/** A connection on which an answer is awaited is asked after so long a silence whether the other end is still there; ten seconds later it is given up. */
const keepAliveAfterMs = 10_000
/** Of an answer that is words where a stream was wanted. */
const mostWords = 256 * 1024

export interface HttpClient extends StreamingHttpPort {
  /**
   * Whether the machine behind this address answers to a new connection, be it with a refusal; nothing is sent over it. False when
   * none comes about in time, or when no way leads there.
   */
  isThere(url: string, signal: AbortSignal): Promise<boolean>
  close(): Promise<void>
}

/** Opens the client; connections are kept alive and bounded per host. Without an `egress` own networks are open. */
export function createHttp(
  options: {
    connectionsPerHost?: number
    connectTimeoutMs?: number
    egress?: Egress
    /** Signs in with a login that stands in an address; otherwise such an address is refused. */
    takesLogins?: boolean
  } = {},
): HttpClient {
  const egress = options.egress ?? createEgress()
  const signIn = options.takesLogins ? signedIn : <R>(request: R): R => request
  const connectTimeoutMs = options.connectTimeoutMs ?? defaultConnectMs
  const agent = new Agent({
    connections: options.connectionsPerHost ?? 256,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    keepAliveMaxTimeout: 60_000,
    connect: connectThrough(egress, connectTimeoutMs),
    // Our own timer covers the whole request.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  return {
    request: (request, signal) => perform(agent, egress, signIn(request), signal),
    open: (request, signal) => openStream(agent, egress, signIn(request), signal),
    isThere: (url, signal) => isThere(egress, signIn({ method: 'GET', url }).url, connectTimeoutMs, signal),
    close: async () => {
      await agent.destroy()
    },
  }
}

/** Every new connection goes to the addresses that were just checked; TLS still checks the name. */
function connectThrough(egress: Egress, timeout: number): buildConnector.connector {
  return (target, done) => {
    egress.checkAddress(target.hostname, portOf({ port: String(target.port ?? ''), protocol: target.protocol })).then(
      (addresses) =>
        buildConnector({ timeout, lookup: pinnedLookup(addresses), keepAliveInitialDelay: keepAliveAfterMs })(
          target,
          (error, socket) => {
            if (error) return done(error, null)
            passOverContinue(socket)
            done(null, socket)
          },
        ),
      (error: unknown) => done(toError(error), null),
    )
  }
}

/** Addresses in turn, as a request would try them. */
async function isThere(egress: Egress, address: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const url = egress.checkUrl(address)
  const port = portOf(url)
  const addresses = await egress.checkAddress(url.hostname, port).catch((error: unknown) => {
    if (error instanceof FatalError) throw error
    return []
  })
  for (const { address: host } of addresses) if (await accepts(host, port, timeoutMs, signal)) return true
  return false
}

function accepts(host: string, port: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new StoppedError())
    const socket = connect({ host, port, timeout: timeoutMs })
    const end = (settle: () => void): void => {
      signal.removeEventListener('abort', stop)
      socket.destroy()
      settle()
    }
    const stop = (): void => end(() => reject(new StoppedError()))
    signal.addEventListener('abort', stop, { once: true })
    socket.once('connect', () => end(() => resolve(true)))
    socket.once('timeout', () => end(() => resolve(false)))
    socket.on('error', (error: NodeJS.ErrnoException) => end(() => resolve(error.code === 'ECONNREFUSED')))
  })
}

interface Watch {
  signal: AbortSignal
  /** The connection is closed after so long, unless it is set anew. */
  within(ms: number): void
  /** What a failure under this watch means to the caller. */
  reasonOf(error: unknown, host: string, clean: Clean): Error
  end(): void
}

/** Ends a request with the caller's signal, or when the time runs out that it was given last. */
function watchOver(signal: AbortSignal): Watch {
  if (signal.aborted) throw new StoppedError()
  const control = new AbortController()
  const stop = (): void => control.abort()
  signal.addEventListener('abort', stop, { once: true })
  let timer: NodeJS.Timeout | undefined
  let lateAfterMs: number | undefined
  return {
    signal: control.signal,
    within: (ms) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        lateAfterMs = ms
        control.abort()
      }, ms)
    },
    reasonOf: (error, host, clean) => {
      if (signal.aborted) return new StoppedError()
      if (lateAfterMs !== undefined)
        return new RetryableError('HTTP_TIMEOUT', `${host} did not answer within ${lateAfterMs / 1000} s.`, {
          cause: error,
        })
      return asCoded(error, host, clean)
    },
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}

type Head = Pick<HttpResponse, 'status' | 'headers'> & { body: AsyncIterable<Uint8Array> }

async function sendRequest(
  agent: Agent,
  url: URL,
  request: Omit<HttpRequest, 'isBinary'>,
  signal: AbortSignal,
): Promise<Head> {
  assertHeaders(url, request.headers ?? {})
  const response = await send(url, {
    dispatcher: agent,
    method: request.method,
    signal,
    headers: request.headers ?? {},
    body: request.body ?? null,
  })
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
  return { status: response.statusCode, headers, body: response.body }
}

/** What no server could be sent is a fault of what was typed: trying again mends nothing. Never repeats the value. */
function assertHeaders(url: URL, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers))
    // RFC 9110, 5.5
    if (/[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/.test(value))
      throw new FatalError(
        'HTTP_HEADER_WRONG',
        `${url.host} cannot be sent what stands in “${name.slice(0, 60)}”: it has a sign that no header can carry. Enter that key or text again.`,
      )
}

/** A login in the address, as HTTP wants it: Basic (RFC 7617), unless the request has an authorization of its own. */
function signedIn<R extends HttpRequest | HttpStreamRequest>(request: R): R {
  const text = plainAddress(request.url)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || (url.username === '' && url.password === '')) return request
  // Byte by byte: what was typed percent-encoded need not be UTF-8.
  const bytes = `${url.username}:${url.password}`.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  )
  const login = Buffer.from(bytes, 'latin1')
  url.username = url.password = ''
  const hasOwn = Object.keys(request.headers ?? {}).some((name) => name.toLowerCase() === 'authorization')
  const authorization = `Basic ${login.toString('base64')}`
  return { ...request, url: url.href, headers: { ...request.headers, ...(hasOwn ? {} : { authorization }) } }
}

async function sendChecked(
  agent: Agent,
  egress: Egress,
  url: URL,
  request: Omit<HttpRequest, 'isBinary'>,
  signal: AbortSignal,
): Promise<Head> {
  await egress.checkAgain(url)
  return await sendRequest(agent, url, request, signal)
}

async function perform(agent: Agent, egress: Egress, request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const url = egress.checkUrl(request.url)
  const watch = watchOver(signal)
  watch.within(request.timeoutMs ?? defaultTimeoutMs)
  let asked = url
  let hasMoved = false
  try {
    let head = await sendChecked(agent, egress, url, request, watch.signal)
    let sent = request
    for (let hops = 0; request.followsMoves && isMove(head.status); hops += 1) {
      hasMoved = true
      const to = movedTo(egress, asked, head.headers.location, hops)
      for await (const piece of head.body) if (piece.length > 0) break
      sent = { ...sent, url: to.href, headers: headersFor(sent.headers, asked, to) }
      asked = to
      head = await sendChecked(agent, egress, to, sent, watch.signal)
    }
    return await readAnswer(head, request)
  } catch (error) {
    const clean = cleanerOf(request, true)
    // Whoever is asked may name the next host after what it was told.
    const isTold = hasMoved && error instanceof FatalError
    const host = hasMoved ? clean(asked.host) : asked.host
    throw watch.reasonOf(isTold ? new FatalError(error.code, clean(error.message)) : error, host, clean)
  } finally {
    watch.end()
  }
}

async function readAnswer(head: Head, request: HttpRequest): Promise<HttpResponse> {
  const { status } = head
  // What is not the answer that was hoped for is shown to people: there the parts of the path count as secrets, too.
  const clean = cleanerOf(request, !isGood(status))
  const headers = cleanHeaders(head.headers, clean)
  const maxBytes = request.maxBytes ?? defaultMaxBytes
  const bytes = await readBytes(head.body, maxBytes)
  if (request.isBinary && isGood(status)) return { status, headers, text: '', bytes }
  const text = clean(bytes.toString('utf8'), bytes.length >= maxBytes)
  return { status, headers, ...(request.isBinary ? { text: '', bytes: Buffer.from(text) } : { text }) }
}

async function openStream(
  agent: Agent,
  egress: Egress,
  request: HttpStreamRequest,
  signal: AbortSignal,
): Promise<HttpStream> {
  const url = egress.checkUrl(request.url)
  const watch = watchOver(signal)
  const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, idleMs, longestMs } = request
  const startMs = performance.now()
  watch.within(timeoutMs)
  async function* read(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      let size = 0
      for await (const piece of body) {
        const part = piece.subarray(0, maxBytes - size)
        size += piece.length
        // A reader that takes its time must not make the server look late.
        watch.within(longestMs)
        yield part
        if (size >= maxBytes) return
        watch.within(Math.max(1, Math.min(idleMs, longestMs - (performance.now() - startMs))))
      }
    } catch (error) {
      throw watch.reasonOf(error, url.host, cleanerOf(request, true))
    } finally {
      watch.end()
    }
  }
  try {
    const head = await sendChecked(agent, egress, url, request, watch.signal)
    const { status } = head
    const clean = cleanerOf(request, !isGood(status))
    const headers = cleanHeaders(head.headers, clean)
    const isText = !isGood(status) || /\b(?:json|text\/(?!event-stream))/i.test(headers['content-type'] ?? '')
    return { status, headers, pieces: isText ? cleanedPieces(read(head.body), clean, maxBytes) : read(head.body) }
  } catch (error) {
    watch.end()
    throw watch.reasonOf(error, url.host, cleanerOf(request, true))
  }
}

/** Words, not sound: they are read to their end, so that no secret hides between two pieces. */
async function* cleanedPieces(
  pieces: AsyncIterable<Uint8Array>,
  clean: Clean,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const most = Math.min(maxBytes, mostWords)
  const bytes = await readBytes(pieces, most)
  yield Buffer.from(clean(bytes.toString('utf8'), bytes.length >= most))
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

function cleanerOf(request: Omit<HttpRequest, 'isBinary'>, withPath: boolean): Clean {
  return createCleaner(secretsOfRequest(request, withPath))
}

function cleanHeaders(headers: Record<string, string>, clean: Clean): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [clean(name), clean(value)]))
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
  ERR_SSL_WRONG_VERSION_NUMBER:
    'does not speak https there. Does the address begin with http://, or is the port another?',
  CERT_HAS_EXPIRED: 'has a certificate that is out of date. Renew it there.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that it has signed itself. Give it one that is trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that nobody here knows. Give it one that is trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'sends its certificate without those in between. Give it the whole chain.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows the certificate of another host. Use the name that stands in it.',
}

/** What else goes wrong while two machines agree on how to encrypt. */
const noEncryption = 'ended the encrypted connection before it began.'

function asCoded(error: unknown, host: string, clean: Clean): FatalError | RetryableError {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof FatalError) return current
    const code = 'code' in current ? String(current.code) : ''
    const known = words[code] ?? (/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? noEncryption : undefined)
    if (known) return new RetryableError('HTTP_UNREACHABLE', `${host} ${known}`, { cause: error })
  }
  const first =
    error instanceof AggregateError ? error.errors.find((each): each is Error => each instanceof Error) : error
  if (first !== error) return asCoded(first, host, clean)
  return new RetryableError(
    'HTTP_UNREACHABLE',
    `${host} could not be reached: ${error instanceof Error ? clean(error.message) : 'unknown trouble'}.`,
    { cause: error },
  )
}
