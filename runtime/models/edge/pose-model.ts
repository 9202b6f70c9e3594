// The one model that serves every stream: hands pictures to its process in turn, keeps the pace it can hold, counts what was
// not seen. A machine with cores to spare gets a second process when the first is behind. Never mixes up a stream's order.
import type { Clock, Log } from '../../../nodes/contract/capabilities.ts'
import { createFrameQueue } from './frame-queue.ts'
import { createPace, shareOf, type Pace } from './pace.ts'
import { PoseChild, type PoseJob } from './pose-child.ts'
import { within } from '../../time-limit.ts'

export type { PoseJob } from './pose-child.ts'

export interface PoseModel {
  /** True once the process answers; false when it does not within `timeoutMs`. */
  ready(timeoutMs: number): Promise<boolean>
  isUp(): boolean
  /** Of `shareOf` pictures, a stream should submit this many; see pace.ts. */
  share(): number
  submit(job: PoseJob): void
  /** Drops what waits of one stream. */
  forget(stream: string): void
  restarts(): number
  /** Ends a process that has not answered for too long; called often. */
  killHung?(): void
  processId(): number | undefined
  close(): Promise<void>
}

export interface PoseModelDeps {
  log: Log
  clock: Clock
  /** Processes it may have, at most; default 1. */
  mostProcesses?: number
  /** For rehearsals: looks at every picture, however long it takes and behind whatever is live; only a picture that fails again and again is given up. */
  everyPicture?: boolean
  /** Only for measuring: looks at this share of the pictures, whatever it costs. */
  fixedShare?: number
}

export function createPoseModel(deps: PoseModelDeps): PoseModel {
  return new PosePool(deps)
}

type Waiting = PoseJob & { submittedMs: number; tries: number }
/** With a process that is started anew in between. */
const mostTries = 4

class PosePool implements PoseModel {
  readonly #deps: PoseModelDeps
  readonly #queue = createFrameQueue<Waiting>((job) => job.frame.mediaTimeS)
  readonly #pace: Pace = createPace()
  readonly #children: PoseChild[] = []
  readonly #forgotten = new Set<string>()
  #isClosed = false
  #waiters: (() => void)[] = []

  constructor(deps: PoseModelDeps) {
    this.#deps = deps
    const { everyPicture, mostProcesses = 1 } = deps
    for (let count = everyPicture ? mostProcesses : 1; count > 0; count--) this.#addProcess()
  }

  isUp(): boolean {
    return this.#children.some((child) => child.isUp)
  }

  restarts(): number {
    return this.#children.reduce((sum, child) => sum + child.restarts, 0)
  }

  processId(): number | undefined {
    return this.#children[0]?.processId
  }

  share(): number {
    return this.#deps.everyPicture ? shareOf : (this.#deps.fixedShare ?? this.#pace.share())
  }

  async ready(timeoutMs: number): Promise<boolean> {
    if (this.isUp()) return true
    const up = new Promise<void>((resolve) => this.#waiters.push(resolve))
    await within(up, { ms: timeoutMs, clock: this.#deps.clock }, () => undefined)
    return this.isUp()
  }

  submit(job: PoseJob): void {
    const { clock, everyPicture, fixedShare } = this.#deps
    const most = everyPicture ? Infinity : fixedShare === undefined ? this.#pace.waiting() : shareOf
    const dropped = this.#queue.push(job.stream, { ...job, submittedMs: clock.nowMs(), tries: 1 }, most)
    for (const old of dropped) {
      // A process that is just being started again is slow for another reason.
      if (this.isUp()) this.#pace.dropped()
      old.dropped()
    }
    this.killHung()
    this.#pump()
    this.#adaptPace()
  }

  killHung(): void {
    for (const child of this.#children) child.killIfHung()
  }

  forget(stream: string): void {
    if (this.#deps.everyPicture) this.#forgotten.add(stream)
    for (const job of this.#queue.remove(stream)) job.dropped()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (let job = this.#queue.next(); job; job = this.#queue.next()) job.dropped()
    await Promise.all(this.#children.map((child) => child.close()))
  }

  #addProcess(): void {
    const { log, clock } = this.#deps
    let isNew = true
    const child = new PoseChild({
      log,
      clock,
      isBackground: this.#deps.everyPicture ?? false,
      onFree: () => {
        if (isNew && this.#children.length > 1) this.#pace.reset()
        isNew = false
        for (const wake of this.#waiters.splice(0)) wake()
        this.#pump()
      },
    })
    this.#children.push(child)
  }

  #pump(): void {
    if (this.#isClosed) return
    for (const child of this.#children) {
      const others = this.#children.filter((other) => other !== child)
      while (child.isFree) {
        const job = this.#queue.next((stream) => !others.some((other) => other.hasOf(stream)))
        if (!job) break
        child.send({ ...job, done: (output) => this.#looked(job, output), dropped: () => this.#again(job) })
      }
    }
  }

  /** It was lost with its process: one that must see every picture takes its turn again, before those behind it. */
  #again(job: Waiting): void {
    if (!this.#deps.everyPicture || this.#isClosed || job.tries >= mostTries || this.#forgotten.has(job.stream))
      return job.dropped()
    this.#queue.putBack(job.stream, { ...job, tries: job.tries + 1 })
    this.#pump()
  }

  #looked(job: Waiting, output: Float32Array): void {
    this.#pace.looked(this.#deps.clock.nowMs() - job.submittedMs)
    job.done(output)
  }

  #adaptPace(): void {
    const { clock, log, mostProcesses = 1 } = this.#deps
    const nowMs = clock.nowMs()
    const busyMs = this.#children.reduce((sum, child) => sum + child.busyMs(nowMs), 0) / this.#children.length
    if (this.#deps.everyPicture || !this.#pace.adapt(nowMs, busyMs)) return
    log.warn(
      { share: this.#pace.share(), of: shareOf, processes: this.#children.length },
      'the built-in model is behind; it looks at fewer pictures of every stream',
    )
    if (this.#children.length < mostProcesses) this.#addProcess()
  }
}
