import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createPictureRelay } from '../../runtime/live/picture-relay.ts'
import type { OpenPictureRelay } from '../../runtime/live/picture-relay.ts'
import { backends, until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { clock, quietLog } from '../support/queue-worker.ts'

// Bytes that are no text in any encoding, with zeros and high bytes.
const picture = (seed: number, bytes = 60_000): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, index) => (index * 31 + seed) % 256)

describe.each(backends)('the relay on %s', (name) => {
  let backend: QueueBackend
  const open: OpenPictureRelay[] = []

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  afterEach(async () => {
    await Promise.all(open.splice(0).map((relay) => relay.close()))
  })

  const makeRelay = async (): Promise<OpenPictureRelay> => {
    const relay = await createPictureRelay({
      databaseUrl: backend.databaseUrl,
      redisUrl: backend.redisUrl,
      clock,
      log: quietLog(),
    })
    open.push(relay)
    return relay
  }
  const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
    a !== undefined && Buffer.from(a).equals(Buffer.from(b))

  it('hands pictures on inside the process at once, and to nobody else unasked', async () => {
    const [a, b] = [await makeRelay(), await makeRelay()]
    const seen: Uint8Array[] = []
    const stop = a.subscribe('cam', (jpeg) => seen.push(jpeg))
    a.publish('cam', picture(1))
    expect(seen).toHaveLength(1)
    stop()
    a.publish('cam', picture(2))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(seen).toHaveLength(1)
    expect(a.stats.sent + b.stats.received).toBe(0)
  })

  it('brings pictures to a subscriber in another process, byte for byte, and stops when it leaves', async () => {
    const [camera, viewer] = [await makeRelay(), await makeRelay()]
    const seen: Uint8Array[] = []
    const stop = viewer.subscribe('far', (jpeg) => seen.push(jpeg))
    await until('a picture comes', () => {
      camera.publish('far', picture(7))
      return same(seen[0], picture(7))
    })
    stop()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const count = seen.length
    camera.publish('far', picture(8))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(seen).toHaveLength(count)
  })

  it('gives the newest picture at once when there is one, waits for one when not, and gives up in time', async () => {
    const [camera, viewer] = [await makeRelay(), await makeRelay()]
    camera.publish('still', picture(3))
    expect(same(await camera.latest('still', 0), picture(3))).toBe(true)
    const askedAtMs = Date.now()
    expect(same(await viewer.latest('still', 3_000), picture(3))).toBe(true)
    console.log(`[${name}] a picture from another process took ${Date.now() - askedAtMs} ms`)
    expect(await viewer.latest('nothing', 150)).toBeUndefined()
  })

  it('lets the newest picture win when the other side is slow', async () => {
    const [camera, viewer] = [await makeRelay(), await makeRelay()]
    const seen: Uint8Array[] = []
    viewer.subscribe('fast', (jpeg) => seen.push(jpeg))
    await until('the wish has come', () => {
      camera.publish('fast', picture(0))
      return seen.length > 0
    })
    for (let count = 1; count <= 50; count++) camera.publish('fast', picture(count))
    await until('the newest has come', () => same(seen.at(-1), picture(50)))
    expect(seen.length).toBeLessThan(52)
  })

  it('survives a restart of its backend and delivers again', async () => {
    const [camera, viewer] = [await makeRelay(), await makeRelay()]
    const seen: Uint8Array[] = []
    viewer.subscribe('back', (jpeg) => seen.push(jpeg))
    await until('a picture comes', () => {
      camera.publish('back', picture(1))
      return seen.length > 0
    })
    await backend.stop()
    camera.publish('back', picture(2))
    await backend.start()
    await until('a picture comes again', () => {
      camera.publish('back', picture(9))
      return same(seen.at(-1), picture(9))
    })
  })
})
