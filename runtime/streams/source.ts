// Keeps one camera open: backoff with jitter, restart, what counts as lost. The source itself never retries;
// this never decides what a loss means for the stream (session.ts does).
import type { CameraSign, Clock, Log, MediaPort, SourceEnd } from '../../nodes/contract/capabilities.ts'
import type { SourceNode } from '../../nodes/contract/define.ts'
import {
  BugError,
  CodedError,
  FatalError,
  isStopped,
  RetryableError,
  StoppedError,
  toError,
} from '../../nodes/contract/errors.ts'
import type { FastFrame, Frame, Taps } from '../../nodes/contract/frames.ts'
import type { CameraStatus } from '../../nodes/contract/events.ts'
import type { PlanNode } from '../../nodes/contract/plan.ts'
import {
  backoffMs,
  cameraStatus,
  hasStalled,
  mustWait,
  newCamera,
  nextCamera,
  viewCamera,
  type CameraFact,
  type CameraLimits,
  type CameraRecord,
} from './camera-state.ts'
import { Mailbox } from './mailbox.ts'
import type { Openings } from './openings.ts'
import { StickingPoint } from './sticking-point.ts'
import type { StreamClock } from './stream-clock.ts'
import { firstOf, within } from '../time-limit.ts'

/** A clip's picture may come so much later than its second without there being a hole. */
const lateClipMs = 500

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
  /** Passwords that the camera has refused to earlier workers of this run. */
  refusals?: number
  /** A live camera's pictures are placed on it; absent: they go on from `resumeAtS`. */
  seconds?: StreamClock
}

/** What the session sees of its camera when it looks. */
export interface CameraView {
  camera: 'ok' | 'lost'
  /** Why it is lost or has failed, in words. */
  reason: string | null
  ended: boolean
  failed: boolean
}

/** A file that does not loop: it ends, and its end is not a loss. That a clip on the web has an end, only its source can tell. */
export function isFinite(node: PlanNode): boolean {
  return node.config.kind === 'file' && node.config.loop !== true
}

/*
 * opening ──frame──► playing ──ends──► ended                      (finite sources)
 *    ▲                  │ ends, throws, stalls, freezes
 *    └──── pause ◄──────┘                                         (jittered, 0.5–30 s)
 * A FatalError of a file: failed. A camera that says "no" may say "yes" tomorrow, so it is tried again; one that refused the
 * password three times waits for a person. What all this means for the camera's state, camera-state.ts says.
 */
export class Source {
  readonly mailbox = new Mailbox<Frame>()
  readonly #options: SourceOptions
  readonly #isFinite: boolean
  readonly #isFile: boolean
  readonly #stopping = new AbortController()
  #attempt = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #outcome: 'ended' | 'failed' | null = null
  #ending: string | null = null
  #frozen = false
  #isWaiting = false
  #leave: (() => void) | undefined
  #camera: CameraRecord
  #isClip: boolean
  #decoderLines = 0
  #kept: Pick<CameraStatus, 'kept'> = {}
  #placedAtMs: number
  #quickAtMs = 0
  #changedAtMs: number
  readonly #sticking = new StickingPoint()
  #lastLuma: Uint8Array | null = null
  /** A clip's newest picture, which stays in view through a hole, and for how many seconds it has. */
  #shown: { frame: Frame; heldS: number } | null = null
  #lastMediaTimeS: number | null
  #lastFastS: number | null
  /** From the source's seconds to the stream's; null until an opening has shown its first picture. */
  #offsetS: number | null = null

