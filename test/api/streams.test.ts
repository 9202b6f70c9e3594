// Pictures out of Heed and, from a browser camera, into it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startApi } from '../support/api-bench.ts'
import type { ApiBench } from '../support/api-bench.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { memoryApi } from '../support/memory-api.ts'
import type { MemoryApi } from '../support/memory-api.ts'

interface Refusal {
  error: { code: string }
}

const jpeg = (n: number, bytes = 40): Buffer =>
  Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, n]), Buffer.alloc(bytes, n)])
const stream = 'f1-cam'
const clock = fakeClock()

let deps: MemoryApi
let bench: ApiBench
beforeEach(async () => {
  deps = memoryApi({ nowMs: clock.nowMs })
  deps.deployments.streamFlow = async (id) => (id === stream ? 'f1' : undefined)
  bench = await startApi(deps)
})
afterEach(() => bench.stop())

describe('the latest picture', () => {
  it('comes as it is, or the answer says why there is none', async () => {
    const none = await bench.call<Refusal>('GET', `/api/streams/${stream}/frame`)
    expect([none.status, none.body.error.code, none.headers['retry-after']]).toEqual([503, 'STREAM_NO_PICTURE', '2'])
    const empty = await bench.call('GET', `/api/streams/${stream}/frame?absent=empty`)
    expect([empty.status, empty.bytes.length]).toEqual([204, 0])
    deps.relay.publish(`stream:${stream}`, jpeg(1))
    const answer = await bench.call('GET', `/api/streams/${stream}/frame?t=5`)
    expect(answer.bytes.equals(jpeg(1))).toBe(true)
    expect(answer.headers).toMatchObject({ 'content-type': 'image/jpeg', 'cache-control': 'no-store' })
    expect((await bench.call<Refusal>('GET', '/api/streams/nope/frame')).body.error.code).toBe('STREAM_NOT_FOUND')
    // A picture a second is not news.
    expect(deps.lines.filter(({ fields }) => fields.status === 200)).toEqual([])
  })
})

describe('moving pictures', () => {
  it('are sent while somebody watches', async () => {
    const watcher = await bench.open(`/api/streams/${stream}/live`)
    expect(watcher.headers['content-type']).toBe('multipart/x-mixed-replace; boundary=heed-frame')
    let seen = Buffer.alloc(0)
    watcher.on('data', (chunk: Buffer) => {
      seen = Buffer.concat([seen, chunk])
    })
    deps.relay.publish(`stream:${stream}`, jpeg(1))
    deps.relay.publish(`stream:${stream}`, jpeg(2))
    const part = (n: number) =>
      `Content-Type: image/jpeg\r\nContent-Length: 45\r\n\r\n${jpeg(n).toString('latin1')}\r\n--heed-frame\r\n`
    await vi.waitFor(() => {
      expect(seen.toString('latin1')).toBe(`--heed-frame\r\n${part(1)}${part(2)}`)
    })
    watcher.destroy()
    await vi.waitFor(() => {
      expect(bench.api.lines.count()).toBe(0)
    })
  })

  it('skip to the newest for somebody who reads slowly', async () => {
    const watcher = await bench.open(`/api/streams/${stream}/live`)
    watcher.pause()
    for (let n = 0; n < 100; n++) deps.relay.publish(`stream:${stream}`, jpeg(n, 500_000))
    let bytes = 0
    let last = -1
    watcher.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      last = chunk.includes(99) ? 99 : last
    })
    watcher.resume()
    await vi.waitFor(() => {
      expect(last).toBe(99)
    }, 5000)
    expect(bytes).toBeLessThan(40_000_000)
    watcher.destroy()
  })
})

