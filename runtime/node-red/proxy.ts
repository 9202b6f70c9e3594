// Passes requests on to the Node-RED of this process, and back. Heed's cookies and tokens stop here, on the way in and on the way out.
import { Agent, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { RetryableError } from '../../nodes/contract/errors.ts'

/** Where the child listens, and the token it answers to. */
export interface Door {
  port: number
  token: string
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
/** Of one hop only, or Heed's own business. */
const kept = new Set([
  'authorization',
  'connection',
  'cookie',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-heed-token',
])
/** Of an answer: a palette node must not sign anybody in or out, nor loosen what the frame is held by. */
const dropped = new Set([
  'clear-site-data',
  'connection',
  'content-security-policy',
  'keep-alive',
  'service-worker-allowed',
  'set-cookie',
  'strict-transport-security',
  'transfer-encoding',
  'x-frame-options',
])

function onward(request: IncomingMessage, { token }: Door): Record<string, string | string[]> {
  const headers = Object.entries(request.headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined && !kept.has(entry[0]),
  )
  return { ...Object.fromEntries(headers), 'x-heed-token': token }
}

const away = (cause: Error): RetryableError =>
  new RetryableError('NODERED_AWAY', 'Node-RED does not answer just now. It may be starting again.', { cause })

/** Answers with what Node-RED says at `path`; rejects with NODERED_AWAY when it cannot be reached. */
export function passOn(door: Door, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A body in pieces stays one: after a GET it would be read as requests of its own.
  const inPieces = request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }
  const headers = { ...onward(request, door), ...inPieces }
  return new Promise((resolve, reject) => {
    const passed = send(
      { agent, host: '127.0.0.1', port: door.port, method: request.method, path, headers },
      (answer) => {
        response.statusCode = answer.statusCode ?? 502
        for (const [name, value] of Object.entries(answer.headers))
          if (value !== undefined && !dropped.has(name)) response.setHeader(name, value)
        answer.once('error', () => response.destroy())
        answer.pipe(response)
        response.once('close', () => {
          answer.destroy()
          resolve()
        })
      },
    )
    passed.once('error', (error) => (response.headersSent ? response.destroy() : reject(away(error))))
    response.once('close', () => passed.destroy())
    request.pipe(passed)
  })
}

/** Joins a WebSocket to Node-RED's; gives back how to end it. Undefined when it is closed already. */
export function passSocketOn(
  door: Door,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): (() => void) | undefined {
  if (socket.destroyed) return undefined
  const inner = connect(door.port, '127.0.0.1')
  const end = (): void => {
    inner.destroy()
    socket.destroy()
  }
  const headers = { ...onward(request, door), connection: 'Upgrade', upgrade: 'websocket' }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}: ${each}\r\n`),
  )
  inner.write(`GET ${request.url ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`)
  if (head.length > 0) inner.write(head)
  for (const each of [inner, socket]) each.once('error', end).once('close', end)
  socket.pipe(inner).pipe(socket)
  return end
}

/** One request of Heed's own to Node-RED's API; rejects with NODERED_AWAY. */
export function askAdmin(
  { port, token }: Door,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-heed-token': token, 'content-type': 'application/json', accept: 'application/json' }
    const asked = send({ agent, host: '127.0.0.1', port, method, path: `/node-red${path}`, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.once('error', (error) => reject(away(error)))
    })
    asked.once('error', (error) => reject(away(error)))
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** Types among these that Node-RED has no node for: with one of them in its flows it would run none of them. */
export async function missingTypes(door: Door, nodes: readonly Record<string, unknown>[]): Promise<string[]> {
  const { text } = await askAdmin(door, 'GET', '/nodes')
  const sets = JSON.parse(text) as { enabled?: boolean; types?: string[] }[]
  const known = new Set(sets.flatMap(({ enabled, types = [] }) => (enabled === false ? [] : types)))
  return [...new Set(nodes.map(({ type }) => String(type)))].filter((type) => !known.has(type))
}