  constructor(options: SourceOptions) {
    this.#options = options
    this.#isFinite = isFinite(options.node)
    this.#isFile = this.#isClip = options.node.config.kind === 'file'
    this.#placedAtMs = this.#changedAtMs = options.clock.nowMs()
    this.#camera = newCamera(this.#changedAtMs, options.refusals)
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
        reason: this.#ending,
        ended: this.#outcome === 'ended',
        failed: this.#outcome === 'failed',
      }
    // Neither stalled nor lost: it was not asked yet. One that was there before stays lost meanwhile.
    if (this.#isWaiting && !this.#camera.hadPicture && this.#camera.failures === 0)
      return { camera: 'ok', reason: null, ended: false, failed: false }
    if (hasStalled(this.#camera, this.#limits, now)) this.#giveUp('The camera is connected but sends no picture.')
    this.#holdPicture(now)
    const { isLost, reason } = viewCamera(this.#camera, this.#limits, now)
    return { camera: isLost ? 'lost' : 'ok', reason, ended: false, failed: false }
  }

  /** How the camera does, for the API and the card. */
  status(): CameraStatus {
    const now = this.#options.clock.nowMs()
    return { ...cameraStatus(this.#camera, this.#limits, now, this.#decoderLines), ...this.#kept }
  }

  /** Passwords refused in a row, for the next worker. */
  get refusals(): number {
    return this.#camera.refusals
  }

  get #limits(): CameraLimits {
    return { lostAfterMs: this.lostAfterMs, isClip: this.#isClip }
  }

  /** A clip shows a picture until its next one, however long that takes: every second of a hole or a time-lapse has its tick. */
  #holdPicture(nowMs: number): void {
    const { isOpen, latestMs } = this.#camera
    if (!this.#isClip || !isOpen || latestMs === null || !this.#shown) return
    const heldS = Math.floor((nowMs - latestMs - lateClipMs) / 1000)
    if (heldS <= this.#shown.heldS) return
    this.#shown.heldS = heldS
    const { frame } = this.#shown
    this.mailbox.put({ ...frame, atMs: nowMs, mediaTimeS: frame.mediaTimeS + heldS })
  }

  #see(fact: CameraFact): void {
    this.#camera = nextCamera(this.#camera, fact, this.#options.clock.nowMs())
  }

  #seeSign(sign: CameraSign): void {
    if (sign.type === 'clip') this.#isClip = true
    else if (sign.type === 'decoder-lines') this.#decoderLines += sign.count
    else if (sign.type === 'kept') this.#kept = { kept: sign.kept }
    else this.#see({ type: 'data' })
  }

  /** For how long no picture has come, quick ones included. */
  quietMs(nowMs: number): number {
    return nowMs - Math.max(this.#camera.freshMs, this.#quickAtMs)
  }

  /** The wait before a camera that never showed a picture counts as lost. */
  get lostAfterMs(): number {
    return this.#seconds('lostAfterS', 5)
  }

  #seconds(field: string, fallback: number): number {
    const value = this.#options.node.config[field]
    return (typeof value === 'number' ? value : fallback) * 1000
  }

  #giveUp(words: string): void {
    this.#see({ type: 'given-up', words })
    this.#attempt.abort()
  }

  async #run(): Promise<void> {
    const { clock, log, node, random } = this.#options
    while (!this.#stopping.signal.aborted) {
      let wishedMs = 0
      try {
        if (mustWait(this.#camera)) return await this.#waitForPerson()
        this.#attempt = new AbortController()
        await this.#waitForTurn()
        const end = await this.#play(this.#attempt.signal)
        if (this.#isFinite || end === 'finished') return this.#finish('ended', null)
        this.#see({ type: 'trouble', code: 'CAMERA_CLOSED', words: 'The camera ended its stream.' })
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        const { message } = toError(error)
        if (error instanceof BugError || (node.config.kind === 'file' && error instanceof FatalError))
          return this.#finish('failed', message)
        if (this.#isFile) this.#sticking.died(this.#lastMediaTimeS)
        // A cut-off attempt has its reason already, from giveUp.
        this.#see({
          type: 'trouble',
          code: isStopped(error) ? 'CAMERA_SILENT' : error instanceof CodedError ? error.code : null,
          words: isStopped(error) ? (this.#camera.trouble ?? message) : (this.#sticking.words ?? message),
        })
        // A camera that is asked too often with a wrong password locks its owner out.
        if (error instanceof RetryableError) wishedMs = error.retryAfterMs ?? 0
      }
      this.#leave?.()
      if (mustWait(this.#camera)) continue
      const { failures, trouble } = this.#camera
      const pauseMs = Math.max(wishedMs, backoffMs(failures - 1, random()))
      log.warn(
        { node: node.id, failures, pauseMs: Math.round(pauseMs), reason: trouble },
        'camera is opened again after a pause',
      )
      await clock.sleep(pauseMs, this.#stopping.signal).catch(() => undefined)
    }
  }

  /** The camera has refused the password often enough: nobody asks it again until the flow is deployed anew. */
  async #waitForPerson(): Promise<void> {
    const { log, node } = this.#options
    if (this.#camera.state !== 'refused')
      this.#see({ type: 'trouble', code: 'CAMERA_CREDENTIALS_MISSING', words: 'The camera refused the password.' })
    log.warn({ node: node.id, refusals: this.#camera.refusals }, 'camera waits for a person: the password is wrong')
    await untilAborted(this.#stopping.signal).promise.catch(() => undefined)
  }

  async #waitForTurn(): Promise<void> {
    const { openings } = this.#options
    if (!openings) return
    this.#isWaiting = true
    try {
      this.#leave = await openings.enter(this.#stopping.signal)
    } finally {
      this.#isWaiting = false
    }
  }

  #finish(outcome: 'ended' | 'failed', reason: string | null): void {
    this.#outcome = outcome
    this.#leave?.()
    this.#ending = reason
    this.mailbox.wake()
  }

  async #play(signal: AbortSignal): Promise<SourceEnd> {
    const { clock, definition, log, media, node, taps } = this.#options
    this.#see({ type: 'opening' })
    this.#offsetS = null
    const onFast = this.#options.onFast
    const frames = definition
      .open({
        config: node.config,
        clock,
        log,
        signal,
        taps,
        media: {
          open: (spec, wanted, more) =>
            media.open(spec, wanted, { ...more, onSign: (sign) => !signal.aborted && this.#seeSign(sign) }),
        },
        ...this.#entered(),
        ...(onFast ? { onFast: (frame: FastFrame) => this.#receiveFast(frame, onFast) } : {}),
      })
      [Symbol.asyncIterator]()
    const aborted = untilAborted(signal)
    try {
      for (;;) {
        const next = await firstOf([frames.next(), aborted.promise])
        if (next.done) return next.value
        this.#receive(next.value)
      }
    } finally {
      aborted.forget()
      // An iterator that ignores the signal may hang for ever; it gets five seconds.
      const closing = Promise.resolve(frames.return?.()).catch(() => undefined)
      if (signal.aborted) await within(closing, { ms: 5000, clock }, () => undefined)
    }
  }

  /** A clip goes on where it was, or behind a place that nothing can read. */
  #entered(): { startAtS?: number } {
    const { skipS } = this.#sticking
    if (!this.#isFile || (this.#lastMediaTimeS === null && skipS === 0)) return {}
    return { startAtS: (this.#lastMediaTimeS ?? 0) + skipS }
  }

  #isSeen(mediaTimeS: number): boolean {
    return this.#isFile && this.#lastMediaTimeS !== null && mediaTimeS <= this.#lastMediaTimeS + 0.001
  }

  #receiveFast(frame: FastFrame, onFast: (frame: FastFrame) => void): void {
    if (this.#frozen || (this.#isFile && this.#lastFastS !== null && frame.mediaTimeS <= this.#lastFastS)) return
    this.#quickAtMs = this.#options.clock.nowMs()
    this.#lastFastS = this.#place(frame.mediaTimeS, this.#lastFastS, this.#quickAtMs)
    onFast({ ...frame, mediaTimeS: this.#lastFastS })
  }

  /**
   * A clip's seconds are its own. A live camera's are those since the stream began: the first picture of every opening lies
   * where the wall clock says, the others at their distance from it, and none before what was told already.
   */
  #place(mediaTimeS: number, lastS: number | null, now: number): number {
    if (this.#isFile) return mediaTimeS
    const { seconds } = this.#options
    seconds?.begin(now, mediaTimeS)
    const isFirst = this.#offsetS === null
    const placedS = mediaTimeS + (this.#offsetS ?? this.#startS(mediaTimeS, now) - mediaTimeS)
    const knownS = Math.max(lastS ?? -Infinity, seconds?.latestS ?? -Infinity)
    const placed = isFirst || placedS > knownS ? placedS : Math.max(knownS, this.#startS(mediaTimeS, now))
    this.#offsetS = placed - mediaTimeS
    return placed
  }

  #startS(mediaTimeS: number, now: number): number {
    const lastS = this.#lastMediaTimeS
    const wallS = this.#options.seconds?.secondsAt(now)
    if (lastS === null) return wallS ?? mediaTimeS
    return Math.max(lastS, wallS ?? lastS + Math.max(0, now - this.#placedAtMs) / 1000)
  }

  #receive(frame: Frame): void {
    this.#leave?.()
    if (this.#isSeen(frame.mediaTimeS)) return this.#see({ type: 'picture', isFresh: true })
    if (this.#checkFrozen(frame, this.#options.clock.nowMs())) return
    this.#see({ type: 'picture', isFresh: true })
    const now = this.#options.clock.nowMs()
    this.#lastMediaTimeS = this.#place(frame.mediaTimeS, this.#lastMediaTimeS, now)
    this.#placedAtMs = now
    // Behind what was held in a hole, should it come late.
    const heldS = this.#shown ? this.#shown.frame.mediaTimeS + this.#shown.heldS : 0
    const mediaTimeS = this.#isClip ? Math.max(this.#lastMediaTimeS, heldS) : this.#lastMediaTimeS
    const shown = mediaTimeS === frame.mediaTimeS ? frame : { ...frame, mediaTimeS }
    if (this.#isClip) this.#shown = { frame: shown, heldS: 0 }
    this.mailbox.put(shown)
  }

  /** Cameras never send the same picture twice; a file, or a screen that somebody shares, may. */
  #checkFrozen(frame: Frame, now: number): boolean {
    const isSame =
      !this.#isClip &&
      this.#options.node.config.kind !== 'browser' &&
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
    this.#see({ type: 'picture', isFresh: false })
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
