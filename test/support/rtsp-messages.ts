// RTSP as bytes: requests and interleaved packets out of a socket's chunks, answers back, and who may ask. Only for tests.
import { createHash } from 'node:crypto'

export interface RtspRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}
export type RtspItem = { type: 'request'; request: RtspRequest } | { type: 'packet'; channel: number; data: Buffer }
export interface RtspLogin {
  user: string
  password: string
  scheme: 'basic' | 'digest'
}

/** Cuts a connection's bytes into requests and packets, however they arrive. */
export class RtspReader {
  #buffer: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): RtspItem[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    const items: RtspItem[] = []
    for (let item = this.#next(); item; item = this.#next()) items.push(item)
    return items
  }

  #next(): RtspItem | undefined {
    return this.#buffer[0] === 0x24 ? this.#packet() : this.#request()
  }

  #packet(): RtspItem | undefined {
    if (this.#buffer.length < 4) return undefined
    const end = 4 + this.#buffer.readUInt16BE(2)
    if (this.#buffer.length < end) return undefined
    const item: RtspItem = { type: 'packet', channel: this.#buffer[1]!, data: this.#buffer.subarray(4, end) }
    this.#buffer = this.#buffer.subarray(end)
    return item
  }

  #request(): RtspItem | undefined {
    const headEnd = this.#buffer.indexOf('\r\n\r\n')
    if (headEnd < 0) return undefined
    const [first = '', ...lines] = this.#buffer.subarray(0, headEnd).toString('latin1').split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const end = headEnd + 4 + Number(headers['content-length'] ?? 0)
    if (this.#buffer.length < end) return undefined
    const body = this.#buffer.subarray(headEnd + 4, end).toString('utf8')
    this.#buffer = this.#buffer.subarray(end)
    const [method = '', url = ''] = first.split(' ')
    return { type: 'request', request: { method, url, headers, body } }
  }
}

/** One answer, ready to send. */
export function rtspAnswer(
  request: RtspRequest,
  status: string,
  headers: Record<string, string> = {},
  body = '',
): string {
  const all = {
    CSeq: request.headers['cseq'] ?? '0',
    ...headers,
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  }
  return `RTSP/1.0 ${status}\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`
}

/** One packet on an interleaved channel. */
export function rtspPacket(channel: number, data: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0])
  head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, data])
}

const realm = 'camera',
  nonce = 'c0ffee'

/** The header of a 401. */
export function rtspChallenge(scheme: RtspLogin['scheme']): Record<string, string> {
  return {
    'WWW-Authenticate': scheme === 'basic' ? `Basic realm="${realm}"` : `Digest realm="${realm}", nonce="${nonce}"`,
  }
}

export function mayAsk(request: RtspRequest, login: RtspLogin): boolean {
  const given = request.headers['authorization'] ?? ''
  if (login.scheme === 'basic')
    return given === `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
  const field = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(given)?.[1] ?? ''
  const secret = md5(`${login.user}:${realm}:${login.password}`)
  return (
    field('username') === login.user &&
    field('uri') === request.url &&
    field('response') === md5(`${secret}:${nonce}:${md5(`${request.method}:${field('uri')}`)}`)
  )
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}
