import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LiveMessage } from '../../runtime/live/messages.ts'
import { createBus } from '../../runtime/live/bus.ts'
import type { QueueBus } from '../../runtime/live/bus.ts'
import { backends, until, withQueue } from '../support/queue.ts'
import type { QueueBackend } from '../support/queue.ts'
import { clock, quietLog } from '../support/queue-worker.ts'

const stop: LiveMessage = { type: 'control', stream: 'flow-cam', run: 1, order: 'stop' }
const input: LiveMessage = { type: 'input', flow: 'flow', stream: 'flow-cam' }
const event = (text: string): LiveMessage => ({
  type: 'event',
  flow: 'flow',
  event: {
    id: 'e',
    kind: 'response.given',
    stream: 'flow-cam',
    node: 'model',
    at: '2026-01-01T00:00:00.000Z',
    mediaTimeS: 1,
    text,
    hasFrame: false,
  },
})

describe.each(backends)('the bus on %s', (name) => {
  let backend: QueueBackend
  const open: QueueBus[] = []

  beforeAll(async () => {
    backend = await withQueue(name)
  })
  afterAll(() => backend.close())
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()))
  })

  const makeBus = async (looksOn = true): Promise<{ bus: QueueBus; heard: LiveMessage[] }> => {
    const bus = await createBus({
      databaseUrl: backend.databaseUrl,
      redisUrl: backend.redisUrl,
      looksOn,
      clock,
      log: quietLog(),
    })
    open.push(bus)
    const heard: LiveMessage[] = []
    bus.subscribe((message) => heard.push(message))
    return { bus, heard }
  }
  const pair = async () => {
    const [a, b] = [await makeBus(), await makeBus()]
    await until('they know each other', () => a.bus.stats.peers === 1 && b.bus.stats.peers === 1)
    return { a, b }
  }

  it('delivers inside the process at once and exactly once', async () => {
    const { a } = await pair()
    a.bus.publish(stop)
    expect(a.heard).toEqual([stop])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(a.heard).toEqual([stop])
  })

  it('delivers to other processes, in order', async () => {
    const { a, b } = await pair()
    const messages = Array.from({ length: 200 }, (_, index) => event(`message ${index}`))
    for (const message of messages) a.bus.publish(message)
    await until('all of them', () => b.heard.length === messages.length)
    expect(b.heard).toEqual(messages)
  })

  it('sends live messages only while somebody else listens, orders and inputs always, actions never', async () => {
    const { bus } = await makeBus()
    bus.publish(event('nobody listens'))
    bus.publish({ type: 'actions' })
    bus.publish(input)
    await until('one was sent', () => bus.stats.sent === 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(bus.stats).toMatchObject({ sent: 1, dropped: 0 })
  })

  it('spares a process in which nobody looks on what is only to be looked at, and sends nothing for it alone', async () => {
    const [worker, other] = [await makeBus(false), await makeBus(false)]
    await until('they know each other', () => worker.bus.stats.peers === 1 && other.bus.stats.peers === 1)
    worker.bus.publish(event('nobody looks'))
    const server = await makeBus()
    await until('all know the server', () => [worker, other].every(({ bus }) => bus.stats.peers === 2))
    worker.bus.publish(event('somebody looks'))
    worker.bus.publish(stop)
    await until('the server has both', () => server.heard.length === 2)
    await until('the order is everywhere', () => other.heard.length === 1)
    expect(server.heard).toEqual(expect.arrayContaining([event('somebody looks'), stop]))
    expect(other.heard).toEqual([stop])
    expect(worker.bus.stats.sent).toBe(2)
  })

  it('carries a text of any size, cut where it must be, and says so', async () => {
    const { a, b } = await pair()
    const long = 'ä"\n'.repeat(100_000)
    a.bus.publish(event(long))
    const [message] = await until('the message', () => b.heard.length === 1 && b.heard)
    const text = message?.type === 'event' ? message.event.text : ''
    expect(text.startsWith('ä"\nä"\n')).toBe(true)
    expect(a.bus.stats.cut).toBe(text === long ? 0 : 1)
    expect(a.heard).toEqual([event(long)])
  })

  it('keeps delivering when a listener throws', async () => {
    const { a, b } = await pair()
    b.bus.subscribe(() => {
      throw new Error('A bad listener, says the test.')
    })
    const after: LiveMessage[] = []
    b.bus.subscribe((message) => after.push(message))
    a.bus.publish(stop)
    await until('the message', () => after.length === 1)
  })

  it('survives a restart of its backend and delivers again', async () => {
    const { a, b } = await pair()
    await backend.stop()
    a.bus.publish(event('lost, and counted'))
    await until('it was counted', () => a.bus.stats.dropped === 1)
    await backend.start()
    await until('a message comes through', () => {
      a.bus.publish(stop)
      return b.heard.length > 0
    })
  })
})
