// A Node-RED that stands still, or eats memory, under its supervisor: it is ended and started again, and every message is done.
import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NodeRedAnswer } from '../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { systemClock as clock } from '../../runtime/clock.ts'
import { NodeRed, NodeRedChild } from '../../runtime/node-red/index.ts'
import { memoryBus } from '../support/memory-bus.ts'
import { memoryNodeRed } from '../support/memory-node-red.ts'
import { linesOf, pidOf, testFlows } from '../support/node-red.ts'
import { removeFolder } from '../support/product.ts'
import { quietLog } from '../support/queue-worker.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'heed-node-red-hangs-'))
const tab = testFlows()[0]?.id
/** The first one may not stand still for long, the next one may not grow. */
const limits = [{ silenceMs: 2_500 }, { mostBytes: 300e6 }]
const hog = [
  { id: 'hog', type: 'heed-in', z: tab, x: 1, y: 1, name: 'hog', wires: [['eat']] },
  {
    ...{ id: 'eat', type: 'function', z: tab, x: 1, y: 1, outputs: 1, libs: [], wires: [[]] },
    func: 'context.set("all", Buffer.alloc(300e6, 1))\nreturn msg',
  },
]
let red: NodeRed

beforeAll(() => {
  red = new NodeRed({
    bus: memoryBus(),
    clock,
    dataDir,
    log: quietLog(),
    store: memoryNodeRed(clock, { flows: JSON.stringify([...testFlows(), ...hog]) }),
    mayRun: true,
    isSole: true,
    isForced: false,
    random: Math.random,
    newId: randomUUID,
    publicUrl: 'http://heed.test',
    credentialSecret: 'secret',
    receive: async () => 1,
    pictureUrl: () => '',
    startChild: (options, signal) =>
      NodeRedChild.start({ ...options, limits: { pingMs: 100, ...limits.shift() } }, signal),
  })
})
afterAll(async () => {
  await red.stop()
  removeFolder(dataDir)
})

/** As the queue of actions does it: the same order, until it is done; gives the words of every try that failed. */
async function deliver(entry: string, text: string, waitMs: number): Promise<{ tries: string[]; done: NodeRedAnswer }> {
  const tries: string[] = []
  for (;;) {
    try {
      const source = { flow: 'f', node: 'n', stream: 's' }
      const message = { id: text, text, eventId: text, at: '2026-01-01T00:00:00Z', source }
      const order = { id: text, attempt: 1, entry, flow: { id: 'f', name: 'F' }, message, hasPicture: false, waitMs }
      return { tries, done: await red.hand(order, new AbortController().signal) }
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error
      tries.push(error.message)
      await clock.sleep(100)
    }
  }
}
const pid = (): number => pidOf({ process }) ?? 0
const rung = (): string[] => linesOf({ dataDir }, 'bell').sort()

it('has the turn on a busy machine that Heed itself has: a siren waits for it', async () => {
  await red.start()
  await expect.poll(pid).toBeGreaterThan(0)
  expect(getPriority(pid())).toBe(getPriority(process.pid))
  expect((await deliver('siren', 'Before', 5_000)).done.became).toBe('answered')
  expect(getPriority(pid())).toBe(getPriority(process.pid))
})

it('loses nothing when it hangs: neither what it had taken, though its time was over, nor what came meanwhile', async () => {
  // Behind this entry it rings after a while, and nobody answers: what it was handed is only ever "taken".
  const taken = deliver('slow', 'Taken', 600)
  await clock.sleep(300)
  const hung = pid()
  process.kill(hung, 'SIGSTOP')
  const meanwhile = deliver('siren', 'Meanwhile', 5_000)
  const [one, two] = await Promise.all([taken, meanwhile])
  expect(one.tries).toContainEqual(expect.stringMatching(/^Node-RED hung for \d+ s and was ended\.$/))
  expect([one.done.became, two.done.became]).toEqual(['taken', 'answered'])
  expect(pid()).not.toBe(hung)
  expect((await red.status()).crashes).toBe(1)
  await expect.poll(rung, { timeout: 10_000 }).toEqual(['Before', 'Meanwhile', 'Taken'])
})

it('is ended when it takes too much memory, and Heed goes on', async () => {
  const before = pid()
  void deliver('hog', 'Eat', 60_000).catch(() => undefined)
  await expect.poll(async () => (await red.status()).reason, { timeout: 20_000 }).toMatch(/used \d+ MB of memory/)
  expect(pid()).not.toBe(before)
})
