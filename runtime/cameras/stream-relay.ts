// A way through this machine for cameras that speak RTSP or RTMP: ffmpeg talks to a loopback port that leads to addresses which
// were judged before, and nowhere else. Ends TLS, so that what a camera answers can be read here. Belongs to one ffmpeg.
import { once } from 'node:events'
import { isIP, connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { LookupAddress } from 'node:dns'
import { connect as connectTls } from 'node:tls'
import { pinnedLookup } from '../egress/index.ts'
import { RtspGate, type Passed } from './rtsp-gate.ts'

export interface RelayOptions {
  host: string
  port: number
  addresses: readonly LookupAddress[]
  isEncrypted: boolean
  /** RTSP is watched until it plays, and needs one connection; RTMP signs in over a second one. */
  isRtsp: boolean
  onRefused(refused: NonNullable<Passed['refused']>): void
  /** What became of the connection to the camera: undefined once it stands. */
  onConnection(trouble: Error | undefined): void
}

export interface Relay {
  /** Where ffmpeg connects to: `127.0.0.1:34567`. */
  address: string
  /** Bytes that came from the camera so far. */
  received(): number
  close(): Promise<void>
}

/** As many connections as one try needs. Nobody gains by using them up: the camera is as near to every program of this machine. */
const mostConnections = { rtsp: 1, rtmp: 3 }

/** Listens before it returns. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  // Over UDP ffmpeg opens its ports in the family of the address it talks to.
  const isIpv6 = options.addresses[0]?.family === 6 && options.isRtsp
  const sockets = new Set<Socket>()
  const cameras: Socket[] = []
  let left = options.isRtsp ? mostConnections.rtsp : mostConnections.rtmp
  const server = createServer({ noDelay: true }, (viewer) => {
    if (--left <= 0) server.close()
    const camera = connectTo(options)
    cameras.push(camera)
    for (const socket of [viewer, camera]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    camera.once(options.isEncrypted ? 'secureConnect' : 'connect', () => options.onConnection(undefined))
    camera.on('error', (error) => options.onConnection(error))
    viewer.on('error', () => undefined) // shows as its close
    camera.on('close', () => viewer.end())
    viewer.on('close', () => camera.destroy())
    if (options.isRtsp) passGuarded(viewer, camera, options)
    else passAll(viewer, camera)
  })
  server.on('error', () => undefined)
  server.listen(0, isIpv6 ? '::1' : '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: `${isIpv6 ? '[::1]' : '127.0.0.1'}:${port}`,
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

function connectTo({ host, port, addresses, isEncrypted }: RelayOptions): Socket {
  const bare = host.replace(/^\[|\]$/g, '')
  const to = { host: bare, port, lookup: pinnedLookup(addresses), noDelay: true }
  // Cameras sign their own certificates: as in ffmpeg, encryption keeps listeners out, and the password proves who we are.
  return isEncrypted
    ? connectTls({ ...to, rejectUnauthorized: false, ...(isIP(bare) === 0 ? { servername: bare } : {}) })
    : connect(to)
}

function passAll(viewer: Socket, camera: Socket): void {
  camera.pipe(viewer)
  viewer.pipe(camera)
}

function passGuarded(viewer: Socket, camera: Socket, { addresses, onRefused }: RelayOptions): void {
  const gate = new RtspGate(addresses[0]?.address ?? '')
  const fromCamera = (chunk: Buffer): void => {
    const { bytes, refused } = gate.push(chunk)
    if (bytes.length > 0) viewer.write(bytes)
    if (!refused) return
    onRefused(refused)
    camera.destroy()
  }
  const fromViewer = (chunk: Buffer): void => {
    camera.write(chunk)
    if (!gate.asksToPlay(chunk)) return
    camera.off('data', fromCamera)
    viewer.off('data', fromViewer)
    if (gate.rest.length > 0) viewer.write(gate.rest)
    passAll(viewer, camera)
  }
  camera.on('data', fromCamera)
  viewer.on('data', fromViewer)
}
