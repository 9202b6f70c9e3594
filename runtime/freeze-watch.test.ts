// A process that freezes is ended, and whose code it was is known afterwards; one that is only busy is left alone.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NodeCall } from './actions/index.ts'
import { refusalIn, startFreezeWatch, type FreezeNote } from './freeze-watch.ts'

const call: NodeCall = { flow: 'Door', streamId: 's-1', run: 1, node: 'odd', type: 'every-nth' }
const other = { ...call, node: 'even' }

const folders = new Map<string, string>()
beforeAll(() => {
  for (const name of ['held', 'busy', 'later']) folders.set(name, mkdtempSync(join(tmpdir(), 'heed-freeze-')))
})
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** In a process of its own; resolves to the signal that ended it and what it wrote. */
async function process(name: string, body: string): Promise<{ signal: string | null; said: string }> {
  const script = `
    import { startFreezeWatch } from ${JSON.stringify(new URL('./freeze-watch.ts', import.meta.url).href)}
    const log = { error: console.error, warn: console.error }
    const call = ${JSON.stringify(call)}
    const watch = startFreezeWatch({ dataDir: ${JSON.stringify(folders.get(name))}, limitMs: 1000, clock: { nowMs: () => Date.now() }, log, isOutside: (type) => type === 'every-nth' })
    const busy = (ms) => { for (const began = performance.now(); performance.now() - began < ms; ); }
    const turn = () => new Promise((resolve) => setTimeout(resolve, 300))
    ${body}`
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script]
  const child = spawn(globalThis.process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return { signal, said }
}

function refusals(name: string, ...calls: NodeCall[]): (string | null)[] {
  const quiet = { error: () => undefined, warn: () => undefined }
  const dataDir = folders.get(name)!
  const options = { dataDir, limitMs: 60_000, clock: { nowMs: () => Date.now() }, log: quiet, isOutside: () => true }
  const watch = startFreezeWatch(options)
  const words = calls.map((each) => watch.refusal(each))
  void watch.stop()
  return words
}

describe.concurrent('a process', () => {
  it('that a node holds up is ended, and the node is not called again in that run', async () => {
    const { signal, said } = await process('held', 'await turn(); watch.enter(call); for (;;);')
    expect(signal).toBe('SIGKILL')
    expect(said).toBe(
      'Nothing has gone on for 1 s: the card "odd" (every-nth) of the flow "Door" holds everything up. This process is ended.\n',
    )
    expect(refusals('held', call, other, { ...call, run: 2 }, { ...call, actionId: 'a' })).toEqual([
      'The card "odd" (every-nth) did not come to an end for 1 s, and nothing else could go on meanwhile. Heed was started again, and this flow stays off: change the card, or the package it comes from, then deploy again.',
      null,
      null,
      null,
    ])
  })

  it('that is busy, and goes on in between, is left alone, and ends by itself', async () => {
    const { signal, said } = await process(
      'busy',
      `watch.enter(call); for (let i = 0; i < 4; i++) { busy(500); await turn() } await watch.stop()`,
    )
    expect([signal, said]).toEqual([null, ''])
  })

  it('that is held up by what goes on later names whom it may have been', async () => {
    const { said } = await process(
      'later',
      `watch.enter(call)
      watch.waits({ ...call, type: 'built-in' }, new Promise(() => {}))
      watch.waits(call, (async () => { await turn(); for (;;); })())
      watch.leave()`,
    )
    expect(said).toContain('something holds everything up')
    expect(refusals('later', call)).toEqual([null])
  })
})

it('suspects a node only when it was under way each of three times', () => {
  const note = (atMs: number, ...waiting: NodeCall[]): FreezeNote => ({ atMs, heldS: 20, call: null, waiting })
  const three = [note(0, call, other), note(60_000, call), note(120_000, call)]
  expect(refusalIn(three, call)).toContain('"odd"')
  expect(refusalIn(three, other)).toBe(null)
  expect(refusalIn(three.slice(1), call)).toBe(null)
  expect(refusalIn([note(-900_000, call), ...three.slice(1)], call)).toBe(null)
})
