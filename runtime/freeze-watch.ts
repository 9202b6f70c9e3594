// Watches that this process goes on. A thread of its own counts the turns of the event loop: where none comes for too long, code
// that never waits holds up every camera and every alert here, and nothing in the same thread can end it. So the thread writes down
// whose code it was and ends the process, as a power cut would; what starts next goes on without that card, and says so.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import inspector from 'node:inspector'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Clock, Log } from '../nodes/contract/capabilities.ts'
import { toError } from '../nodes/contract/errors.ts'
import type { NodeCall, NodeCalls } from './actions/index.ts'
import type { FreezeOrder } from './freeze-thread.ts'

/** What the thread leaves behind. */
export interface FreezeNote {
  atMs: number
  heldS: number
  call: NodeCall | null
  waiting: NodeCall[]
}

/** Where thread and process meet: numbers first, then two texts. */
export const board = { beats: 0, callLength: 1, waitingLength: 2, over: 3, callAt: 16, waitingAt: 8192, bytes: 65_536 }

const beatMs = 250
/** A note is of use until its stream has failed for good, wherever that is written. */
const keptMs = 86_400_000
/** Of code that goes on later nobody can say whose it was. Who was under way each of so many times in so long is not called again. */
const suspicion = { times: 3, withinMs: 600_000 }

export interface FreezeWatchOptions {
  dataDir: string
  /** So long without a turn of the event loop. */
  limitMs: number
  clock: Pick<Clock, 'nowMs'>
  log: Pick<Log, 'error' | 'warn'>
  isOutside(type: string): boolean
}

/** Starts the thread. Not while somebody looks at this process with a debugger, who may stop it for as long as they like. */
export function startFreezeWatch(options: FreezeWatchOptions): NodeCalls & { stop(): Promise<void> } {
  const { dataDir, limitMs, clock, log, isOutside } = options
  const folder = join(dataDir, 'freezes')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const notes = readNotes(folder, clock.nowMs(), log)
  const shared = new SharedArrayBuffer(board.bytes)
  const numbers = new Int32Array(shared, 0, 4)
  const bytes = Buffer.from(shared)
  const beat = setInterval(() => Atomics.add(numbers, board.beats, 1), beatMs)
  beat.unref()
  const order: FreezeOrder = { shared, folder, limitMs }
  const thread = inspector.url() === undefined ? startThread(order, log) : undefined

  const texts = new WeakMap<NodeCall, Buffer>()
  const waiting = new Set<NodeCall>()
  const tellWaiting = (): void => {
    const text = Buffer.from(JSON.stringify([...waiting]))
    const fits = board.waitingAt + text.length <= board.bytes
    if (fits) text.copy(bytes, board.waitingAt)
    Atomics.store(numbers, board.waitingLength, fits ? text.length : 0)
  }
  return {
    enter: (call) => {
      let text = texts.get(call)
      if (!text) texts.set(call, (text = Buffer.from(JSON.stringify(call))))
      if (board.callAt + text.length > board.waitingAt) return
      text.copy(bytes, board.callAt)
      Atomics.store(numbers, board.callLength, text.length)
    },
    leave: () => void Atomics.store(numbers, board.callLength, 0),
    waits: (call, answer) => {
      if (!isOutside(call.type)) return
      waiting.add(call)
      tellWaiting()
      const over = (): void => {
        if (waiting.delete(call)) tellWaiting()
      }
      void answer.then(over, over)
    },
    refusal: (call) => refusalIn(notes, call),
    stop: async () => {
      clearInterval(beat)
      Atomics.store(numbers, board.over, 1)
      await thread?.terminate()
    },
  }
}

function startThread(order: FreezeOrder, log: Pick<Log, 'error'>): Worker {
  const thread = new Worker(new URL('./freeze-thread.ts', import.meta.url), {
    workerData: order,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  thread.unref()
  thread.on('error', (error) => log.error({ err: error }, 'nobody watches that this process goes on'))
  return thread
}

function readNotes(folder: string, nowMs: number, log: FreezeWatchOptions['log']): FreezeNote[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    try {
      const note = JSON.parse(readFileSync(path, 'utf8')) as FreezeNote
      if (nowMs - note.atMs < keptMs) {
        log.warn({ ...note }, 'this process was ended because nothing went on any more')
        return [note]
      }
    } catch (error) {
      log.warn({ name, error: toError(error).message }, 'a note about a freeze cannot be read')
    }
    rmSync(path, { force: true })
    return []
  })
}

const isSame = (one: NodeCall, other: NodeCall): boolean =>
  one.streamId === other.streamId && one.run === other.run && one.node === other.node && one.actionId === other.actionId

/** Pure. */
export function refusalIn(notes: readonly FreezeNote[], call: NodeCall): string | null {
  const own = notes.find((note) => note.call !== null && isSame(note.call, call))
  if (own) return words(own, call)
  const newestMs = Math.max(...notes.map(({ atMs }) => atMs))
  const suspect = notes.filter(
    (note) =>
      note.call === null &&
      newestMs - note.atMs <= suspicion.withinMs &&
      note.waiting.some((each) => isSame(each, call)),
  )
  return suspect.length >= suspicion.times ? words(suspect.at(-1)!, call) : null
}

function words({ heldS }: FreezeNote, { node, type, actionId }: NodeCall): string {
  const what = `The card "${node}" (${type}) did not come to an end for ${heldS} s, and nothing else could go on meanwhile. `
  return actionId === undefined
    ? `${what}Heed was started again, and this flow stays off: change the card, or the package it comes from, then deploy again.`
    : `${what}Heed was started again, and this message is not tried again.`
}
