// Keeps one camera open: backoff with jitter, restart, what counts as lost. The source itself never retries;
// this never decides what a loss means for the stream (session.ts does).
import type { Clock, Log, MediaPort, SourceEnd } from '../../nodes/contract/capabilities.ts'
import type { SourceNode } from '../../nodes/contract/define.ts'
import { BugError, FatalError, isStopped, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { FastFrame, Frame, Taps } from '../../nodes/contract/frames.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import { Mailbox } from './mailbox.ts'
import type { Openings } from './openings.ts'

/** A source that is open but gives nothing for this long is opened anew. RTSP cameras may need 10 s for their first picture. */
const stallMs = 20_000
const firstPauseMs = 500
const longestPauseMs = 30_000

export interface SourceOptions {
  definition: SourceNode
  node: PlanNode
  taps: Taps
  media: MediaPort
  clock: Clock
  log: Log
  random(): number
  onFast?: (frame: FastFrame) => void
  /** Bounds how many cameras of this process open at a time; absent: all at once. */
  openings?: Openings | undefined
  /** Where an earlier worker left off: a file goes on behind it, a camera's clock goes on from it. */
  resumeAtS: number | null
}

/** What the session sees of its camera when it looks. */
export interface CameraView {
  camera: 'ok' | 'lost'
  /** Why it is lost or has failed, in words. */
  reason: string | null
  ended: boolean
  failed: boolean
}

/** A pause before try `attempt` (from 0): anywhere between half a second and a bound that doubles up to 30 s. */
export function backoffMs(attempt: number, random: number): number {
  const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt + 1, 10))
  return firstPauseMs + random * (bound - firstPauseMs)
}

/** A file that does not loop: it ends, and its end is not a loss. That a clip on the web has an end, only its source can tell. */
export function isFinite(node: PlanNode): boolean {
  return node.config.kind === 'file' && node.config.loop !== true
}

/*
 * opening ──frame──► playing ──ends──► ended                      (finite sources)
 *    ▲                  │ ends, throws, stalls, freezes
 *    └──── pause ◄──────┘                                         (jittered, 0.5–30 s)
 * A FatalError of a file: failed. A camera that says "no" may say "yes" tomorrow, so it is tried again.
 */
export class Source {
  readonly mailbox = new Mailbox<Frame>()
  readonly #options: SourceOptions
  readonly #isFinite: boolean
  readonly #stopping = new AbortController()
  #attempt = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #outcome: 'ended' | 'failed' | null = null
  #trouble: string | null = null
  #frozen = false
  #isWaiting = false
  #leave: (() => void) | undefined
  #activeAtMs: number
  #freshAtMs: number
  #changedAtMs: number
  #lastLuma: Uint8Array | null = null
  #lastMediaTimeS: number | null
  #lastFastS: number | null
  #offsetS = 0
  #failures = 0

  constructor(options: SourceOptions) {
    this.#options = options
    this.#isFinite = isFinite(options.node)
    this.#activeAtMs = this.#freshAtMs = this.#changedAtMs = options.clock.nowMs()
    this.#lastMediaTimeS = this.#lastFastS = options.resumeAtS
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Ends the source and waits until it is closed. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#attempt.abort()
    await this.#running
    this.#leave?.()
  }

