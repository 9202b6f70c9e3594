// A camera that speaks MJPEG over HTTP, for tests: it can freeze, stall, slow down, drop its viewers, ask for a password and come back.
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MjpegServer {
  readonly port: number
  url(login?: { user: string; password: string }): string
  /** Sends the same picture again and again. */
  freeze(): void
  /** Keeps viewers connected and sends nothing. */
  stall(): void
  /** Back to moving pictures. */
  resume(): void
  setFps(fps: number): void
  /** Cuts every viewer off; new ones are welcome. */
  drop(): void
  viewers(): number
  /** Drops everybody and refuses connections. */
  close(): Promise<void>
  /** Back on the same port. */
  restart(): Promise<void>
}

export interface MjpegOptions {
  /** Sent in turn, in a circle. */
  pictures: Uint8Array[]
  fps?: number
  login?: { user: string; password: string }
  /** Some cameras leave the Content-Length of their parts out. */
  withoutLength?: boolean
}

/** Starts sending at once, to whoever asks for any path. */
export async function startMjpegServer(options: MjpegOptions): Promise<MjpegServer> {
  const viewers = new Set<ServerResponse>()
  let mode: 'moving' | 'frozen' | 'stalled' = 'moving'
  let next = 0
  let timer: NodeJS.Timeout | undefined
  let server = await listen(0)
  const port = (server.address() as AddressInfo).port

  async function listen(at: number): Promise<Server> {
    const made = createServer((request, response) => {
      const wanted =
        options.login && `Basic ${Buffer.from(`${options.login.user}:${options.login.password}`).toString('base64')}`
      if (wanted && request.headers.authorization !== wanted) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="camera"' }).end()
        return
      }
      response.writeHead(200, {
        'Content-Type': 'multipart/x-mixed-replace; boundary=frame',
        'Cache-Control': 'no-store',
      })
      viewers.add(response)
      response.on('close', () => viewers.delete(response))
      response.on('error', () => undefined)
    })
    made.listen(at, '127.0.0.1')
    await once(made, 'listening')
    return made
  }

  function send(): void {
    if (mode === 'stalled') return
    const jpeg = options.pictures[next % options.pictures.length]!
    if (mode === 'moving') next++
    const length = options.withoutLength ? '' : `Content-Length: ${jpeg.length}\r\n`
    const part = Buffer.concat([
      Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\n${length}\r\n`),
      jpeg,
      Buffer.from('\r\n'),
    ])
    for (const viewer of viewers) if (viewer.writableLength < 1_000_000) viewer.write(part)
  }
  const setFps = (fps: number): void => {
    clearInterval(timer)
    timer = setInterval(send, 1000 / fps)
  }
  const drop = (): void => {
    for (const viewer of viewers) viewer.destroy()
  }
  setFps(options.fps ?? 10)

  return {
    port,
    url: (login) =>
      `http://${login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@` : ''}127.0.0.1:${port}/video`,
    freeze: () => {
      mode = 'frozen'
    },
    stall: () => {
      mode = 'stalled'
    },
    resume: () => {
      mode = 'moving'
    },
    setFps,
    drop,
    viewers: () => viewers.size,
    close: async () => {
      clearInterval(timer)
      if (!server.listening) return
      const closed = once(server, 'close')
      server.close()
      drop()
      server.closeAllConnections()
      await closed
    },
    restart: async () => {
      server = await listen(port)
      setFps(options.fps ?? 10)
    },
  }
}
