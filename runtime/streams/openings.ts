// How many cameras of this process may be in the middle of opening at a time: each start of a decoder takes a core for most of
// a second, and leases are renewed on the same cores. Never keeps a camera waiting behind one that only stays silent.
import type { Clock } from '../../nodes/contract/capabilities.ts'

/** A camera that has not shown a picture by then has cost what it costs. */
const longestMs = 2000

export class Openings {
  readonly #clock: Clock
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #open = 0

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  /** Resolves when it is this camera's turn, first come first served; call what it gives at the first picture or at the end. Rejects with the signal. */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#open >= this.#most) await this.#turn(signal)
    else this.#open++
    const done = new AbortController()
    let isLeft = false
    const leave = (): void => {
      if (isLeft) return
      isLeft = true
      done.abort()
      // The place goes straight to the next one.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#open--
    }
    this.#clock.sleep(longestMs, done.signal).then(leave, () => undefined)
    return leave
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = (): void => {
      this.#waiting.splice(this.#waiting.indexOf(turn), 1)
      reject(signal.reason as Error)
    }
    const turn = (): void => {
      signal.removeEventListener('abort', stop)
      resolve()
    }
    this.#waiting.push(turn)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
    return promise
  }
}
