// A process of its own between Heed and one agent's command: the command ends when its time is up and when Heed hangs up,
// also by being killed. Must never outlive the command, and never reads what goes between the two.
//
// node command-watcher.ts TIME_LIMIT_MS PROGRAM ARGUMENTS…   in the command's folder, with the command's input and outputs.
// Not prlimit, setpriv or `timeout`: none kills a whole group when its parent dies, and none is on every system.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'

export type WatcherWord =
  | { type: 'started'; pid: number }
  | { type: 'broken'; message: string }
  | { type: 'ended'; code: number | null; killedBy: string | null }

/** Between asking and killing. */
const graceMs = 2000
/** For what the command started and left running: it may still write the end of the answer. */
const lingerMs = 500

const [limitMs = '', program = '', ...args] = process.argv.slice(2)
const folder = process.cwd()

const say = (word: WatcherWord, then = (): void => undefined): void => {
  if (process.connected && process.send) process.send(word, undefined, undefined, then)
  else then()
}

// Ctrl-C reaches whoever shares the terminal: Heed decides when this one ends, by hanging up.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)

// A group of its own: agents start programs, and all of them end together.
const command = spawn(program, args, { shell: false, detached: true, stdio: 'inherit' })
let hasEnded = false

/** False when nobody of the group is left. */
function signalGroup(signal: NodeJS.Signals | 0): boolean {
  if (command.pid === undefined) return false
  try {
    process.kill(-command.pid, signal)
    return true
  } catch {
    return false
  }
}

function leave(): void {
  // Heed removes the folder itself; a Heed that is gone cannot.
  if (!process.connected) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.exit(0)
}

let isStopping = false
let isKilled = false
function stop(): void {
  if (isStopping) return
  isStopping = true
  signalGroup('SIGTERM')
  const killAtMs = performance.now() + graceMs
  const look = setInterval(() => {
    if (signalGroup(0) && performance.now() < killAtMs) return
    signalGroup('SIGKILL')
    isKilled = true
    clearInterval(look)
    if (hasEnded) leave()
  }, 50)
}

process.on('disconnect', stop)
setTimeout(stop, Number(limitMs)).unref()

command.once('spawn', () => say({ type: 'started', pid: command.pid ?? 0 }))
command.once('error', (error) => {
  if (command.pid === undefined) say({ type: 'broken', message: error.message }, leave)
})
command.once('exit', (code, killedBy) => {
  hasEnded = true
  say({ type: 'ended', code, killedBy })
  // Already being stopped: `stop` waits for the rest of the group. After its last look nobody would: what it killed may
  // not be reaped yet and still count as there.
  if (isStopping && !isKilled && signalGroup(0)) return
  const endAtMs = performance.now() + lingerMs
  const look = setInterval(() => {
    if (signalGroup(0) && performance.now() < endAtMs) return
    signalGroup('SIGKILL')
    clearInterval(look)
    leave()
  }, 25)
})
