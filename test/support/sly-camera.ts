// Cameras that try to lead us elsewhere, for tests: one on the web with answers made to measure, one that redirects over RTSP.
import { once } from 'node:events'
import { createServer as createWebServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createServer, type AddressInfo, type Server } from 'node:net'

export interface SlyCamera {
  readonly port: number
  /** First lines of all requests so far. */
  readonly asked: string[]
  close(): Promise<void>
}

export type Answer =
  | { redirect: string }
  | { body: string | Uint8Array; type?: string }
  | { status: number; headers: Record<string, string> }

async function listen(server: Server, asked: string[]): Promise<SlyCamera> {
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** Answers each path as `answer` says; 404 for the rest. `tls` makes it an https one. */
export function startSlyCamera(
  answer: (path: string, request: IncomingMessage) => Answer | undefined,
  tls?: { key: string; cert: string },
): Promise<SlyCamera> {
  const asked: string[] = []
  const serve: RequestListener = (request, response) => {
    asked.push(`${request.method ?? ''} ${request.headers.host ?? ''}${request.url ?? ''}`)
    const given = answer(request.url ?? '', request)
    if (!given) response.writeHead(404).end()
    else if ('redirect' in given) response.writeHead(302, { location: given.redirect }).end()
    else if ('status' in given) response.writeHead(given.status, given.headers).end()
    else
      response
        .writeHead(200, {
          'content-type': given.type ?? 'application/octet-stream',
          'content-length': Buffer.byteLength(given.body),
        })
        .end(given.body)
  }
  return listen(tls ? createTlsServer(tls, serve) : createWebServer(serve), asked)
}

/** Answers every RTSP request with these bytes. */
export function startSlyRtsp(answer: string): Promise<SlyCamera> {
  const asked: string[] = []
  return listen(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (chunk: Buffer) => {
        asked.push(chunk.toString('latin1').split('\r\n', 1)[0] ?? '')
        socket.write(answer.replace('{cseq}', /CSeq: (\d+)/.exec(chunk.toString('latin1'))?.[1] ?? '0'))
      })
    }),
    asked,
  )
}

/** An HLS playlist with these entries. */
export function playlist(...entries: string[]): string {
  return `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXT-X-MEDIA-SEQUENCE:0\n${entries.map((entry) => `#EXTINF:2,\n${entry}\n`).join('')}#EXT-X-ENDLIST\n`
}
