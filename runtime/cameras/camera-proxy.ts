// A way through this machine for cameras that speak RTSP or RTMP: ffmpeg talks to a loopback port that leads to addresses which
// were judged before, and nowhere else. Ends TLS, so that what a camera answers can be read here. Belongs to one ffmpeg.
import { once } from 'node:events'
import { isIP, connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { LookupAddress } from 'node:dns'
import { connect as connectTls } from 'node:tls'
import { pinnedLookup } from '../egress/index.ts'
import type { CameraLogin } from './camera-login.ts'
import { RtspGate, type Passed } from './rtsp-gate.ts'
import { RtspPlaying, RtspRequests } from './rtsp-requests.ts'
import { RtspSignIn } from './rtsp-sign-in.ts'

export interface CameraProxyOptions {
  host: string
  port: number
  addresses: readonly LookupAddress[]
  isEncrypted: boolean
  /** RTSP is watched until it plays, and needs one connection; RTMP signs in over a second one. */
  isRtsp: boolean
  /** RTSP only: how to sign in, so that ffmpeg need not know. */
  login?: CameraLogin | undefined
  /** RTSP only: how paths begin for ffmpeg, and how they do for the camera. */
  path?: { shown: string; real: string } | undefined
  onRefused(refused: NonNullable<Passed['refused']>): void
  /** What became of the connection to the camera: undefined once it stands. */
  onConnection(trouble: Error | undefined): void
}

export interface CameraProxy {
  /** Where ffmpeg connects to: `127.0.0.1:34567`. */
  address: string
  /** Bytes that came from the camera so far. */
  received(): number
  close(): Promise<void>
}

/** As many connections as one try needs. Nobody gains by using them up: the camera is as near to every program of this machine. */
const mostConnections = { rtsp: 1, rtmp: 3 }

/** Listens before it returns. */
export async function openCameraProxy(options: CameraProxyOptions): Promise<CameraProxy> {
  // Over UDP ffmpeg opens its ports in the family of the address it talks to.
  const isIpv6 = options.addresses[0]?.family === 6 && options.isRtsp
  const sockets = new Set<Socket>()
  const cameras: Socket[] = []
  let left = options.isRtsp ? mostConnections.rtsp : mostConnections.rtmp
  const keep = <S extends Socket>(socket: S): S => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    return socket
  }
  const server = createServer({ noDelay: true }, (viewer) => {
    if (--left <= 0) server.close()
    keep(viewer).on('error', () => undefined) // shows as its close
    const connectCamera = (): Socket => {
      const camera = keep(connectTo(options))
      cameras.push(camera)
      camera.once(options.isEncrypted ? 'secureConnect' : 'connect', () => options.onConnection(undefined))
      camera.on('error', (error) => options.onConnection(error))
      viewer.on('close', () => camera.destroy())
      return camera
    }
    if (options.isRtsp) passGuarded(viewer, connectCamera, address, options)
    else passAll(viewer, connectCamera())
  })
  server.on('error', () => undefined)
  server.listen(0, isIpv6 ? '::1' : '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const address = `${isIpv6 ? '[::1]' : '127.0.0.1'}:${port}`
  return {
    address,
    received: () => cameras.reduce((sum, camera) => sum + camera.bytesRead, 0),
    close: async () => {
      server.close()
      await Promise.all(
        [...sockets].map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.once('close', () => resolve())
              socket.destroy()
            }),
        ),
      )
    },
  }
}

function connectTo({ host, port, addresses, isEncrypted }: CameraProxyOptions): Socket {
  const bare = host.replace(/^\[|\]$/g, '')
  const to = { host: bare, port, lookup: pinnedLookup(addresses), noDelay: true }
  // Cameras sign their own certificates: as in ffmpeg, encryption keeps listeners out, and the password proves who we are.
  return isEncrypted
    ? connectTls({ ...to, rejectUnauthorized: false, ...(isIP(bare) === 0 ? { servername: bare } : {}) })
    : connect(to)
}

function passAll(viewer: Socket, camera: Socket): void {
  camera.on('close', () => viewer.end())
  camera.pipe(viewer)
  viewer.pipe(camera)
}

/**
 * Names the camera in each request as it is called, and signs; watches its answers until it plays, and for a new question after
 * that. A camera that asks for a password and closes is called once more, with the answer.
 */
function passGuarded(viewer: Socket, connectCamera: () => Socket, ours: string, options: CameraProxyOptions): void {
  const { host, port, login, path = { shown: '/', real: '/' } } = options
  const signIn = new RtspSignIn({
    login,
    ours: `rtsp://${ours}${path.shown}`,
    real: `rtsp://${host}:${port}${path.real}`,
  })
  const gate = new RtspGate(options.addresses[0]?.address ?? '', signIn)
  const requests = new RtspRequests()
  let camera: Socket
  let isPlaying = false
  let mayCallAgain = true
  /** What it was asked anew and has not answered. */
  let unanswered: Buffer | undefined
  const fromCamera = (chunk: Buffer): void => {
    const { bytes, again, refused } = gate.push(chunk)
    if (bytes.length > 0) viewer.write(bytes)
    unanswered = again
    if (again) camera.write(again)
    if (!refused) return
    options.onRefused(refused)
    camera.destroy()
  }
  const call = (): void => {
    const called = (camera = connectCamera())
    called.on('data', fromCamera)
    called.on('close', () => {
      if (called !== camera) return
      if (unanswered === undefined || !mayCallAgain || isPlaying || viewer.destroyed) return void viewer.end()
      mayCallAgain = false
      const question = unanswered
      gate.forget()
      call()
      camera.write(question)
    })
  }
  const play = (): void => {
    camera.off('data', fromCamera)
    if (signIn.hasLogin) passPlaying(viewer, camera, gate.rest, signIn)
    else {
      if (gate.rest.length > 0) viewer.write(gate.rest)
      camera.pipe(viewer)
    }
  }
  call()
  viewer.on('data', (chunk: Buffer) => {
    for (const { bytes, isRequest } of requests.push(chunk)) {
      camera.write(isRequest ? signIn.ask(bytes) : bytes)
      if (isPlaying || !isRequest || !gate.asksToPlay(bytes)) continue
      isPlaying = true
      play()
    }
  })
}

function passPlaying(viewer: Socket, camera: Socket, rest: Buffer, signIn: RtspSignIn): void {
  const playing = new RtspPlaying(signIn)
  const pass = (chunk: Buffer): void => {
    const { bytes, again } = playing.push(chunk)
    if (again) camera.write(again)
    if (bytes.length > 0 && !viewer.write(bytes)) camera.pause()
  }
  viewer.on('drain', () => camera.resume())
  if (rest.length > 0) pass(rest)
  camera.on('data', pass)
}