  /** How the camera does right now; also cuts off a source that stalls or shows a frozen picture. */
  look(): CameraView {
    const now = this.#options.clock.nowMs()
    if (this.#outcome)
      return {
        camera: 'ok',
        reason: this.#trouble,
        ended: this.#outcome === 'ended',
        failed: this.#outcome === 'failed',
      }
    // Neither stalled nor lost: it was not asked yet. One that was there before stays lost meanwhile.
    if (this.#isWaiting && this.#lastLuma === null) return { camera: 'ok', reason: null, ended: false, failed: false }
    if (!this.#isWaiting && now - this.#activeAtMs > stallMs)
      this.#giveUp('The camera is connected but sends no picture.')
    const isLost = this.#frozen || now - this.#freshAtMs > this.#seconds('lostAfterS', 5)
    return {
      camera: isLost ? 'lost' : 'ok',
      reason: isLost ? (this.#trouble ?? 'The camera sends no picture.') : null,
      ended: false,
      failed: false,
    }
  }

  /** The wait before a camera that never showed a picture counts as lost. */
  get lostAfterMs(): number {
    return this.#seconds('lostAfterS', 5)
  }

  #seconds(field: string, fallback: number): number {
    const value = this.#options.node.config[field]
    return (typeof value === 'number' ? value : fallback) * 1000
  }

  #giveUp(reason: string): void {
    this.#trouble = reason
    this.#activeAtMs = this.#options.clock.nowMs()
    this.#attempt.abort()
  }

  async #run(): Promise<void> {
    const { clock, log, node, random } = this.#options
    while (!this.#stopping.signal.aborted) {
      let wishedMs = 0
      try {
        this.#attempt = new AbortController()
        await this.#waitForTurn()
        const end = await this.#play(this.#attempt.signal)
        if (this.#isFinite || end === 'finished') return this.#finish('ended', null)
        this.#trouble = 'The camera ended its stream.'
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        // A cut-off attempt has its reason already, from giveUp.
        if (!isStopped(error)) this.#trouble = toError(error).message
        // A camera that is asked too often with a wrong password locks its owner out.
        if (error instanceof RetryableError) wishedMs = error.retryAfterMs ?? 0
        if (error instanceof BugError || (node.config.kind === 'file' && error instanceof FatalError))
          return this.#finish('failed', this.#trouble)
      }
      this.#leave?.()
      const pauseMs = Math.max(wishedMs, backoffMs(this.#failures++, random()))
      log.warn(
        { node: node.id, failures: this.#failures, pauseMs: Math.round(pauseMs), reason: this.#trouble },
        'camera is opened again after a pause',
      )
      await clock.sleep(pauseMs, this.#stopping.signal).catch(() => undefined)
    }
  }

  async #waitForTurn(): Promise<void> {
    const { clock, openings } = this.#options
    if (!openings) return
    this.#isWaiting = true
    try {
      this.#leave = await openings.enter(this.#stopping.signal)
    } finally {
      this.#isWaiting = false
    }
    if (this.#lastLuma === null) this.#freshAtMs = clock.nowMs()
  }

  #finish(outcome: 'ended' | 'failed', reason: string | null): void {
    this.#outcome = outcome
    this.#leave?.()
    this.#trouble = reason
    this.mailbox.wake()
  }

  async #play(signal: AbortSignal): Promise<SourceEnd> {
    const { clock, definition, log, media, node, taps } = this.#options
    this.#activeAtMs = clock.nowMs()
    if (!this.#isFinite && this.#lastMediaTimeS !== null)
      this.#offsetS = this.#lastMediaTimeS + Math.max(0, clock.nowMs() - this.#freshAtMs) / 1000
    const onFast = this.#options.onFast
    const frames = definition
      .open({
        config: node.config,
        clock,
        log,
        signal,
        taps,
        media,
        ...(this.#isFinite && this.#lastMediaTimeS !== null ? { startAtS: this.#lastMediaTimeS } : {}),
        ...(onFast ? { onFast: (frame: FastFrame) => this.#receiveFast(frame, onFast) } : {}),
      })
      [Symbol.asyncIterator]()
    const aborted = untilAborted(signal)
    try {
      for (;;) {
        const next = await Promise.race([frames.next(), aborted.promise])
        if (next.done) return next.value
        this.#receive(next.value)
      }
    } finally {
      aborted.forget()
      // An iterator that ignores the signal may hang for ever; it gets five seconds.
      const closing = Promise.resolve(frames.return?.()).catch(() => undefined)
      if (signal.aborted) await withinMs(clock, 5000, closing)
    }
  }

  #isSeen(mediaTimeS: number): boolean {
    return this.#isFinite && this.#lastMediaTimeS !== null && mediaTimeS <= this.#lastMediaTimeS + 0.001
  }

  #receiveFast(frame: FastFrame, onFast: (frame: FastFrame) => void): void {
    if (this.#frozen || (this.#isFinite && this.#lastFastS !== null && frame.mediaTimeS <= this.#lastFastS)) return
    this.#lastFastS = frame.mediaTimeS
    onFast(this.#offsetS === 0 ? frame : { ...frame, mediaTimeS: frame.mediaTimeS + this.#offsetS })
  }

  #receive(frame: Frame): void {
    const now = this.#options.clock.nowMs()
    this.#leave?.()
    this.#activeAtMs = now
    if (this.#isSeen(frame.mediaTimeS)) {
      this.#freshAtMs = now
      return
    }
    if (this.#checkFrozen(frame, now)) return
    this.#freshAtMs = now
    this.#failures = 0
    this.#trouble = null
    const mediaTimeS = frame.mediaTimeS + this.#offsetS
    this.#lastMediaTimeS = mediaTimeS
    this.mailbox.put(this.#offsetS === 0 ? frame : { ...frame, mediaTimeS })
  }

  /** Cameras never send the same picture twice; a file, or a screen that somebody shares, may. */
  #checkFrozen(frame: Frame, now: number): boolean {
    const { kind } = this.#options.node.config
    const isSame =
      kind !== 'file' &&
      kind !== 'browser' &&
      this.#lastLuma !== null &&
      Buffer.compare(this.#lastLuma, frame.luma.data) === 0
    this.#lastLuma = frame.luma.data
    if (!isSame) {
      this.#changedAtMs = now
      this.#frozen = false
      return false
    }
    const afterMs = this.#seconds('frozenAfterS', 30)
    if (afterMs === 0 || now - this.#changedAtMs < afterMs) return false
    this.#frozen = true
    this.#giveUp(`The camera's picture has been frozen for ${Math.round((now - this.#changedAtMs) / 1000)} s.`)
    return true
  }
}

function untilAborted(signal: AbortSignal): { promise: Promise<never>; forget(): void } {
  let stop = (): void => undefined
  const promise = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new StoppedError())
  })
  promise.catch(() => undefined)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  return { promise, forget: () => signal.removeEventListener('abort', stop) }
}

async function withinMs(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController()
  await Promise.race([work, clock.sleep(ms, timer.signal).catch(() => undefined)])
  timer.abort()
}
