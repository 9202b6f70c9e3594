// The end of a session in two steps: first nothing new begins, a little later what is still on its way is given up.
// Knows nothing of what it ends.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'

export class Grace {
  readonly #clock: Clock
  readonly #ms: number
  readonly #work = new AbortController()
  readonly #timer = new AbortController()

  constructor(clock: Clock, ms: number) {
    this.#clock = clock
    this.#ms = ms
  }

  /** Aborts when the time for what is on its way is over. */
  get signal(): AbortSignal {
    return this.#work.signal
  }

  /** Lets the time run; with a reason that will not wait, ends it now. */
  begin(reason: unknown): void {
    if (reason instanceof StoppedError && reason.isAtOnce) return this.#work.abort(reason)
    void this.#clock.sleep(this.#ms, this.#timer.signal).then(
      () => this.#work.abort(reason),
      () => undefined,
    )
  }

  /** Everything has arrived. */
  end(): void {
    this.#timer.abort()
  }
}

/** A stop that a person asked for names no other reason; with any other one another worker goes on. */
export function isHandover(signal: AbortSignal): boolean {
  return !(signal.reason instanceof StoppedError && signal.reason.isOnRequest)
}

/** Of a stream whose clip is over while others still speak to its nodes. */
export const stayWords = 'The clip is at its end; what the other cameras send to all-camera nodes still passes here.'

/** What the last event says when there is no other reason. */
export const endWords = {
  finished: 'The file is at its end.',
  failed: 'The stream failed.',
  stopped: 'Stopped.',
} as const
