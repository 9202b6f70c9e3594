// The listening socket: opens it with a clear error when it cannot, and closes everything that hangs on it.
// Never picks another port by itself.
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FatalError, toError } from '../../nodes/contract/errors.ts'
import type { Api } from './app.ts'
import type { ApiDeps } from './api-deps.ts'
import { attachSockets } from './push-socket.ts'

export interface HttpServer {
  server: Server
  listen(options: { host: string; port: number }): Promise<AddressInfo>
  /** Ends live feeds, pictures and sockets, lets requests in flight finish for a moment, then closes what is left. */
  close(): Promise<void>
}

const graceMs = 3000
/** A clip of some gigabytes over a slow line. */
const uploadMs = 60 * 60_000

function explainListen(thrown: unknown, host: string, port: number): FatalError {
  const cause = toError(thrown)
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new FatalError(
        'SERVER_PORT_TAKEN',
        `Port ${port} is taken on ${host}. Another Heed may be running there: stop it, or choose another port with HEED_PORT.`,
        { cause },
      )
    case 'EACCES':
      return new FatalError(
        'SERVER_PORT_REFUSED',
        `This user may not listen on port ${port}. Choose a port above 1023 with HEED_PORT.`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new FatalError(
        'SERVER_HOST_UNKNOWN',
        `This machine has no address ${host}. Set HEED_HOST to one of its own, such as 127.0.0.1.`,
        { cause },
      )
    default:
      return new FatalError('SERVER_LISTEN_FAILED', `Heed cannot listen on ${host}, port ${port}: ${cause.message}.`, {
        cause,
      })
  }
}

/** The app and its WebSockets on one server. */
export function createHttpServer(api: Api, deps: ApiDeps): HttpServer {
  const server = createServer(api.app)
  server.requestTimeout = uploadMs
  server.keepAliveTimeout = 65_000
  const sockets = attachSockets(server, api, deps)
  let closing: Promise<void> | undefined

  const close = async (): Promise<void> => {
    const isClosed = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    sockets.close()
    api.close()
    server.closeIdleConnections()
    const timer = setTimeout(() => server.closeAllConnections(), graceMs)
    await isClosed
    clearTimeout(timer)
  }

  return {
    server,
    listen: ({ host, port }) =>
      new Promise((resolve, reject) => {
        const fail = (thrown: Error): void => reject(explainListen(thrown, host, port))
        server.once('error', fail)
        server.listen({ host: host.replace(/^\[|\]$/g, ''), port }, () => {
          server.off('error', fail)
          server.on('error', (error) => deps.log.error({ err: error }, 'the listening socket has a problem'))
          resolve(server.address() as AddressInfo)
        })
      }),
    close: () => (closing ??= close()),
  }
}
