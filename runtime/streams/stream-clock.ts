// The seconds of one live stream since it began, outages of its camera, of its worker and of Heed included. Never goes back,
// whatever the wall clock does. Clips have a clock of their own and no use for this one.
import { z } from 'zod'

/** Where it lies among the states; node ids hold no "#". */
export const clockKey = '#clock'

const SavedSchema = z.object({ startedAtMs: z.number() })

/** Where an earlier worker left off, as far as it is known. */
export interface LeftOff {
  mediaTimeS: number
  saved: unknown
  /** ISO 8601; for positions that an older version saved. */
  lastFrameAt: string | null
}

export class StreamClock {
  #startedAtMs: number | null = null
  #latestS = 0

  /** `left` is null at a stream's first start. */
  constructor(left: LeftOff | null, nowMs: number) {
    if (!left) return
    const known = SavedSchema.safeParse(left.saved)
    const seenAtMs = left.lastFrameAt === null ? nowMs : Math.min(nowMs, Date.parse(left.lastFrameAt))
    this.#startedAtMs = known.success ? known.data.startedAtMs : seenAtMs - left.mediaTimeS * 1000
    this.#latestS = left.mediaTimeS
  }

  /** The stream stands at `second` now: said once, by whatever shows first. */
  begin(nowMs: number, second: number): void {
    this.#startedAtMs ??= nowMs - second * 1000
  }

  /** The latest second that was told. */
  get latestS(): number {
    return this.#latestS
  }

  /** The stream's second; a wall clock that was set back makes it go on from the latest told. */
  secondsAt(nowMs: number): number {
    if (this.#startedAtMs === null) return 0
    const second = (nowMs - this.#startedAtMs) / 1000
    if (second < this.#latestS) this.#startedAtMs = nowMs - this.#latestS * 1000
    else this.#latestS = second
    return this.#latestS
  }

  /** For the next worker; undefined before it has begun. */
  saved(): z.infer<typeof SavedSchema> | undefined {
    return this.#startedAtMs === null ? undefined : { startedAtMs: this.#startedAtMs }
  }
}
