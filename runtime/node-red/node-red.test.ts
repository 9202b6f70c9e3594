// Several processes of one Heed and the one Node-RED between them: who runs it, who asks whom, and that never two run it.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { NodeRedHandOver } from '../../nodes/contract/capabilities.ts'
import { fakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { memoryBus, type MemoryBus } from '../../test/support/memory-bus.ts'
import { memoryNodeRed } from '../../test/support/memory-node-red.ts'
import type { ChildOptions } from './child.ts'
import { NodeRed, type NodeRedDeps, type RunningChild } from './node-red.ts'
import type { NodeRedStore } from './records.ts'

/** One process of Heed, with a Node-RED that only remembers what it was asked. */
class Machine {
  asked: string[] = []
  ids: string[] = []
  /** As its Node-RED was started. */
  options: ChildOptions | undefined
  /** Takes what it is asked, and never ends it. */
  isStuck = false
  /** As with the power: nothing goes out or comes in any more. */
  isDead = false
  starts = 0
  runs = 0
  /** What its next Node-RED waits for before it is ready. */
  startsSlowly = false
  readonly nodeRed: NodeRed

  constructor(name: string, world: { clock: FakeClock; bus: MemoryBus }, store: NodeRedStore, mayRun = true) {
    let ids = 0
    const deps: NodeRedDeps = {
      clock: world.clock,
      bus: {
        publish: (message) => this.isDead || world.bus.publish(message),
        subscribe: (listener) => world.bus.subscribe((message) => this.isDead || listener(message)),
      },
      store: {
        ...store,
        hold: (...given) => (this.isDead ? new Promise(() => undefined) : store.hold(...given)),
      },
      mayRun,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      random: () => 0.5,
      newId: () => `${name}-${(ids += 1)}`,
      dataDir: join(tmpdir(), 'heed-node-red-test'),
      publicUrl: `http://${name}`,
      credentialSecret: 'secret',
      isForced: false,
      isSole: false,
      receive: async () => 0,
      pictureUrl: () => '',
      startChild: (options, signal) => {
        this.options = options
        return this.#startChild(signal)
      },
    }
    this.nodeRed = new NodeRed(deps)
  }

  async #startChild(signal: AbortSignal): Promise<RunningChild> {
    this.starts += 1
    this.runs += 1
    const { promise: ended, resolve } = Promise.withResolvers<string>()
    const end = (reason: string): void => {
      this.runs -= 1
      resolve(reason)
    }
    signal.addEventListener('abort', () => end(String(signal.reason)), { once: true })
    if (this.startsSlowly) throw new Error(await ended)
    return {
      ended,
      port: 1,
      token: 'token',
      version: '4',
      startMs: 1,
      memoryBytes: null,
      ask: async ({ id, message }) => {
        this.asked.push(message.text)
        this.ids.push(id)
        if (this.isStuck) await new Promise(() => undefined)
        return { became: 'answered', text: `${message.text}!`, fields: {} }
      },
      stop: async () => end('Node-RED was switched off.'),
    }
  }
}

const order = (text: string): NodeRedHandOver => ({
  id: `order ${text}`,
  attempt: 1,
  entry: 'siren',
  flow: { id: 'flow', name: 'Flow' },
  message: {
    id: 'message',
    text,
    eventId: 'event',
    at: '2026-01-01T00:00:00Z',
    source: { flow: 'flow', node: 'n', stream: 's' },
  },
  hasPicture: false,
  waitMs: 1_000,
})

let machines: Machine[] = []
afterEach(async () => {
  for (const { nodeRed } of machines.splice(0)) await nodeRed.stop()
})

async function house(): Promise<{
  clock: FakeClock
  one: Machine
  two: Machine
  fail: { one?: () => Promise<never> }
}> {
  const clock = fakeClock()
  const world = { clock, bus: memoryBus() }
  const store = memoryNodeRed(clock)
  const fail: { one?: () => Promise<never> } = {}
  const one = new Machine('one', world, {
    ...store,
    hold: (...given) => fail.one?.() ?? store.hold(...given),
    readSwitch: () => fail.one?.() ?? store.readSwitch(),
  })
  const two = new Machine('two', world, store)
  machines = [one, two]
  return { clock, one, two, fail }
}

async function until(clock: FakeClock, isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500 && !isSo(); turn += 1) await clock.settle()
  expect(isSo()).toBe(true)
}

async function begin(one: Machine, two: Machine, clock: FakeClock): Promise<void> {
  await one.nodeRed.start()
  await until(clock, () => one.starts === 1)
  await two.nodeRed.start()
  await clock.settle()
}

