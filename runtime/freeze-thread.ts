// The thread behind the freeze watch. Sleeps, looks whether the process has gone on meanwhile, and ends it where it has not.
// Must need nothing of the thread it watches: it writes and kills by itself.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { workerData } from 'node:worker_threads'
import { board, type FreezeNote } from './freeze-watch.ts'

export interface FreezeOrder {
  shared: SharedArrayBuffer
  folder: string
  limitMs: number
}

const { shared, folder, limitMs } = workerData as FreezeOrder
const numbers = new Int32Array(shared, 0, 4)
const needed = 4 * Math.max(1, Math.round(limitMs / 4000))
const lookMs = limitMs / needed

function textAt(at: number, length: number): unknown {
  if (length === 0) return null
  return JSON.parse(Buffer.from(new Uint8Array(shared, at, length)).toString('utf8'))
}

function end(): void {
  const note: FreezeNote = {
    atMs: Date.now(),
    heldS: Math.round(limitMs / 1000),
    call: textAt(board.callAt, Atomics.load(numbers, board.callLength)) as FreezeNote['call'],
    waiting: (textAt(board.waitingAt, Atomics.load(numbers, board.waitingLength)) ?? []) as FreezeNote['waiting'],
  }
  try {
    const file = openSync(join(folder, `${note.atMs}-${process.pid}.json`), 'wx', 0o600)
    writeSync(file, JSON.stringify(note))
    fsyncSync(file)
    closeSync(file)
    const who = note.call
      ? `the card "${note.call.node}" (${note.call.type}) of the flow "${note.call.flow}"`
      : 'something'
    writeSync(2, `Nothing has gone on for ${note.heldS} s: ${who} holds everything up. This process is ended.\n`)
  } finally {
    process.kill(process.pid, 'SIGKILL')
  }
}

// Counted by its own sleeps, not by the clock: a machine that slept, or has no time for anybody, has frozen nothing.
let beats = -1
for (let quiet = 0; Atomics.load(numbers, board.over) === 0;) {
  Atomics.wait(numbers, board.over, 0, lookMs)
  const now = Atomics.load(numbers, board.beats)
  quiet = now === beats ? quiet + 1 : 0
  beats = now
  if (quiet >= needed) end()
}
