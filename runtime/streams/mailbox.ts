// Holds the newest frame and nothing else: what a slow reader did not take in time is dropped and counted, never queued.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { within } from '../time-limit.ts'

export class Mailbox<T> {
  #item: T | undefined
  #dropped = 0
  readonly #waiting = new Set<() => void>()

  /** Replaces what is there; the replaced one counts as dropped. */
  put(item: T): void {
    if (this.#item !== undefined) this.#dropped++
    this.#item = item
    this.wake()
  }

  take(): T | undefined {
    const item = this.#item
    this.#item = undefined
    return item
  }

  get isEmpty(): boolean {
    return this.#item === undefined
  }

  get dropped(): number {
    return this.#dropped
  }

  /** Lets a waiting reader look again, as when the source has ended. */
  wake(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Resolves when something arrives, when `wake` is called, or after `ms`. Rejects with StoppedError on abort. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const woken = Promise.withResolvers<void>()
    this.#waiting.add(woken.resolve)
    try {
      await within(woken.promise, { ms, clock, signal }, () => undefined)
    } finally {
      this.#waiting.delete(woken.resolve)
    }
  }
}
