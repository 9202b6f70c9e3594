// A small camera server for tests: takes what ffmpeg publishes (ANNOUNCE, RECORD) over one TCP connection and serves it
// (DESCRIBE, PLAY) over TCP or UDP. It can ask for a password, fall silent, drop everybody and come back on the same port.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import {
  mayAsk,
  RtspReader,
  rtspAnswer,
  rtspChallenge,
  rtspPacket,
  type RtspLogin,
  type RtspRequest,
} from './rtsp-messages.ts'

interface Published {
  sdp: string
  channels: Map<number, { track: string; isControl: boolean }>
  players: Set<Player>
}
interface Player {
  socket: Socket
  tracks: Map<string, Send>
  isPlaying: boolean
}
type Send = (isControl: boolean, data: Buffer) => void

export interface RtspServer {
  readonly port: number
  /** Where players and publishers connect; `login` is put into the URL. */
  url(path: string, login?: { user: string; password: string }): string
  /** Keeps every connection and sends nothing. */
  pause(): void
  resume(): void
  /** Resolves once something is being published under the path. */
  published(path: string): Promise<void>
  /** Whether something is being published under the path right now. */
  isPublished(path: string): boolean
  /** Players that are being served. */
  players(): number
  /** Connections since the start, players and publishers. */
  connections(): number
  /** Drops everybody and refuses connections. */
  close(): Promise<void>
  /** Back on the same port, with nothing published. */
  restart(): Promise<void>
}

