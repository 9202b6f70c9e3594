// The pace of a rehearsal: pictures are pulled in order, each waits for its answer, nothing is dropped, and the clip's own time
// is the only clock that nodes see. Two runs of one clip are equal as long as its models answer equally. Never for a live camera.
import type { Clock, SourceEnd } from '../../nodes/contract/capabilities.ts'
import { BugError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { CameraStatus } from '../../nodes/contract/events.ts'
import type { FastFrame, Frame } from '../../nodes/contract/frames.ts'
import { cameraStatus, newCamera, nextCamera, type CameraRecord } from './camera-state.ts'
import { Mailbox } from './mailbox.ts'
import type { Pace, PaceHost, StreamSource, Turn } from './pace.ts'
import type { CameraView, SourceOptions } from './source.ts'

/** A clip shows a picture until its next one; a hole longer than this gets a tick for every second of it. */
const holeS = 1.5
/** Nobody waits in front of a rehearsal: only what hangs for good is given up. In ms, by the wall clock. */
const longestMs = { plain: 60_000, model: 330_000 } as const

interface Sleeper {
  atMs: number
  wake(): void
}

/** Time that stands still until it is moved on; it never goes back. */
export class MediaClock implements Clock {
  readonly #startMs: number
  readonly #sleepers = new Set<Sleeper>()
  #nowMs: number

  /** `startMs` is what the wall clock shows at the clip's second 0. */
  constructor(startMs: number) {
    this.#startMs = this.#nowMs = startMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  /** The wall time at a second of the clip. */
  at(mediaTimeS: number): number {
    return this.#startMs + Math.round(mediaTimeS * 1000)
  }

  /** The clip's second now; behind its end it goes on. */
  get mediaTimeS(): number {
    return (this.#nowMs - this.#startMs) / 1000
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new StoppedError())
      const stop = (): void => {
        this.#sleepers.delete(sleeper)
        reject(new StoppedError())
      }
      const wake = (): void => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const sleeper = { atMs: this.#nowMs + Math.max(0, ms), wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', stop, { once: true })
    })
  }

  /** Moves on to `ms`, waking whoever is due by then, in order. */
  moveTo(ms: number): void {
    const due = [...this.#sleepers].filter(({ atMs }) => atMs <= ms).sort((a, b) => a.atMs - b.atMs)
    for (const { atMs, wake } of due) {
      this.#nowMs = Math.max(this.#nowMs, atMs)
      wake()
    }
    this.#nowMs = Math.max(this.#nowMs, ms)
  }
}

export interface LockstepOptions {
  clock: MediaClock
  /** What hangs is measured by it, nothing else. */
  wall: Pick<Clock, 'sleep'>
  /** Before a pass: what is due outside the stream by then, as actions, is done first. It may move the clock on, up to `untilMs`. */
  settle?(untilMs: number): Promise<void>
}

/** Drives one session over one clip. */
export function lockstepPace(options: LockstepOptions): Pace {
  let reader: ClipReader | undefined
  return {
    clock: options.clock,
    patience: { clock: options.wall, ...longestMs },
    open: (source) => (reader = new ClipReader(source, options.clock)),
    turns: (host) => {
      if (!reader) throw new BugError('A pace has no source yet.')
      return lockstepTurns(reader, options, host)
    },
  }
}

async function* lockstepTurns(
  reader: ClipReader,
  { clock, settle }: LockstepOptions,
  host: PaceHost,
): AsyncGenerator<Turn, void, void> {
  let first: number | undefined
  let stoodFor = 0
  host.begun()
  for (;;) {
    const next = await reader.pull(host.signal)
    await host.written()
    if (host.signal.aborted) throw new StoppedError()
    if (!next) {
      const view = host.look()
      return yield { view, seconds: view.failed ? 0 : 1 }
    }
    const dueMs = clock.at(next.mediaTimeS)
    await settle?.(dueMs)
    clock.moveTo(dueMs)
    await host.readInputs()
    await host.ready()
    if (host.signal.aborted) throw new StoppedError()
    reader.show(next)
    first ??= next.mediaTimeS
    // As many seconds have gone by since the first picture; pictures closer than that are ticks of their own.
    const seconds = Math.max(1, Math.floor(next.mediaTimeS - first + 0.001) + 1 - stoodFor)
    stoodFor += seconds
    yield { view: host.look(), seconds }
  }
}

/** Pulls a clip's pictures one by one. The quick ones of a second have all been handed on before its own is shown. */
class ClipReader implements StreamSource {
  readonly mailbox = new Mailbox<Frame>()
  readonly refusals = 0
  readonly #options: SourceOptions
  readonly #clock: MediaClock
  readonly #stopping = new AbortController()
  #frames: AsyncIterator<Frame, SourceEnd> | null = null
  #quick: FastFrame[] = []
  /** Read, and not yet due: between it and the one before lies a hole. */
  #ahead: Frame | undefined
  #latest: { frame: Frame; atS: number } | undefined
  #outcome: 'ended' | 'failed' | null = null
  #reason: string | null = null
  #camera: CameraRecord

  constructor(options: SourceOptions, clock: MediaClock) {
    this.#options = options
    this.#clock = clock
    this.#camera = newCamera(clock.nowMs())
  }

  start(): void {
    const { definition, log, media, node, onFast, resumeAtS, taps } = this.#options
    this.#camera = nextCamera(this.#camera, { type: 'opening' }, this.#clock.nowMs())
    this.#frames = definition
      .open({
        config: node.config,
        clock: this.#clock,
        log,
        signal: this.#stopping.signal,
        taps,
        media,
        ...(resumeAtS === null ? {} : { startAtS: resumeAtS }),
        ...(onFast ? { onFast: (frame: FastFrame) => this.#quick.push(frame) } : {}),
      })
      [Symbol.asyncIterator]()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.resolve(this.#frames?.return?.()).catch(() => undefined)
  }

  /** The next picture, held ones of a hole included; undefined at the end, whether good or bad. */
  async pull(signal: AbortSignal): Promise<Frame | undefined> {
    const next = (this.#ahead ??= await this.#read(signal))
    const { resumeAtS } = this.#options
    const shown = this.#latest
    if (shown && next && next.mediaTimeS - shown.atS > holeS) {
      const atS = shown.atS + 1
      this.#latest = { ...shown, atS }
      return { ...shown.frame, mediaTimeS: atS, atMs: this.#clock.at(atS) }
    }
    this.#ahead = undefined
    if (!next) return undefined
    if (resumeAtS !== null && next.mediaTimeS <= resumeAtS + 0.001) return this.pull(signal)
    this.#latest = { frame: next, atS: next.mediaTimeS }
    return { ...next, atMs: this.#clock.at(next.mediaTimeS) }
  }

  /** Puts a pulled picture before the session, behind the quick ones up to it. */
  show(frame: Frame): void {
    this.#camera = nextCamera(this.#camera, { type: 'picture', isFresh: true }, this.#clock.nowMs())
    this.#feed(frame.mediaTimeS)
    this.mailbox.put(frame)
  }

  look(): CameraView {
    return { camera: 'ok', reason: this.#reason, ended: this.#outcome === 'ended', failed: this.#outcome === 'failed' }
  }

  status(): CameraStatus {
    return cameraStatus(this.#camera, { lostAfterMs: Infinity, isClip: true }, this.#clock.nowMs(), 0)
  }

  quietMs(): number {
    return 0
  }

  #feed(untilS: number): void {
    const due = this.#quick.filter(({ mediaTimeS }) => mediaTimeS <= untilS)
    this.#quick = this.#quick.filter(({ mediaTimeS }) => mediaTimeS > untilS)
    for (const frame of due) this.#options.onFast?.(frame)
  }

  async #read(signal: AbortSignal): Promise<Frame | undefined> {
    if (this.#outcome || !this.#frames) return undefined
    const stop = (): void => this.#stopping.abort()
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const next = await this.#frames.next()
      if (!next.done) return next.value
      this.#outcome = 'ended'
      this.#feed(Infinity)
    } catch (error) {
      if (signal.aborted) throw new StoppedError()
      if (error instanceof BugError) throw error
      this.#outcome = 'failed'
      this.#reason = toError(error).message
    } finally {
      signal.removeEventListener('abort', stop)
    }
    return undefined
  }
}
