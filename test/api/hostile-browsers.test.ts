// Browsers and whoever plays one: sockets that break off, lie or pour, before and after the handshake. The server lives.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startApi, type ApiBench } from '../support/api-bench.ts'
import { garbage } from '../support/hostile-peer.ts'
import { memoryApi } from '../support/memory-api.ts'

const unheard: unknown[] = []
const note = (error: unknown): void => {
  unheard.push(error)
}
beforeAll(() => {
  process.on('uncaughtException', note)
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('uncaughtException', note)
  process.off('unhandledRejection', note)
})

let bench: ApiBench
let token = ''
beforeEach(async () => {
  const deps = memoryApi()
  deps.deployments.streamFlow = async () => 'flow'
  token = deps.token ?? ''
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

const upgrade = (more = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'): string =>
  `GET /api/streams/cam/push HTTP/1.1\r\nHost: ${new URL(bench.url).host}\r\nAuthorization: Bearer ${token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(bench.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

async function expectAlive(): Promise<void> {
  expect((await bench.call('GET', '/api/health', { as: 'none' })).status).toBe(200)
  await new Promise(setImmediate)
  expect(unheard.splice(0)).toEqual([])
}

describe('a socket that', () => {
  it.each<[string, () => string | Buffer]>([
    ['asks without a key', () => upgrade('Sec-WebSocket-Version: 13\r\n')],
    ['asks for a version that is none', () => upgrade('Sec-WebSocket-Version: x\r\nSec-WebSocket-Key: x\r\n')],
    ['asks for an address that is none', () => upgrade().replace('/api/streams/cam/push', '/%zz//..')],
    ['asks twice at once', () => upgrade() + upgrade()],
    ['asks and sends garbage along', () => upgrade() + garbage.toString('latin1')],
    ['is garbage', () => garbage],
    ['asks in half', () => upgrade().slice(0, 60)],
  ])('%s, and then resets or stays', async (_name, text) => {
    for (const end of ['reset', 'end'] as const) {
      const socket = await open()
      socket.write(text(), () => (end === 'reset' ? socket.resetAndDestroy() : socket.end()))
      socket.resume()
      await once(socket, 'close')
      await expectAlive()
    }
  })

  it.each<[string, (socket: Socket) => void]>([
    ['sends garbage', (socket) => socket.write(garbage)],
    ['sends a frame without its mask', (socket) => socket.write(Buffer.from([0x82, 0x02, 1, 2]))],
    ['sends a reserved opcode', (socket) => socket.write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]))],
    [
      'announces more than there is',
      (socket) => socket.write(Buffer.from([0x82, 0xff, 0x7f, ...garbage.subarray(0, 20)])),
    ],
    ['announces 3 MB', (socket) => socket.write(Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x30, 0, 0, 0, 0, 0, 0]))],
    ['sends text and leaves', (socket) => socket.end(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x61, 0x62]))],
    ['sends a closing frame of one byte', (socket) => socket.write(Buffer.from([0x88, 0x81, 0, 0, 0, 0, 1]))],
    ['resets at once', (socket) => socket.resetAndDestroy()],
    [
      'sends half a frame and resets',
      (socket) => void socket.write(Buffer.from([0x82, 0xfe]), () => socket.resetAndDestroy()),
    ],
  ])('has its handshake and then %s', async (_name, act) => {
    const socket = await open()
    socket.write(upgrade())
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 101 /)
    act(socket)
    socket.resume()
    await once(socket, 'close')
    await expectAlive()
  })

  it('has its handshake and answers no ping is let go after the second one', async () => {
    const beats: (() => void)[] = []
    const setBeat = vi.spyOn(globalThis, 'setInterval').mockImplementation(((act: () => void, ms: number) => {
      if (ms === 15_000) beats.push(act)
      return { unref: () => undefined }
    }) as unknown as typeof setInterval)
    const socket = await open()
    socket.write(upgrade())
    await once(socket, 'data')
    setBeat.mockRestore()
    const [beat] = beats
    expect(beats).toHaveLength(1)
    const pinged = once(socket, 'data') as Promise<[Buffer]>
    beat?.()
    expect((await pinged)[0][0]).toBe(0x89)
    // It says nothing at all to that.
    beat?.()
    await once(socket, 'close')
    await expectAlive()
  })
})
