// One child process: started, listened to, and gone when it is told to. Its last words are kept, bounded and without addresses.
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { childEnvironment } from '../child-environment.ts'
import { redactUrls } from './address.ts'

export interface ChildEnd {
  /** Null when a signal ended it or it never started. */
  exitCode: number | null
  /** The last lines it wrote, URLs cut down to their host. */
  lastWords: string
}

export interface Child {
  pid: number | undefined
  stdin: Writable | null
  output(fd: number): Readable
  /** Whether it writes to this file descriptor. */
  has(fd: number): boolean
  /** Lines so far about pictures that could not be decoded. */
  complaints(): number
  /** Resolves once it is gone and everything it wrote has been read. Never rejects. */
  ended: Promise<ChildEnd>
  /** Asks, then kills; resolves when it is gone. */
  stop(): Promise<void>
}

const graceMs = 1500

/**
 * Starts `command[0]`. `lastPipe` is the highest file descriptor it writes to; `stdin` is all that it gets to read, or `feed`
 * says that its caller writes there.
 */
export function startChild(
  clock: Clock,
  command: readonly string[],
  options: {
    lastPipe: number
    feed?: boolean
    stdin?: string | Uint8Array | undefined
    env: Record<string, string>
  },
): Child {
  const extra = Array.from({ length: Math.max(0, options.lastPipe - 2) }, () => 'pipe' as const)
  const child = attempt(
    command,
    [options.feed || options.stdin !== undefined ? 'pipe' : 'ignore', 'pipe', 'pipe', ...extra],
    {
      ...childEnvironment(),
      // ffmpeg's words are read as English; `env` is what guarded-input.ts adds.
      LC_ALL: 'C',
      ...options.env,
    },
  )
  if (child instanceof Error) return neverStarted(child)
  const words = new LastWords()
  let hasEnded = false
  child.stderr?.on('data', (chunk: Buffer) => {
    words.push(chunk.toString('utf8'))
  })
  for (const stream of child.stdio) stream?.on('error', () => undefined) // a broken pipe shows as the child's end
  if (options.stdin !== undefined) child.stdin?.end(options.stdin)
  const ended = new Promise<ChildEnd>((resolve) => {
    const end = (exitCode: number | null): void => {
      hasEnded = true
      resolve({ exitCode, lastWords: redactUrls(words.text) })
    }
    child.on('error', (error) => {
      words.push(`\n${toError(error).message}`)
      if (child.pid === undefined) end(null)
    })
    child.on('close', end)
  })
  const stop = async (): Promise<void> => {
    if (hasEnded) return
    child.kill('SIGTERM')
    const patience = new AbortController()
    const kill = clock.sleep(graceMs, patience.signal).then(
      () => {
        child.kill('SIGKILL')
      },
      () => undefined,
    )
    // Nobody reads on: unread pipes would keep it from closing.
    for (const stream of child.stdio) stream?.destroy()
    await ended
    patience.abort()
    await kill
  }
  return {
    pid: child.pid,
    stdin: child.stdin,
    ended,
    stop,
    output: (fd) => child.stdio[fd] as Readable,
    has: (fd) => child.stdio[fd] instanceof Readable,
    complaints: () => words.complaints,
  }
}

/**
 * Node throws some troubles of a start and tells others later, and when file handles are short the pipes are not even made.
 * All of them are one thing here: a child that has ended before it began.
 */
function attempt(
  command: readonly string[],
  stdio: StdioOptions,
  env: Record<string, string | undefined>,
): ChildProcess | Error {
  try {
    const child = spawn(command[0] ?? '', command.slice(1), { stdio, env })
    if ((child.stdio as unknown) !== undefined) return child
    child.on('error', () => undefined)
    return new Error(`spawn ${command[0] ?? ''} EMFILE: too many open files`)
  } catch (error) {
    return toError(error)
  }
}

function neverStarted(error: Error): Child {
  return {
    pid: undefined,
    stdin: null,
    output: () => Readable.from([]),
    has: () => false,
    ended: Promise.resolve({ exitCode: null, lastWords: error.message }),
    stop: () => Promise.resolve(),
    complaints: () => 0,
  }
}

// What a decoder writes to its error output: complaints about damaged or missing pictures are counted, everything else is kept,
// bounded, so that hundreds of the first never push out or colour the one line that says why it ended. Pure.
const keptBytes = 8192
const complaint =
  /^\[(?:h264|hevc|vvc|mjpeg|mpeg[124]\w*|h263|vp[89]|av1|lib\w+) @ |^(?:\[\S+ @ \S+\] )?Error while decoding stream|^\[\S+ @ \S+\] Error submitting packet to decoder/
const repeated = /^\s*Last message repeated (\d+) times/

export class LastWords {
  /** Complaints so far. */
  complaints = 0
  #rest = ''
  #kept = ''
  #lastComplaint = ''
  #wasComplaint = false

  push(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-keptBytes)
    for (const line of lines) this.#take(line)
  }

  /** The lines worth reading, oldest first; of the complaints the latest one. */
  get text(): string {
    return [this.#lastComplaint, this.#kept, this.#rest].filter((part) => part !== '').join('\n')
  }

  #take(line: string): void {
    const again = repeated.exec(line)
    if (again) {
      if (this.#wasComplaint) this.complaints += Number(again[1])
      return
    }
    this.#wasComplaint = complaint.test(line)
    if (this.#wasComplaint) {
      this.complaints++
      this.#lastComplaint = line
    } else this.#kept = (this.#kept === '' ? line : `${this.#kept}\n${line}`).slice(-keptBytes)
  }
}