describe('a browser camera', () => {
  const open = (
    path = `/api/streams/${stream}/push`,
    headers: Record<string, string> = { authorization: `Bearer ${deps.token ?? ''}` },
  ): WebSocket => new WebSocket(`ws://127.0.0.1:${bench.port}${path}`, { headers })
  const isOpen = (socket: WebSocket) =>
    new Promise((resolve, reject) => {
      socket.once('open', resolve).once('error', reject)
    })
  const isClosed = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.on('error', () => {}).once('close', resolve)
    })
  const refused = (socket: WebSocket) =>
    new Promise<[number | undefined, string]>((resolve, reject) => {
      socket
        .on('error', () => {})
        .once('open', () => reject(new Error('was let in')))
        .once('unexpected-response', (_request, response) => {
          let body = ''
          response
            .on('data', (chunk: Buffer) => {
              body += chunk.toString()
            })
            .on('end', () => resolve([response.statusCode, (JSON.parse(body) as Refusal).error.code]))
        })
    })
  const received = (): Buffer[] => {
    const pictures: Buffer[] = []
    deps.relay.subscribe(`push:${stream}`, (picture) => pictures.push(Buffer.from(picture)))
    return pictures
  }

  it('hands its pictures on', async () => {
    const pictures = received()
    const owner = await bench.signIn()
    const socket = open(undefined, { cookie: owner.cookie, origin: bench.url })
    await isOpen(socket)
    socket.send(jpeg(1))
    socket.send(jpeg(2))
    await vi.waitFor(() => {
      expect(pictures.map((picture) => picture[4])).toEqual([1, 2])
    })
    socket.close()
  })

  it('is let in by the same gate as everything else', async () => {
    const owner = await bench.signIn()
    expect(await refused(open(undefined, {}))).toEqual([401, 'AUTH_REQUIRED'])
    expect(await refused(open(undefined, { authorization: 'Bearer wrong' }))).toEqual([401, 'AUTH_TOKEN_WRONG'])
    expect(await refused(open(undefined, { cookie: owner.cookie, origin: 'https://evil.example' }))).toEqual([
      403,
      'AUTH_ORIGIN_REFUSED',
    ])
    expect(await refused(open(undefined, { cookie: owner.cookie }))).toEqual([403, 'AUTH_ORIGIN_REFUSED'])
    expect(
      await refused(open(undefined, { authorization: `Bearer ${deps.token ?? ''}`, host: 'evil.example' })),
    ).toEqual([403, 'AUTH_HOST_REFUSED'])
    expect(await refused(open('/api/streams/nope/push'))).toEqual([404, 'STREAM_NOT_FOUND'])
    for (const path of ['/api/live', '/', '/api/streams/%/push', `/api/streams/${stream}/push/more`])
      expect(await refused(open(path))).toEqual([404, 'HTTP_NOT_FOUND'])
  })

  it.each([
    ['text', 'hello', 1003],
    ['a PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2]), 1003],
    ['nothing', Buffer.alloc(0), 1003],
    ['too much', jpeg(1, 2 * 1024 * 1024), 1009],
  ])('is closed when it sends %s', async (_what, data, code) => {
    const pictures = received()
    const socket = open()
    await isOpen(socket)
    const closed = isClosed(socket)
    socket.send(data)
    expect(await closed).toBe(code)
    expect(pictures).toEqual([])
  })

  it('gets 30 pictures a second through and no more', async () => {
    const pictures = received()
    const socket = open()
    await isOpen(socket)
    const flood = async (count: number) => {
      for (let n = 0; n < count; n++) socket.send(jpeg(n))
      const answered = new Promise((resolve) => {
        socket.once('pong', resolve)
      })
      socket.ping()
      await answered
    }
    await flood(100)
    expect(pictures).toHaveLength(30)
    await clock.advance(500)
    await flood(100)
    expect(pictures).toHaveLength(45)
    socket.close()
  })

  it('gives way to a newer window, to signing out, and to the end of Heed', async () => {
    const owner = await bench.signIn()
    const first = open()
    await isOpen(first)
    const firstClosed = isClosed(first)
    const second = open(undefined, { cookie: owner.cookie, origin: bench.url })
    await isOpen(second)
    expect(await firstClosed).toBe(4002)
    const secondClosed = isClosed(second)
    await bench.call('POST', '/api/sign-out', { as: owner, headers: { origin: bench.url } })
    expect(await secondClosed).toBe(4001)
    const third = open()
    await isOpen(third)
    const thirdClosed = isClosed(third)
    await bench.stop()
    expect(await thirdClosed).toBe(1001)
  })
})
