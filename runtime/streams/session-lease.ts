// One session run by this process: why it must end, and until when its lease surely holds. Must end before another worker may start.
import { StoppedError } from '../../nodes/contract/errors.ts'
import type { StreamRef } from '../queue/index.ts'
import type { PlanChange, PlanChanges } from './records.ts'

/** Why a session is ended from outside: a person's wish, this process going away, or a lease that may run out. */
export type EndCause = 'stop' | 'shutdown' | 'lease'

/** The reason of each; a person's wish needs none, and nobody takes over from it. */
const causes: Record<EndCause, string | undefined> = {
  stop: undefined,
  shutdown: 'This worker is shutting down; another one takes over.',
  lease: 'The lease could not be renewed in time; the stream is picked up again.',
}

export class SessionLease {
  readonly jobId: string
  readonly ref: StreamRef
  readonly startedAtMs: number
  /** Resolves when the processor is through with it. */
  readonly ended: Promise<void>
  readonly #abort = new AbortController()
  #markEnded: () => void = () => undefined
  #renewedAtMs: number
  #cause: EndCause | undefined
  #change: PlanChange | undefined
  /** By whose plan it runs, or will from its next tick on; undefined until it was claimed. */
  deploymentId: string | undefined
  /** What its session takes between two ticks. */
  readonly changes: PlanChanges = {
    take: () => {
      const change = this.#change
      this.#change = undefined
      return change
    },
  }

  /** `grantedAtMs`: when the lock was asked for, by this process's clock. */
  constructor(jobId: string, ref: StreamRef, grantedAtMs: number, startedAtMs: number) {
    this.jobId = jobId
    this.ref = ref
    this.startedAtMs = startedAtMs
    this.#renewedAtMs = grantedAtMs
    this.ended = new Promise((resolve) => {
      this.#markEnded = resolve
    })
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The first cause wins, except that a lost lease outranks all: nothing may be written after it. */
  get cause(): EndCause | undefined {
    return this.#cause
  }

  /** Its session goes by another plan from its next tick on. */
  changed(change: PlanChange): void {
    this.#change = change
    this.deploymentId = change.deploymentId
  }

  renewed(atMs: number): void {
    this.#renewedAtMs = Math.max(this.#renewedAtMs, atMs)
  }

  isOverdue(nowMs: number, abortAfterMs: number): boolean {
    return nowMs - this.#renewedAtMs >= abortAfterMs
  }

  end(cause: EndCause): void {
    if (this.#cause === undefined || cause === 'lease') this.#cause = cause
    if (!this.#abort.signal.aborted) this.#abort.abort(new StoppedError(causes[cause], { isAtOnce: cause === 'lease' }))
  }

  close(): void {
    this.#markEnded()
  }
}
