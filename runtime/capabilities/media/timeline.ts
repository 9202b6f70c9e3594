// Turns ffmpeg's time stamps into seconds since the source was opened. Pure: the wall clock is handed in.

/** How far a live camera's own clock may run from ours before we believe ours. */
const maxSkewS = 5

/** One per run of a decoder; pictures of all its outputs share it. */
export class Timeline {
  readonly #live: boolean
  #offsetS: number | undefined
  #startMs = 0
  readonly #baseS: number

  /** A file's stamps are its clock. A live camera starts at `baseS` with its first picture, and jumps of its clock are evened out. */
  constructor(options: { live: boolean; baseS: number }) {
    this.#live = options.live
    this.#baseS = options.baseS
  }

  mediaTimeS(stampS: number, nowMs: number): number {
    if (!this.#live) return round(this.#baseS + Math.max(0, stampS))
    if (this.#offsetS === undefined) {
      this.#offsetS = this.#baseS - stampS
      this.#startMs = nowMs
    }
    const wallS = this.#baseS + (nowMs - this.#startMs) / 1000
    if (Math.abs(stampS + this.#offsetS - wallS) > maxSkewS) this.#offsetS = wallS - stampS
    return round(Math.max(this.#baseS, stampS + this.#offsetS))
  }
}

/** Stamps come in microseconds; more digits are noise of the division. */
function round(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6
}
