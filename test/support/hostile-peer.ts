// A peer that breaks every rule of the line it speaks on, for tests: it says whatever a way of its table tells it to.
// Never answers well, except where the way is a well-formed answer that few clients expect.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** What it does with a connection: once at its start, and with each piece that comes. */
export interface HostileWay {
  onConnect?(socket: Socket): void
  /** `turn` counts the pieces of this connection from 0. */
  onData?(socket: Socket, piece: Buffer, turn: number): void
}

export interface HostilePeer {
  readonly port: number
  close(): Promise<void>
}

/** Listens on this machine and treats every connection in the given way. */
export async function startHostilePeer(way: HostileWay): Promise<HostilePeer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let turn = 0
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (piece: Buffer) => way.onData?.(socket, piece, turn++))
    way.onConnect?.(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Writes the same piece again and again, as fast as it is taken. */
export function pour(socket: Socket, piece: string | Buffer): void {
  const more = (): void => {
    while (socket.writable && socket.write(piece));
  }
  socket.on('drain', more)
  more()
}

/** One byte at a time, so slowly that no limit between two pieces is ever reached. */
export function drip(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => {
    if (!socket.writable || at >= text.length) clearInterval(timer)
    else socket.write(text[at++] ?? '')
  }, 5)
  socket.on('close', () => clearInterval(timer))
}

const atFirst = (act: (socket: Socket) => void): HostileWay => ({
  onData: (socket, _piece, turn) => {
    if (turn === 0) act(socket)
  },
})
const says = (text: string | Buffer): HostileWay => atFirst((socket) => socket.write(text))
const saysAndEnds = (text: string | Buffer): HostileWay => atFirst((socket) => socket.end(text))
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
/** Every byte there is, in an order that is always the same. */
export const garbage = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 151 + (at >> 3) * 7) % 256))

/** What a web server can do wrong, by name. */
export const hostileWebWays: Readonly<Record<string, HostileWay>> = {
  'closes before a word': { onConnect: (socket) => socket.end() },
  'resets before a word': { onConnect: (socket) => socket.resetAndDestroy() },
  'resets when it is asked': atFirst((socket) => socket.resetAndDestroy()),
  'closes when it is asked': atFirst((socket) => socket.end()),
  'speaks before it is asked': { onConnect: (socket) => socket.end(`${head}Content-Length: 2\r\n\r\n{}{}`) },
  'sends garbage': saysAndEnds(garbage),
  'sends nothing but an empty line': saysAndEnds('\r\n\r\n'),
  'sends another protocol': saysAndEnds('SSH-2.0-OpenSSH_9.6\r\n'),
  'sends HTML': saysAndEnds('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>'),
  'cuts its head': saysAndEnds('HTTP/1.1 200 OK\r\nContent-Le'),
  'cuts its body': saysAndEnds(`${head}Content-Length: 100\r\n\r\n{"a`),
  'resets in its body': atFirst((socket) => {
    socket.write(`${head}Content-Length: 100\r\n\r\n{"a`, () => setImmediate(() => socket.resetAndDestroy()))
  }),
  'sends more than its length': saysAndEnds(`${head}Content-Length: 2\r\n\r\nabcdef`),
  'sends more than its length, in pieces': atFirst((socket) => {
    socket.write(`${head}Content-Length: 2\r\n\r\nab`, () => setImmediate(() => socket.end('cdef')))
  }),
  'names two lengths': saysAndEnds(`${head}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}`),
  'names a length below nothing': saysAndEnds(`${head}Content-Length: -1\r\n\r\n{}`),
  'names a length that is no number': saysAndEnds(`${head}Content-Length: many\r\n\r\n{}`),
  'names an endless length': says(`${head}Content-Length: 99999999999999999999\r\n\r\n{}`),
  'names a length and chunks': saysAndEnds(`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`),
  'sends chunks that are none': saysAndEnds(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
  'cuts its chunks': saysAndEnds(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"a`),
  'goes on behind its last chunk': saysAndEnds(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\nmore`),
  'sends a head without end': atFirst((socket) => {
    socket.write(head)
    pour(socket, `X-Long: ${'x'.repeat(8000)}\r\n`)
  }),
  'sends a body without end': atFirst((socket) => {
    socket.write(`${head}\r\n`)
    pour(socket, 'x'.repeat(65_536))
  }),
  'sends chunks without end': atFirst((socket) => {
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`)
    pour(socket, `ffff\r\n${'x'.repeat(65_535)}\r\n`)
  }),
  'says 100 Continue without end': atFirst((socket) => pour(socket, 'HTTP/1.1 100 Continue\r\n\r\n')),
  'says 100 Continue and leaves': saysAndEnds('HTTP/1.1 100 Continue\r\n\r\n'),
  'says 100 Continue in half': saysAndEnds('HTTP/1.1 100 Cont'),
  'switches to another protocol': saysAndEnds(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\nhello',
  ),
  'upgrades with a 200': saysAndEnds('HTTP/1.1 200 OK\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nhello'),
  'answers with the number 0': saysAndEnds('HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'),
  'answers with the number 999': saysAndEnds('HTTP/1.1 999 Much\r\nContent-Length: 0\r\n\r\n'),
  'answers with the number 99999': saysAndEnds('HTTP/1.1 99999 Much\r\nContent-Length: 0\r\n\r\n'),
  'answers 204 with a body': saysAndEnds('HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody'),
  'answers 304 to everything': saysAndEnds('HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nbody'),
  'sends itself on for ever': saysAndEnds('HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n'),
  'sends on to nowhere': saysAndEnds('HTTP/1.1 301 Moved\r\nLocation: ht!tp://\r\nContent-Length: 0\r\n\r\n'),
  'lies about its packing': saysAndEnds(`${head}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`),
  'breaks lines in a header': saysAndEnds(`${head}X-Bad: a\rb\0c\r\nContent-Length: 2\r\n\r\n{}`),
  'answers twice': saysAndEnds(`${head}Content-Length: 2\r\n\r\n{}${head}Content-Length: 2\r\n\r\n{}`),
  'says nothing': {},
  'speaks a letter at a time': atFirst((socket) => drip(socket, `${head}Content-Length: 2\r\n\r\n{`.padEnd(5000, 'x'))),
  'sends JSON nested without end': saysAndEnds(`${head}Content-Length: 200000\r\n\r\n${'['.repeat(200_000)}`),
  'sends null': saysAndEnds(`${head}Content-Length: 4\r\n\r\nnull`),
}
