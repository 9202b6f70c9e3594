// Takes a browser's pictures for a camera of kind `browser`: a WebSocket at /api/streams/:id/push, one JPEG a message. Passes the
// sockets of Node-RED's editor on.
// Never passes on anything that is not a JPEG, and never more than 30 a second.
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import type { Api } from './app.ts'
import type { Caller } from '../live/index.ts'
import type { ApiDeps } from './api-deps.ts'
import { answerError, logError } from './errors.ts'
import { readRequestId } from './request-log.ts'
import { assertOwner, assertStream } from '../live/index.ts'
import { nodeRedRoot, passSocketOn } from '../node-red/index.ts'

const maxPictureBytes = 2 * 1024 * 1024
const maxPerSecond = 30
const aliveMs = 15_000
const mostUnreadBytes = 64 * 1024

const closed = { stopping: 1001, notPicture: 1003, signedOut: 4001, replaced: 4002 } as const

export interface Sockets {
  /** Ends every socket; part of shutting down. */
  close(): void
}

function isJpeg(data: Uint8Array): boolean {
  return data.length > 3 && data[0] === 0xff && data[1] === 0xd8 && data[2] === 0xff
}

/** A bucket of 30 that fills up again within a second: a burst passes, a flood does not. */
function createRate(nowMs: () => number): () => boolean {
  let left = maxPerSecond
  let atMs = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(maxPerSecond, left + (Math.max(0, now - atMs) * maxPerSecond) / 1000)
    atMs = now
    if (left < 1) return false
    left -= 1
    return true
  }
}

function streamOf(request: IncomingMessage): string {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  const id = /^\/api\/streams\/([A-Za-z0-9_-]{1,200})\/push$/.exec(path)?.[1]
  if (id !== undefined) return id
  throw new NotFoundError('HTTP_NOT_FOUND', 'There is no WebSocket at this address.')
}

function refuse(deps: ApiDeps, request: IncomingMessage, socket: Duplex, thrown: unknown): void {
  const answer = answerError(thrown, readRequestId(request.headers['x-request-id']))
  logError(deps.log, thrown, answer)
  const body = JSON.stringify(answer.body)
  const headers = {
    ...answer.headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${answer.status} Refused\r\n${lines.join('')}\r\n${body}`)
}

/** Lets pictures through until the socket closes. */
function receivePictures(deps: ApiDeps, socket: WebSocket, stream: string, onClose: () => void): void {
  const mayPass = createRate(deps.nowMs)
  const counts = { pictures: 0, dropped: 0 }
  let isAlive = true
  const beat = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    socket.ping()
  }, aliveMs)
  beat.unref()
  socket.on('pong', () => {
    isAlive = true
  })
  // A client that pours pings and reads nothing must not make answers pile up here.
  socket.on('ping', (data) => {
    if (socket.bufferedAmount < mostUnreadBytes) socket.pong(data)
  })
  socket.on('message', (data, isBinary) => {
    isAlive = true
    if (!isBinary || !(data instanceof Buffer) || !isJpeg(data))
      return socket.close(closed.notPicture, 'Only JPEG pictures are taken here.')
    if (!mayPass()) {
      counts.dropped += 1
      return
    }
    counts.pictures += 1
    deps.relay.publish(`push:${stream}`, data)
  })
  // ws closes the socket itself after an error, a picture over 2 MB among them.
  socket.on('error', (error) => deps.log.warn({ stream, err: error.message }, 'browser camera broke off'))
  socket.once('close', (code) => {
    clearInterval(beat)
    onClose()
    deps.log.info({ stream, code, ...counts }, 'browser camera closed')
  })
}

/** Serves WebSockets beside the app, under the same gate. */
export function attachSockets(server: Server, api: Api, deps: ApiDeps): Sockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxPictureBytes,
    perMessageDeflate: false,
    clientTracking: false,
    autoPong: false,
  })
  const byStream = new Map<string, WebSocket>()

  const welcome = (socket: WebSocket, stream: string, caller: Caller): void => {
    // Two pages pushing into one camera would make pictures jump: the newest page wins.
    byStream.get(stream)?.close(closed.replaced, 'Another window has taken this camera over.')
    byStream.set(stream, socket)
    const release = api.lines.hold(caller, () => socket.close(closed.signedOut, 'Signed out.'))
    deps.log.info({ stream }, 'browser camera opened')
    receivePictures(deps, socket, stream, () => {
      release()
      if (byStream.get(stream) === socket) byStream.delete(stream)
    })
  }

  const passToNodeRed = (request: IncomingMessage, socket: Duplex, head: Buffer, caller: Caller): void => {
    assertOwner(caller)
    const end = passSocketOn(deps.nodeRed.door(), request, socket, head)
    if (end) socket.once('close', api.lines.hold(caller, end))
  }

  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const caller = await api.gate.admitUpgrade(request)
    if (request.url?.startsWith(`${nodeRedRoot}/`)) return passToNodeRed(request, socket, head, caller)
    const stream = streamOf(request)
    await assertStream(deps, stream)
    if (!socket.destroyed) sockets.handleUpgrade(request, socket, head, (opened) => welcome(opened, stream, caller))
  }

  server.on('upgrade', (request, socket, head) => {
    // Stays for as long as the socket lives: a client that breaks off must not end the process, whoever else listens.
    socket.on('error', () => undefined)
    admit(request, socket, head)
      .catch((thrown: unknown) => refuse(deps, request, socket, thrown))
      .catch((thrown: unknown) => {
        deps.log.error({ err: thrown }, 'a WebSocket could not be answered')
        socket.destroy()
      })
  })

  return {
    close: () => {
      for (const socket of byStream.values()) socket.close(closed.stopping, 'Heed is stopping.')
      sockets.close()
    },
  }
}