/** Players need `login`; publishers never do. `closesUnsigned`: a question for a password is the last of a connection. */
export async function startRtspServer(
  options: { login?: RtspLogin; closesUnsigned?: boolean } = {},
): Promise<RtspServer> {
  const state = {
    paused: false,
    connections: 0,
    streams: new Map<string, Published>(),
    waiting: new Set<() => void>(),
    login: options.login,
    closesUnsigned: options.closesUnsigned ?? false,
  }
  const sockets = new Set<Socket>()
  let server = await listen(0)
  const port = (server.address() as AddressInfo).port

  async function listen(at: number): Promise<Server> {
    const next = createServer((socket) => {
      state.connections++
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
      serve(socket, state)
    })
    next.listen(at, '127.0.0.1')
    await once(next, 'listening')
    return next
  }

  return {
    port,
    url: (path, login) =>
      `rtsp://${login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@` : ''}127.0.0.1:${port}/${path}`,
    pause: () => {
      state.paused = true
    },
    resume: () => {
      state.paused = false
    },
    published: async (path) => {
      while (!state.streams.has(path)) await new Promise<void>((resolve) => state.waiting.add(resolve))
    },
    isPublished: (path) => state.streams.has(path),
    players: () =>
      [...state.streams.values()].reduce(
        (sum, { players }) => sum + [...players].filter(({ isPlaying }) => isPlaying).length,
        0,
      ),
    connections: () => state.connections,
    close: async () => {
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      state.streams.clear()
      await closed
    },
    restart: async () => {
      server = await listen(port)
    },
  }
}

interface State {
  paused: boolean
  streams: Map<string, Published>
  waiting: Set<() => void>
  login: RtspLogin | undefined
  closesUnsigned: boolean
}

/** One connection, which is a publisher once it has announced something and a player otherwise. */
function serve(socket: Socket, state: State): void {
  const reader = new RtspReader()
  const player: Player = { socket, tracks: new Map(), isPlaying: false }
  let published: Published | undefined
  socket.on('close', () => {
    for (const stream of state.streams.values()) stream.players.delete(player)
    for (const [path, stream] of state.streams) if (stream === published) state.streams.delete(path)
  })
  socket.on('data', (chunk: Buffer) => {
    for (const item of reader.push(chunk)) {
      if (item.type === 'packet') {
        if (published && !state.paused) forward(published, item.channel, item.data)
      } else if (item.request.method === 'ANNOUNCE') {
        published = { sdp: item.request.body, channels: new Map(), players: new Set() }
        state.streams.set(pathOf(item.request.url), published)
        socket.write(rtspAnswer(item.request, '200 OK'))
      } else if (published) socket.write(answerPublisher(item.request, published, state))
      else {
        const answer = answerPlayer(item.request, player, state)
        socket.write(answer)
        if (state.closesUnsigned && answer.startsWith('RTSP/1.0 401')) return void socket.end()
      }
    }
  })
}

function answerPublisher(request: RtspRequest, published: Published, state: State): string {
  const session = { Session: 'publisher' }
  if (request.method === 'SETUP') {
    const { transport, first } = readTransport(request)
    const track = trackOf(request.url)
    published.channels.set(first, { track, isControl: false }).set(first + 1, { track, isControl: true })
    return rtspAnswer(request, '200 OK', { ...session, Transport: transport })
  }
  if (request.method === 'RECORD') {
    for (const resolve of state.waiting) resolve()
    state.waiting.clear()
  }
  return rtspAnswer(request, '200 OK', session)
}

function answerPlayer(request: RtspRequest, player: Player, state: State): string {
  if (request.method === 'OPTIONS')
    return rtspAnswer(request, '200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, ANNOUNCE, RECORD' })
  if (state.login && !mayAsk(request, state.login))
    return rtspAnswer(request, '401 Unauthorized', rtspChallenge(state.login.scheme))
  const stream = state.streams.get(pathOf(request.url))
  if (!stream) return rtspAnswer(request, '404 Not Found')
  const session = { Session: 'player;timeout=60' }
  switch (request.method) {
    case 'DESCRIBE':
      return rtspAnswer(
        request,
        '200 OK',
        { 'Content-Base': `${request.url}/`, 'Content-Type': 'application/sdp' },
        stream.sdp,
      )
    case 'SETUP': {
      const { transport, send } = openTransport(request, player.socket)
      player.tracks.set(trackOf(request.url), send)
      stream.players.add(player)
      return rtspAnswer(request, '200 OK', { ...session, Transport: transport })
    }
    case 'PLAY':
      player.isPlaying = true
      return rtspAnswer(request, '200 OK', session)
    case 'TEARDOWN':
      stream.players.delete(player)
      return rtspAnswer(request, '200 OK', session)
    default:
      return rtspAnswer(request, '200 OK', session)
  }
}

/** Newest wins here too: a player that does not read is left out until it does. */
function forward(published: Published, channel: number, data: Buffer): void {
  const from = published.channels.get(channel)
  if (!from) return
  for (const { socket, tracks, isPlaying } of published.players) {
    if (isPlaying && socket.writableLength < 1_000_000) tracks.get(from.track)?.(from.isControl, data)
  }
}

/** Packets between the requests, or beside them over UDP, as the player asked. */
function openTransport(request: RtspRequest, socket: Socket): { transport: string; send: Send } {
  const { transport, first } = readTransport(request)
  const ports = /client_port=(\d+)-(\d+)/.exec(transport)
  if (!ports)
    return { transport, send: (isControl, data) => socket.write(rtspPacket(first + (isControl ? 1 : 0), data)) }
  const udp = createSocket('udp4')
  udp.on('error', () => undefined)
  udp.bind(0, '127.0.0.1')
  socket.on('close', () => udp.close())
  return {
    transport: `RTP/AVP/UDP;unicast;client_port=${ports[1]}-${ports[2]}`,
    send: (isControl, data) => udp.send(data, Number(isControl ? ports[2] : ports[1]), '127.0.0.1'),
  }
}

function readTransport(request: RtspRequest): { transport: string; first: number } {
  const transport = request.headers['transport'] ?? ''
  return { transport, first: Number(/interleaved=(\d+)/.exec(transport)?.[1] ?? 0) }
}

/** The stream a URL means, without the track at its end. */
function pathOf(url: string): string {
  return new URL(url).pathname.replace(/^\//, '').replace(/\/?(streamid=\d+)?$/, '')
}

function trackOf(url: string): string {
  return /streamid=(\d+)/.exec(url)?.[1] ?? '0'
}
