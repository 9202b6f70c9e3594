// The hand-over from a clip that can wait to a consumer that takes its time: everything, in order, and the decoder is held back
// meanwhile. Drops nothing, so it is never for a live camera. newest.ts is the other way.
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'

/** So many seconds are read ahead. */
const mostAhead = 4

export interface InOrderOptions {
  /** Absent: the decode has no quick pictures. Called with all of a second before that second's picture is handed out. */
  onFast?: ((frame: FastFrame) => void) | undefined
  /** Hold the decoder back, or let it go on. */
  hold(isHeld: boolean): void
}

/** Push from one side, iterate on the other. After `end` what is left is still handed out, then the end or its error. */
export class InOrder implements AsyncIterable<Frame> {
  readonly dropped = 0
  readonly #options: InOrderOptions
  readonly #frames: Frame[] = []
  #fast: FastFrame[] = []
  #fastS = -Infinity
  #end: { error: Error | undefined } | undefined
  #wake: (() => void) | undefined
  #isHeld = false

  constructor(options: InOrderOptions) {
    this.#options = options
  }

  push(frame: Frame): void {
    if (this.#end) return
    this.#frames.push(frame)
    this.#moved()
  }

  pushFast(frame: FastFrame): void {
    if (this.#end) return
    this.#fast.push(frame)
    this.#fastS = frame.mediaTimeS
    this.#moved()
  }

  /** The first call counts. */
  end(error?: Error): void {
    this.#end ??= { error }
    this.#moved()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void, void> {
    for (;;) {
      if (this.#readyCount > 0) {
        const frame = this.#frames.shift()!
        this.#moved()
        this.#handOn(frame.mediaTimeS)
        yield frame
      } else if (this.#end) break
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        this.#wake = undefined
      }
    }
    this.#handOn(Infinity)
    if (this.#end?.error) throw this.#end.error
  }

  /** The two taps come over pipes of their own: a picture is complete once the quick ones up to it are there. */
  get #readyCount(): number {
    if (this.#end || !this.#options.onFast) return this.#frames.length
    return this.#frames.filter(({ mediaTimeS }) => mediaTimeS <= this.#fastS).length
  }

  #moved(): void {
    // Never held while a picture waits for its quick ones: they come through the same decoder.
    const isFull = !this.#end && this.#readyCount >= mostAhead
    if (isFull !== this.#isHeld) this.#options.hold((this.#isHeld = isFull))
    this.#wake?.()
  }

  #handOn(untilS: number): void {
    const due = this.#fast.filter(({ mediaTimeS }) => mediaTimeS <= untilS)
    this.#fast = this.#fast.filter(({ mediaTimeS }) => mediaTimeS > untilS)
    for (const frame of due) this.#options.onFast?.(frame)
  }
}
