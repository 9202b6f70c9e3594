// One process in which Node-RED runs: started, spoken to, listened to, ended. It dies rather than tries again; the supervisor starts
// the next one. Must never hand it anything of Heed's environment.
import { fork, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import { firstOf } from '../time-limit.ts'
import { childEnvironment } from '../child-environment.ts'
import {
  ChildWordSchema,
  type Asked,
  type ChildWord,
  type Given,
  type Kept,
  type NodeRedEntry,
  type NodeRedExit,
} from './records.ts'

const script = join(import.meta.dirname, 'child.cjs')
const nodesDir = join(import.meta.dirname, '..', '..', 'nodes', 'node-red')

/** Its own heap may grow to this; what is outside of the heap is watched by the pings. */
const heapMb = 256
/** A slow machine that is busy with cameras takes its time. */
const startLimitMs = 120_000
const stopLimitMs = 4_000
const limits = {
  /** Of all its memory. */
  mostBytes: 768 * 1024 * 1024,
  pingMs: 2_000,
  /** A message that blocks it for longer than this has hung it. */
  silenceMs: 15_000,
}

export interface ChildOptions {
  userDir: string
  /** For Node-RED's own credentials file: derived from Heed's key, and never written down by it. */
  credentialSecret: string
  log: Log
  /** Its flows and credentials, wherever they were last deployed. */
  kept: Kept
  /** Rejects when it is not written down. */
  onKeep(what: keyof Kept, text: string): Promise<void>
  onNodes(nodes: { entries: NodeRedEntry[]; exits: NodeRedExit[] }): void
  /** Resolves to how many heard it. */
  onGiven(given: Given): Promise<number>
  /** Narrower ones than it has by itself. */
  limits?: Partial<typeof limits>
}

interface Waiting {
  settle(asked: Asked): void
  fail(error: Error): void
  isTaken: boolean
  answers: boolean
}

export interface HandOver {
  id: string
  entry: string
  message: { text: string; flow: { id: string; name: string } } & Record<string, unknown>
}

export class NodeRedChild {
  readonly token = randomBytes(24).toString('base64url')
  readonly #process: ChildProcess
  readonly #options: ChildOptions
  readonly #limits: typeof limits
  readonly #waiting = new Map<string, Waiting>()
  readonly #startedMs = performance.now()
  #heardMs = performance.now()
  #lastWords = ''
  /** Asked and answered, in order. */
  #pings = 0
  #pongs = 0
  readonly #onPong: { at: number; then(): void }[] = []
  #reason: string | undefined
  #beat: NodeJS.Timeout | undefined
  #ready: { port: number; version: string; startMs: number } | undefined
  memoryBytes: number | null = null
  /** Resolves, with the reason in one sentence, when the process is gone. */
  readonly ended: Promise<string>

  private constructor(options: ChildOptions) {
    this.#options = options
    this.#limits = { ...limits, ...options.limits }
    const { userDir } = options
    // As important as Heed itself: a siren waits for it. Behind cameras on a busy machine a start of one second took half a minute, and it
    // was taken for one that hangs; what spins is ended by the pings.
    this.#process = fork(script, [], {
      execPath: process.execPath,
      execArgv: [`--max-old-space-size=${heapMb}`, '--optimize-for-size', '--max-semi-space-size=1'],
      cwd: userDir,
      // Its home is its own folder: what palette nodes keep in a home stays there, and they read nobody else's.
      env: { ...childEnvironment(), HOME: userDir, USERPROFILE: userDir, MALLOC_ARENA_MAX: '2' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#lastWords = (this.#lastWords + text).slice(-2_000)
      })
    this.#process.on('message', (word) => this.#hear(word))
    this.ended = new Promise((resolve) => {
      const end = (why: string): void => {
        clearInterval(this.#beat)
        const reason = this.#reason ?? why
        for (const { fail } of this.#waiting.values()) fail(away(reason))
        this.#waiting.clear()
        resolve(reason)
      }
      // A second one must find a listener too.
      this.#process.on('error', (error) => end(`Node-RED could not be started: ${error.message}.`))
      this.#process.once('exit', (code, signal) => end(this.#endWords(code, signal)))
    })
  }

  /** Resolves when its editor answers; rejects with the reason when it ends first. Ends at once, then or later, by `signal`. */
  static async start(options: ChildOptions, signal: AbortSignal): Promise<NodeRedChild> {
    await mkdir(options.userDir, { recursive: true, mode: 0o700 })
    if (signal.aborted) throw away(String(signal.reason))
    const child = new NodeRedChild(options)
    signal.addEventListener('abort', () => child.#kill(String(signal.reason)), { once: true })
    const { userDir, credentialSecret, kept } = options
    child.#send({ type: 'start', token: child.token, userDir, nodesDir, credentialSecret, kept, language: 'en-US' })
    const limit = setTimeout(() => child.#kill(`Node-RED was not ready within ${startLimitMs / 1000} s.`), startLimitMs)
    try {
      await firstOf([
        child.#isReady,
        child.ended.then((reason) => {
          throw away(reason)
        }),
      ])
    } finally {
      clearTimeout(limit)
    }
    child.#beat = setInterval(() => child.#ping(), child.#limits.pingMs)
    child.#beat.unref()
    return child
  }

  #becomeReady = (): void => undefined
  readonly #isReady = new Promise<void>((resolve) => {
    this.#becomeReady = resolve
  })

  get port(): number {
    return this.#ready?.port ?? 0
  }
  get version(): string {
    return this.#ready?.version ?? ''
  }
  get startMs(): number {
    return this.#ready?.startMs ?? 0
  }

  /**
   * Hands a message to an entry and waits at most `waitMs`: for the answer where its flow may answer, for the end of the work where not.
   * `silent`: it was taken and no answer came; `taken`: it is still at work. Throws RetryableError when the process ends or hangs.
   */
  async ask(over: HandOver, waitMs: number, signal: AbortSignal): Promise<Asked> {
    if (this.#reason !== undefined) throw away(this.#reason)
    return await new Promise<Asked>((resolve, reject) => {
      const finish = (then: () => void): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        this.#waiting.delete(over.id)
        then()
      }
      const waiting: Waiting = {
        settle: (asked) => finish(() => resolve(asked)),
        fail: (error) => finish(() => reject(error)),
        isTaken: false,
        answers: false,
      }
      const forget = (): void => this.#send({ type: 'forget', id: over.id })
      const stop = (): void => {
        forget()
        waiting.fail(new StoppedError())
      }
      const timer = setTimeout(() => {
        if (waiting.isTaken)
          return this.#onceAlive(() => {
            if (this.#waiting.get(over.id) !== waiting) return
            forget()
            waiting.settle({ became: waiting.answers ? 'silent' : 'taken' })
          })
        forget()
        waiting.fail(away('Node-RED does not take messages just now: it is busy or hangs.'))
      }, waitMs)
      signal.addEventListener('abort', stop, { once: true })
      this.#waiting.get(over.id)?.fail(away('The same message was handed over again.'))
      this.#waiting.set(over.id, waiting)
      this.#process.send({ type: 'ask', ...over }, (error) => {
        if (error) waiting.fail(away('Node-RED has just ended.'))
      })
      if (signal.aborted) stop()
    })
  }

  /** Asks it to end, waits a few seconds, then ends it. */
  async stop(): Promise<void> {
    this.#reason ??= 'Node-RED was switched off.'
    const limit = setTimeout(() => this.#process.kill('SIGKILL'), stopLimitMs)
    this.#send({ type: 'stop' })
    await this.ended
    clearTimeout(limit)
  }

  #kill(reason: string): void {
    this.#reason ??= reason
    this.#process.kill('SIGKILL')
  }

  /** That it is gone already is seen by its end; without a callback it would be an error of the process as well. */
  #send(word: Record<string, unknown>): void {
    this.#process.send(word, () => undefined)
  }

  /** One that hangs never comes here: it is ended, and what it had taken with it. Else work that nobody goes on with would count as taken. */
  #onceAlive(then: () => void): void {
    this.#pings += 1
    this.#send({ type: 'ping' })
    this.#onPong.push({ at: this.#pings, then })
  }

  #ping(): void {
    const silentMs = performance.now() - this.#heardMs
    if (silentMs > this.#limits.silenceMs)
      return this.#kill(`Node-RED hung for ${Math.round(silentMs / 1000)} s and was ended.`)
    this.#pings += 1
    this.#send({ type: 'ping' })
  }

  #endWords(code: number | null, signal: string | null): string {
    const line = this.#lastWords
      .trim()
      .split('\n')
      .findLast((each) => /error|heap|memory/i.test(each))
    const last = line === undefined ? '' : ` It last said: ${line.trim().slice(0, 200)}`
    return signal === null ? `Node-RED ended by itself (${code}).${last}` : `Node-RED was ended by ${signal}.${last}`
  }

  #hear(said: unknown): void {
    this.#heardMs = performance.now()
    const read = ChildWordSchema.safeParse(said)
    if (read.success) return this.#take(read.data)
    const { id, type } = said as { id?: unknown; type?: unknown }
    const issue = read.error.issues.at(-1)
    if (type === 'given') this.#send({ type: 'received', id, error: 'Heed cannot take this message: it is too long.' })
    else if (type === 'keep')
      this.#send({ type: 'kept', id, error: 'Heed cannot keep these flows: they are too long.' })
    else if (type === 'asked' && typeof id === 'string')
      this.#waiting.get(id)?.settle({ became: 'threw', text: 'What came back is too long for Heed.' })
    else this.#options.log.warn({ type, issue: issue?.message }, 'Node-RED said something that is not understood')
  }

  #take(word: ChildWord): void {
    switch (word.type) {
      case 'ready':
        this.#ready = { ...word, startMs: Math.round(performance.now() - this.#startedMs) }
        return this.#becomeReady()
      case 'nodes':
        return this.#options.onNodes(word)
      case 'took':
        return this.#noteTaken(word.id, word.answers)
      case 'asked':
        return this.#waiting.get(word.id)?.settle(word)
      case 'given':
        return void this.#receive(word)
      case 'keep':
        return void this.#keep(word)
      case 'pong':
        this.memoryBytes = word.rssBytes
        this.#pongs += 1
        while ((this.#onPong[0]?.at ?? Infinity) <= this.#pongs) this.#onPong.shift()?.then()
        if (word.rssBytes > this.#limits.mostBytes)
          this.#kill(`Node-RED used ${Math.round(word.rssBytes / 1e6)} MB of memory and was ended.`)
        return
      case 'crashed':
        this.#reason ??= `Node-RED ended with an error: ${word.message}`
    }
  }

  #noteTaken(id: string, answers: boolean): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    waiting.isTaken = true
    waiting.answers = answers
  }

  async #keep({ id, what, text }: Extract<ChildWord, { type: 'keep' }>): Promise<void> {
    try {
      await this.#options.onKeep(what, text)
      this.#send({ type: 'kept', id })
    } catch (error) {
      this.#send({ type: 'kept', id, error: toError(error).message })
    }
  }

  async #receive(given: Given): Promise<void> {
    try {
      const heard = await this.#options.onGiven(given)
      this.#send({ type: 'received', id: given.id, heard })
    } catch (error) {
      this.#send({ type: 'received', id: given.id, error: toError(error).message })
    }
  }
}

export function away(reason: string): RetryableError {
  return new RetryableError('NODERED_AWAY', reason, { retryAfterMs: 1_000 })
}
