// The way through this machine for cameras on the web: a proxy on loopback that one ffmpeg gets by its environment. Every
// request, redirect and playlist entry passes here and is judged here; TLS and the camera's password stay on this side.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  request as requestPlain,
  validateHeaderValue,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http'
import { request as requestEncrypted } from 'node:https'
import { isIP, type AddressInfo, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { FatalError, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { portOf } from '../../nodes/contract/hosts.ts'
import { pinnedLookup } from '../egress/index.ts'
import { hostOf } from './address.ts'
import { loginIn, type CameraLogin } from './camera-login.ts'
import type { ApproveHost } from './host-approval.ts'
import { pictureForm, sendPictures } from './picture-parts.ts'
import { isPlaylist, linksIn, longestPlaylist, WebLinks } from './web-links.ts'

export interface HttpGuardOptions {
  /** With its user name and password. */
  camera: URL
  approveHost: ApproveHost
  /** No other try would help. */
  onRefused(error: FatalError): void
  /** What became of the latest connection: undefined once there is an answer, an error again where the answer is cut off. */
  onConnection(trouble: Error | undefined): void
}

export interface HttpGuard {
  /** What ffmpeg opens: without password, never encrypted. */
  source: string
  /** For the environment of that ffmpeg and nobody else: it holds the secret that opens the guard. */
  proxy: string
  /** Bytes passed on to ffmpeg so far. */
  received(): number
  close(): Promise<void>
}

/** What ffmpeg makes use of; cameras send all kinds of things beside it. */
const passedBack = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'content-encoding',
  'set-cookie',
  'icy-metaint',
  'expires',
  'date',
]
const keptBack = new Set([
  'proxy-authorization',
  'proxy-connection',
  'connection',
  'keep-alive',
  'host',
  'te',
  'upgrade',
  'transfer-encoding',
  'expect',
])
const mostConnections = 32

/** Listens before it returns. */
export async function openHttpGuard(options: HttpGuardOptions): Promise<HttpGuard> {
  const secret = randomBytes(24).toString('hex')
  const guard = new Guard(options, `Basic ${Buffer.from(`heed:${secret}`).toString('base64')}`)
  const sockets: Socket[] = []
  const server = createServer((asked, answer) => {
    answer.on('error', () => undefined)
    guard.serve(asked, answer).catch((error: unknown) => guard.fail(answer, error))
  })
  server.maxConnections = mostConnections
  server.on('connection', (socket: Socket) => sockets.push(socket) > mostConnections && sockets.shift())
  server.on('clientError', (_error, socket) => socket.destroy())
  const listening = once(server, 'listening')
  server.on('error', () => undefined) // at the start `listening` says it; later the guard just takes nothing more
  server.listen(0, '127.0.0.1')
  await listening
  return {
    source: guard.source,
    proxy: `http://heed:${secret}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0),
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

class Guard {
  readonly source: string
  readonly #options: HttpGuardOptions
  readonly #key: Buffer
  readonly #links = new WebLinks()
  readonly #origin: string
  readonly #login: CameraLogin | undefined

  constructor(options: HttpGuardOptions, key: string) {
    const { camera } = options
    this.#options = options
    this.#key = Buffer.from(key)
    this.#login = loginIn(camera, () => randomBytes(8).toString('hex'))
    const plain = new URL(camera)
    plain.username = plain.password = plain.hash = ''
    this.source = this.#links.camera(plain, () => `heed-${randomBytes(8).toString('hex')}`)
    this.#origin = plain.origin
  }

  /** One request of ffmpeg; it always stands on a connection of its own. */
  async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    answer.shouldKeepAlive = false
    if (!this.#isOurs(asked.headers['proxy-authorization'])) {
      answer.writeHead(407, { 'Proxy-Authenticate': 'Basic realm="heed"' }).end()
      return
    }
    const url = URL.canParse(asked.url ?? '') ? this.#links.real(new URL(asked.url ?? '')) : undefined
    if (!url || (asked.method !== 'GET' && asked.method !== 'HEAD')) {
      answer.writeHead(400).end()
      return
    }
    const given = await this.#ask(url, asked, answer)
    this.#options.onConnection(undefined)
    await this.#passOn(given, url, asked, answer)
  }

  fail(answer: ServerResponse, error: unknown): void {
    if (error instanceof FatalError) this.#options.onRefused(error)
    else if (!answer.destroyed) this.#options.onConnection(toError(error))
    if (answer.headersSent || answer.destroyed) answer.destroy()
    else answer.writeHead(error instanceof FatalError ? 403 : 502).end()
  }

  #isOurs(given: string | undefined): boolean {
    const key = Buffer.from(given ?? '')
    return key.length === this.#key.length && timingSafeEqual(key, this.#key)
  }

  /** Signs in where the camera itself asks for it: once, since wrong passwords may lock an account, unless its question was stale. */
  async #ask(url: URL, asked: IncomingMessage, answer: ServerResponse): Promise<IncomingMessage> {
    const login = url.origin === this.#origin ? this.#login : undefined
    for (let tries = 0; ; tries++) {
      const given = await this.#send(
        url,
        asked,
        answer,
        login?.header(asked.method ?? 'GET', `${url.pathname}${url.search}`),
      )
      const challenge = (given.headersDistinct['www-authenticate'] ?? []).map(inUtf8)
      const mayTry = tries === 0 || (tries === 1 && challenge.some((each) => /\bstale\s*=\s*"?true/i.test(each)))
      if (given.statusCode !== 401 || !mayTry || !login?.take(challenge)) return given
      given.destroy()
    }
  }

  async #send(
    url: URL,
    asked: IncomingMessage,
    answer: ServerResponse,
    authorization: string | undefined,
  ): Promise<IncomingMessage> {
    const port = portOf(url)
    const addresses = await this.#options.approveHost(url.hostname, port)
    if (answer.closed) throw new StoppedError()
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const headers: OutgoingHttpHeaders = { host: url.host }
    for (const [name, value] of Object.entries(asked.headers))
      if (!keptBack.has(name) && value !== undefined) headers[name] = value
    // Byte by byte: a header of Node's takes no other letters, and cameras have names and passwords in every alphabet.
    if (authorization !== undefined) headers['authorization'] = Buffer.from(authorization, 'utf8').toString('latin1')
    const send = url.protocol === 'https:' ? requestEncrypted : requestPlain
    const sent = send({
      host,
      port,
      path: `${url.pathname}${url.search}`,
      method: asked.method,
      headers,
      lookup: pinnedLookup(addresses),
      agent: false,
      // One request a connection: what sloppy cameras write can be mistaken for nothing else.
      insecureHTTPParser: true,
      // Cameras sign their own certificates; ffmpeg does not check them either.
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    })
    answer.once('close', () => sent.destroy())
    const answered = answerTo(sent)
    sent.end()
    return await answered
  }

  async #passOn(given: IncomingMessage, url: URL, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const status = given.statusCode ?? 502
    const headers = headersOf(given)
    const to = given.headers.location
    if (status >= 300 && status < 400 && to !== undefined) {
      answer
        .writeHead(status, {
          location: this.#links.plain(this.#checkLink(URL.canParse(to, url) ? new URL(to, url) : undefined, to)),
        })
        .end()
      given.destroy()
      return
    }
    // The number says it all. What else there is may never come.
    if (status >= 400) {
      answer.writeHead(status).end()
      given.destroy()
      return
    }
    const first = await firstChunk(given)
    if (first && isPlaylist(first)) {
      const text = await readText(given, first)
      for (const link of linksIn(text)) this.#checkLink(URL.canParse(link) ? new URL(link) : undefined, link)
      const shown = Buffer.from(this.#links.rewrite(text))
      answer
        .writeHead(200, {
          'content-type': headers['content-type'] ?? 'application/vnd.apple.mpegurl',
          'content-length': shown.length,
        })
        .end(shown)
      return
    }
    const form = first && asked.method === 'GET' && status === 200 ? pictureForm(given, first) : null
    if (first && form) return sendPictures(form, first, given, answer, () => this.#ask(url, asked, answer))
    // What ends with the connection, as MJPEG does, goes on as it comes: cutting it into chunks would cost a third more.
    answer.useChunkedEncodingByDefault = given.headers['transfer-encoding'] !== undefined
    answer.writeHead(status, headers)
    if (!first) {
      answer.end()
      return
    }
    given.once('error', (error) => {
      if (!answer.closed) this.#options.onConnection(error)
    })
    answer.write(first)
    pipeline(given, answer, () => undefined) // either end closes the other
  }

  #checkLink(link: URL | undefined, text: string): URL {
    if (link?.protocol === 'http:' || link?.protocol === 'https:') return link
    const [scheme = ''] = /^[a-z][a-z0-9+.-]*:/i.exec(text) ?? []
    throw new FatalError(
      'CAMERA_LINK_REFUSED',
      `The camera at ${hostOf(this.#options.camera)} sends us on to an address that begins with "${scheme.slice(0, 30)}". Only http:// and https:// are followed; nothing else in it is opened.`,
    )
  }
}

/**
 * The head of the answer. Listens for as long as the connection lives: what a camera sends behind its own `Content-Length`
 * becomes an error in the same turn as its answer, and one that nobody hears ends the process.
 */
function answerTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject)
    sent.on('response', (given) => {
      given.on('error', () => undefined) // whoever reads it hears it too
      resolve(given)
    })
    // Switches to something else, or leaves, without having answered.
    const leave = (): void => reject(Object.assign(new Error('no answer'), { code: 'ECONNRESET' }))
    sent.on('upgrade', (_given, socket) => {
      socket.on('error', () => undefined)
      socket.destroy()
      leave()
    })
    sent.on('close', leave)
  })
}

/** A header as the camera wrote it, where it wrote UTF-8; Node reads each byte as a letter. */
function inUtf8(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? header : text
}

function headersOf(given: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  for (const name of passedBack) {
    const value = given.headers[name]
    if (value === undefined) continue
    try {
      for (const each of [value].flat()) validateHeaderValue(name, each)
      headers[name] = value
    } catch {
      // A camera's header that may not be sent on is one that ffmpeg can do without.
    }
  }
  return headers
}

async function firstChunk(given: IncomingMessage): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>()
  const onEnd = (): void => resolve(undefined)
  given.once('error', reject).once('end', onEnd).once('close', onEnd)
  given.once('data', (chunk: Buffer) => {
    given.pause()
    resolve(chunk)
  })
  return await promise
}

async function readText(given: IncomingMessage, first: Buffer): Promise<string> {
  const chunks = [first]
  let size = first.length
  for await (const chunk of given as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > longestPlaylist) throw new RetryableError('CAMERA_BROKEN', "The camera's playlist does not end.")
  }
  return Buffer.concat(chunks).toString('utf8')
}