/** Seconds pass, and at none of them do two run it. */
async function pass(seconds: number, clock: FakeClock, all: Machine[]): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000)
    for (let turn = 0; turn < 5; turn += 1) await clock.settle()
    expect(all.reduce((sum, { runs }) => sum + runs, 0)).toBeLessThan(2)
  }
}

describe('one Node-RED between two processes', () => {
  it('is asked from the other one, long words too, and taken over by it when the first stops', async () => {
    const { clock, one, two } = await house()
    await begin(one, two, clock)
    await pass(30, clock, [one, two])
    expect([one.runs, two.runs, (await two.nodeRed.status()).at]).toEqual([1, 0, 'http://one'])

    const long = 'Fire! '.repeat(1_000)
    const { signal } = new AbortController()
    expect(await two.nodeRed.hand(order(long), signal)).toEqual({ became: 'answered', text: `${long}!`, fields: {} })
    expect([one.asked, two.asked]).toEqual([[long], []])

    await one.nodeRed.stop()
    await pass(6, clock, [one, two])
    await until(clock, () => two.runs === 1)
    expect(await two.nodeRed.hand(order('Again'), signal)).toMatchObject({ text: 'Again!' })
    expect(two.asked).toEqual(['Again'])
  })

  it('is run by the next one after a power cut, with the flows that were deployed, and rings once for what was on its way', async () => {
    const { clock, one, two } = await house()
    await begin(one, two, clock)
    await one.options?.onKeep('flows', '[{"id":"siren"}]')
    one.isStuck = true
    const { signal } = new AbortController()
    const tries: string[] = []
    // As the queue of actions does it: the same order, until it is done.
    const delivered = (async () => {
      for (;;) {
        try {
          return await two.nodeRed.hand(order('Mid-way'), signal)
        } catch (error) {
          tries.push((error as { code: string }).code)
          await clock.sleep(1_000)
        }
      }
    })()
    await until(clock, () => one.asked.length === 1)
    one.isDead = true
    machines = [two]
    one.runs = 0
    await pass(30, clock, [two])
    expect(await delivered).toMatchObject({ became: 'answered' })
    expect(new Set(tries)).toEqual(new Set(['NODERED_AWAY']))
    expect([one.ids, two.ids]).toEqual([['order Mid-way'], ['order Mid-way']])
    expect(two.options?.kept).toEqual({ flows: '[{"id":"siren"}]' })
    // One that comes back late must not write over what was deployed since.
    await expect(one.options?.onKeep('flows', '[]')).rejects.toMatchObject({ code: 'NODERED_ELSEWHERE' })
  })

  it('ends a message that nobody takes with a reason to try again', async () => {
    const { clock, one, two, fail } = await house()
    await begin(one, two, clock)
    await one.nodeRed.stop()
    fail.one = () => Promise.reject(new Error('away'))
    const handed = expect(two.nodeRed.hand(order('Nobody'), new AbortController().signal)).rejects.toMatchObject({
      code: 'NODERED_AWAY',
    })
    await clock.advance(4_000)
    await clock.advance(2_000)
    await handed
  })

  it.each([
    ['refuses', 0],
    // As long as a statement may take.
    ['says nothing', 35_000],
  ])('is ended where the database %s before the other one may begin', async (_what, afterMs) => {
    const { clock, one, two, fail } = await house()
    await begin(one, two, clock)
    fail.one = () => clock.sleep(afterMs).then(() => Promise.reject(new Error('The database is away.')))
    await pass(30, clock, [one, two])
    expect([one.runs, two.runs]).toEqual([0, 1])
    delete fail.one
    await pass(60, clock, [one, two])
    expect([one.runs, two.runs]).toEqual([0, 1])
  })

  it('keeps its hold while it starts slowly', async () => {
    const { clock, one, two } = await house()
    one.startsSlowly = true
    await begin(one, two, clock)
    await pass(25, clock, [one, two])
    expect([one.runs, two.starts]).toEqual([1, 0])
    await one.nodeRed.stop()
    expect(one.runs).toBe(0)
  })

  it('is still watched after the database was away for a while', async () => {
    const { clock, one, two, fail } = await house()
    await begin(one, two, clock)
    await two.nodeRed.stop()
    fail.one = () => Promise.reject(new Error('The database is away.'))
    await pass(40, clock, [one, two])
    delete fail.one
    await pass(60, clock, [one, two])
    expect([one.runs, (await one.nodeRed.status()).state]).toEqual([1, 'running'])
  })
})
