// Supervises the one pose process that serves every stream: hands it pictures in turn, restarts it, counts what was dropped.
//
// stopped -> starting -> up -> (exit, hang) -> waiting -> starting ...; close() ends it from anywhere.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Clock, Log } from '../../../nodes/contract/capabilities.ts'
import type { FastFrame } from '../../../nodes/contract/frames.ts'
import { createFrameQueue } from './frame-queue.ts'
import type { PoseReply, PoseRequest } from './pose-process.ts'

/** One picture to look at. Exactly one of the two callbacks is called, once. */
export interface PoseJob {
  stream: string
  frame: FastFrame
  done(output: Float32Array): void
  dropped(): void
}

export interface PoseModel {
  /** True once the process answers; false when it does not within `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean>
  isUp(): boolean
  submit(job: PoseJob): void
  /** Drops what waits of one stream. */
  forget(stream: string): void
  restarts(): number
  processId(): number | undefined
  close(): Promise<void>
}

/** One second of pictures a stream: deciding late is worse than seeing fewer. */
const waitingPerStream = 8
/** One being looked at and one behind it, so that the process never idles. */
const inFlightMost = 2
const hangsAfterMs = 5_000
const firstPauseMs = 250
const longestPauseMs = 10_000
const closesWithinMs = 2_000
const processPath = fileURLToPath(new URL('./pose-process.ts', import.meta.url))

export function createPoseModel(deps: { log: Log; clock: Clock }): PoseModel {
  return new PoseModelProcess(deps)
}

class PoseModelProcess implements PoseModel {
  readonly #deps: { log: Log; clock: Clock }
  readonly #queue = createFrameQueue<PoseJob>(waitingPerStream)
  readonly #inFlight = new Map<number, { job: PoseJob; sentMs: number }>()
  readonly #closing = new AbortController()
  #child: ChildProcess | undefined
  #isUp = false
  #starts = 0
  #pauseMs = firstPauseMs
  #nextId = 1
  #waiters: (() => void)[] = []

  constructor(deps: { log: Log; clock: Clock }) {
    this.#deps = deps
    this.#start()
  }

  isUp(): boolean {
    return this.#isUp
  }

  restarts(): number {
    return this.#starts - 1
  }

  processId(): number | undefined {
    return this.#child?.pid
  }

  async ready(timeoutMs: number): Promise<boolean> {
    if (this.#isUp) return true
    const timer = new AbortController()
    const up = new Promise<void>((resolve) => this.#waiters.push(resolve))
    await Promise.race([up, this.#deps.clock.sleep(timeoutMs, timer.signal).catch(() => undefined)])
    timer.abort()
    return this.#isUp
  }

  submit(job: PoseJob): void {
    this.#queue.push(job.stream, job)?.dropped()
    this.#pump()
  }

  forget(stream: string): void {
    for (const job of this.#queue.remove(stream)) job.dropped()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (let job = this.#queue.next(); job; job = this.#queue.next()) job.dropped()
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const timer = setTimeout(() => child.kill('SIGKILL'), closesWithinMs)
    await gone
    clearTimeout(timer)
  }

  #start(): void {
    this.#starts++
    // The child needs none of our environment, least of all keys and database addresses.
    const child = fork(processPath, [], {
      execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: { PATH: process.env['PATH'] },
    })
    this.#child = child
    let lastWords = ''
    child.stderr?.on('data', (chunk: Buffer) => { lastWords = (lastWords + chunk.toString()).slice(-400) })
    child.on('message', (reply: PoseReply) => this.#hear(reply))
    child.on('error', (error) => this.#deps.log.error({ error: error.message }, 'the pose process cannot be started or reached'))
    child.once('close', (code, signal) => this.#ended(child, { code, signal, lastWords }))
  }

  #hear(reply: PoseReply): void {
    if (reply.type === 'ready') {
      this.#isUp = true
      for (const wake of this.#waiters.splice(0)) wake()
    } else {
      const sent = this.#inFlight.get(reply.id)
      this.#inFlight.delete(reply.id)
      if (reply.type === 'poses') {
        this.#pauseMs = firstPauseMs
        sent?.job.done(reply.output)
      } else {
        this.#deps.log.warn({ error: reply.message }, 'the pose model failed on a picture')
        sent?.job.dropped()
      }
    }
    this.#pump()
  }

  #pump(): void {
    const nowMs = this.#deps.clock.nowMs()
    if ([...this.#inFlight.values()].some((sent) => nowMs - sent.sentMs > hangsAfterMs)) {
      this.#isUp = false
      this.#child?.kill('SIGKILL')
    }
    while (this.#isUp && this.#child?.connected && this.#inFlight.size < inFlightMost) {
      const job = this.#queue.next()
      if (!job) return
      const { width, height, rgb } = job.frame
      const request: PoseRequest = { id: this.#nextId++, width, height, rgb }
      this.#inFlight.set(request.id, { job, sentMs: nowMs })
      // A send that fails is followed by `close`, which drops what was in flight.
      this.#child.send(request, () => undefined)
    }
  }

  #ended(child: ChildProcess, why: { code: number | null; signal: string | null; lastWords: string }): void {
    if (child !== this.#child) return
    this.#isUp = false
    const lost = [...this.#inFlight.values()]
    this.#inFlight.clear()
    for (const { job } of lost) job.dropped()
    if (this.#closing.signal.aborted) return
    this.#deps.log.error({ ...why, starts: this.#starts }, 'the pose process ended; it is started again')
    const pauseMs = this.#pauseMs
    this.#pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    void this.#deps.clock.sleep(pauseMs, this.#closing.signal).then(() => this.#start(), () => undefined)
  }
}
