// Supervises one pose process: starts it, restarts it after a crash or a hang, hands it pictures, tells how long it worked.
//
// starting -> up -> (exit, hang) -> waiting -> starting ...; close() ends it from anywhere.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock, Log } from '../../../nodes/contract/capabilities.ts'
import { toError } from '../../../nodes/contract/errors.ts'
import type { FastFrame } from '../../../nodes/contract/frames.ts'
import { childEnvironment, lowerPriority } from '../../child-environment.ts'
import type { PoseReply, PoseRequest } from './pose-process.ts'

/** One picture to look at. Exactly one of the two callbacks is called, once. */
export interface PoseJob {
  stream: string
  frame: FastFrame
  done(output: Float32Array): void
  dropped(): void
}

export interface PoseChildDeps {
  log: Log
  clock: Clock
  /** Works behind whatever is live. */
  isBackground?: boolean
  /** It has become ready, or free for another picture. */
  onFree(): void
}

/** One being looked at and one behind it, so that the process never idles. */
const inFlightMost = 2
const hangsAfterMs = 5_000
const firstPauseMs = 250
const longestPauseMs = 10_000
const closesWithinMs = 2_000
const processPath = fileURLToPath(new URL('./pose-process.ts', import.meta.url))

export class PoseChild {
  readonly #deps: PoseChildDeps
  readonly #inFlight = new Map<number, { job: PoseJob; sentMs: number }>()
  readonly #closing = new AbortController()
  #child: ChildProcess | undefined
  #isUp = false
  #starts = 0
  #pauseMs = firstPauseMs
  #nextId = 1
  #busyMs = 0
  #busySinceMs = 0

  constructor(deps: PoseChildDeps) {
    this.#deps = deps
    this.#start()
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get isFree(): boolean {
    return this.#isUp && this.#child?.connected === true && this.#inFlight.size < inFlightMost
  }

  get restarts(): number {
    return this.#starts - 1
  }

  get processId(): number | undefined {
    return this.#child?.pid
  }

  /** Looks at a picture of this stream just now; its next one must not overtake it elsewhere. */
  hasOf(stream: string): boolean {
    return [...this.#inFlight.values()].some(({ job }) => job.stream === stream)
  }

  /** Time it had something to do since it was made, in ms. */
  busyMs(nowMs: number): number {
    return this.#busyMs + (this.#inFlight.size > 0 ? nowMs - this.#busySinceMs : 0)
  }

  /** Only when it `isFree`. */
  send(job: PoseJob): void {
    const nowMs = this.#deps.clock.nowMs()
    if (this.#inFlight.size === 0) this.#busySinceMs = nowMs
    const { width, height, rgb } = job.frame
    const request: PoseRequest = { id: this.#nextId++, width, height, rgb }
    this.#inFlight.set(request.id, { job, sentMs: nowMs })
    // A send that fails is followed by `close`, which drops what was in flight.
    this.#child?.send(request, () => undefined)
  }

  /** Ends it when it has not answered for too long; the supervisor's usual way brings it back. */
  killIfHung(): void {
    const nowMs = this.#deps.clock.nowMs()
    if (![...this.#inFlight.values()].some((sent) => nowMs - sent.sentMs > hangsAfterMs)) return
    this.#isUp = false
    this.#child?.kill('SIGKILL')
  }

  async close(): Promise<void> {
    this.#closing.abort()
    const child = this.#child
    if (!child || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), closesWithinMs)
    await gone
    clearTimeout(timer)
  }

  #start(): void {
    this.#starts++
    let child: ChildProcess
    try {
      // The child needs none of our environment, least of all keys and database addresses.
      child = fork(processPath, [], {
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: childEnvironment(),
      })
    } catch (error) {
      this.#child = undefined
      this.#startLater({ code: null, signal: null, lastWords: toError(error).message })
      return
    }
    this.#child = child
    if (this.#deps.isBackground && child.pid !== undefined) lowerPriority(child.pid)
    let lastWords = ''
    child.on('error', (error) => {
      this.#deps.log.error({ error: error.message }, 'the pose process cannot be started or reached')
      // One that never began, for want of file handles or memory, does not close either.
      if (child.pid === undefined) this.#ended(child, { code: null, signal: null, lastWords: error.message })
    })
    child.stderr?.on('error', () => undefined)
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-400)
    })
    child.on('message', (reply: PoseReply) => this.#hear(reply))
    child.once('close', (code, signal) => this.#ended(child, { code, signal, lastWords }))
  }

  #hear(reply: PoseReply): void {
    if (reply.type === 'ready') {
      this.#isUp = true
    } else {
      const sent = this.#takeOut(reply.id)
      if (reply.type === 'poses') {
        this.#pauseMs = firstPauseMs
        sent?.done(reply.output)
      } else {
        this.#deps.log.warn({ error: reply.message }, 'the pose model failed on a picture')
        sent?.dropped()
      }
    }
    this.#deps.onFree()
  }

  #takeOut(id: number): PoseJob | undefined {
    const sent = this.#inFlight.get(id)
    if (!sent) return undefined
    this.#inFlight.delete(id)
    if (this.#inFlight.size === 0) this.#busyMs += this.#deps.clock.nowMs() - this.#busySinceMs
    return sent.job
  }

  #ended(child: ChildProcess, why: { code: number | null; signal: string | null; lastWords: string }): void {
    if (child !== this.#child) return
    this.#child = undefined
    this.#isUp = false
    for (const id of [...this.#inFlight.keys()]) this.#takeOut(id)?.dropped()
    if (!this.#closing.signal.aborted) this.#startLater(why)
  }

  #startLater(why: { code: number | null; signal: string | null; lastWords: string }): void {
    this.#deps.log.error({ ...why, starts: this.#starts }, 'the pose process ended; it is started again')
    const pauseMs = this.#pauseMs
    this.#pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    void this.#deps.clock.sleep(pauseMs, this.#closing.signal).then(
      () => this.#start(),
      () => undefined,
    )
  }
}
