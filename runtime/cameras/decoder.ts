// One ffmpeg, from start to end: its pipes become frames, its silence and its death become words. It never starts itself again.
import type { CameraSign, Clock, Log } from '../../nodes/contract/capabilities.ts'
import { BugError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import {
  markOf,
  visualTokens,
  type FastFrame,
  type Frame,
  type GrayImage,
  type Picture,
  type Taps,
} from '../../nodes/contract/frames.ts'
import type { Egress } from '../egress/index.ts'
import { lowerPriority } from '../child-environment.ts'
import { startChild, type Child } from './child.ts'
import { inputArguments, inputList, type Input, type Reading } from './input-arguments.ts'
import { JpegSplitter } from './jpeg-stream.ts'
import { InOrder } from './in-order.ts'
import { nextPictureS } from './look.ts'
import { Newest } from './newest.ts'
import { lastPipe, outputArguments, pipes, quietArguments } from './output-arguments.ts'
import { openGuardedInput } from './guarded-input.ts'
import { afterRounds, goOnAt } from './rounds.ts'
import { FixedSplitter, PgmSplitter, SizeReader, StampReader } from './raw-stream.ts'
import { clipTimeline, type Timeline } from './timeline.ts'
import type { Tools } from './tools.ts'
import { closed, explain, isCutOff, noVideo, silent, timedOut, whyEnded } from './trouble.ts'
import { Zip } from './zip.ts'

export interface Patience {
  /** From start to the first picture. */
  firstMs: number
  /** Between two pictures of a live camera, unless its own rhythm is slower. */
  nextMs: number
  /** Whatever its rhythm: where it is known to be quick. */
  isStrict?: boolean
}

export interface Decoding {
  input: Input
  reading: Reading
  taps: Taps
  /** One timeline per process: stamps start anew with each. */
  startTimeline: () => Timeline
  onFast?: ((frame: FastFrame) => void) | undefined
  /** For a browser's camera: writes pictures into ffmpeg, returns how to stop that. */
  feed?: ((child: Child) => () => void) | undefined
  onSign?: ((sign: CameraSign) => void) | undefined
  patience: Patience
  /** A clip for a rehearsal: every picture, as fast as they are taken, instead of the newest at its own speed. */
  inOrder?: boolean | undefined
  signal: AbortSignal
}

export interface DecoderDeps {
  clock: Clock
  log: Log
  tools: Tools
  /** The one door out. */
  egress: Pick<Egress, 'checkAddress'>
}

/** Two: one being taken, one waiting. More would only make the pictures older. */
const waitingFrames = 2
/** How far the outputs of one decode may be apart; they differ by a fraction of a picture. */
const maxSkew = 64
/** One that is held back leaves whatever fits into its pipes, which may be many small pictures. */
const maxHeldSkew = 4096
/** A camera that sends gets so long for its first whole picture: some send one that rarely. */
const firstKeyMs = 60_000
/** So much, for so long, without a picture: it was joined between two of those from which on it can be shown. */
const dataBytes = 20_000
const dataAfterMs = 1500
const keptGaps = 5
const lateness = 3
/** A clip without a picture for so long is looked at: does it go on? */
const longHoleMs = 30_000
const overdueMs = 20_000
const lookMs = 10_000

/** A picture with another shape than those before it: this ffmpeg would stretch it into theirs. */
class Reshaped extends Error {
  readonly atS: number

  constructor(atS: number) {
    super('The picture has changed its shape.')
    this.atS = atS
  }
}

/** How much of a picture's width is told apart, beside what even sizes cost. */
const sameShape = 0.02
/** Entered right at its new shape, a clip may still begin with the old one, which nobody sees but ffmpeg. */
const behindS = 0.1
/** A camera that changes its shape all the time, and a loop of one picture, must not cost a process for every picture. */
const anewMs = 1000

/**
 * Frames until the source ends. Throws RetryableError, FatalError or StoppedError; the process is gone when this returns. A
 * picture that changes its shape on the way gets a new process, which goes on there; so does a loop whose rounds are played.
 */
export async function* decode(deps: DecoderDeps, job: Decoding): AsyncGenerator<Frame, void, void> {
  for (let current = job, lastS = 0; ;) {
    const startedMs = deps.clock.nowMs()
    try {
      for await (const frame of decodeShape(deps, current)) {
        lastS = frame.mediaTimeS
        yield frame
      }
      if (!job.input.loop) return
      current = enteredAt(job, afterRounds(current.input, deps.tools, lastS))
    } catch (error) {
      if (!(error instanceof Reshaped)) throw error
      deps.log.info({ camera: job.input.name }, 'The picture has changed its shape: it is opened anew.')
      if (!job.input.live) current = enteredAt(job, goOnAt(job.input, error.atS + behindS))
    }
    await deps.clock.sleep(Math.max(0, startedMs + anewMs - deps.clock.nowMs()), job.signal).catch(() => undefined)
  }
}

function enteredAt(job: Decoding, input: Input): Decoding {
  return { ...job, input, startTimeline: () => clipTimeline(input.countFromS ?? input.startAtS) }
}

/** Whether a picture is not as wide as its source was shown; `shape` is in thousandths of the height. */
function isStretched({ width, height }: Picture, shape: number): boolean {
  const aspect = shape / 1000
  return Math.abs(width - aspect * height) > 2 + 2 * aspect + sameShape * width
}

async function* decodeShape(deps: DecoderDeps, job: Decoding): AsyncGenerator<Frame, void, void> {
  if (job.signal.aborted) throw new StoppedError()
  const { tools } = deps
  const guarded = await openGuardedInput(deps.egress, job.input, job.signal)
  if (job.signal.aborted) {
    await guarded.close()
    throw new StoppedError()
  }
  const command = [
    ...tools.bound,
    tools.ffmpeg,
    ...quietArguments,
    ...inputArguments(guarded.input, tools, job.reading),
    ...outputArguments(job.taps, { ...job.input, tellsShape: tellsShape(deps, job) }, tools.passthrough),
  ]
  const child = startChild(deps.clock, command, {
    lastPipe: lastPipe(job.taps, tellsShape(deps, job)),
    feed: job.feed !== undefined,
    stdin: inputList(guarded.input, tools, job.reading),
    env: guarded.env,
  })
  const frames = handOver(job, child)
  const life = newLife(deps.clock.nowMs())
  const stopFeeding = job.feed?.(child)
  const onAbort = (): void => frames.end(new StoppedError())
  job.signal.addEventListener('abort', onAbort, { once: true })
  readPictures(
    deps,
    frames instanceof InOrder && job.onFast ? { ...job, onFast: (frame) => frames.pushFast(frame) } : job,
    child,
    (frame) => {
      if (life.pictures++ > 0) life.gapsMs = [...life.gapsMs, frame.atMs - life.lastPictureMs].slice(-keptGaps)
      life.lastPictureMs = frame.atMs
      life.lastPictureS = frame.mediaTimeS
      frames.push(frame)
    },
    (error) => frames.end(error),
  )
  const over = new AbortController()
  const hasData = (): boolean => child.complaints() > 0 || guarded.received() > dataBytes
  const watching = watch(deps, job, life, { child, hasData }, over.signal).then((error) => {
    if (error) frames.end(error)
  })
  void guarded.refused.then((error) => frames.end(error))
  void child.ended.then(({ exitCode, lastWords }) =>
    frames.end(guarded.refusal() ?? verdict(job, life.pictures, exitCode, guarded.words(lastWords))),
  )
  try {
    yield* reportDrops(deps, frames)
  } finally {
    job.signal.removeEventListener('abort', onAbort)
    over.abort()
    stopFeeding?.()
    await child.stop()
    await guarded.close()
    await watching
  }
}

function handOver({ inOrder, onFast, taps }: Decoding, child: Child): Newest<Frame> | InOrder {
  if (!inOrder) return new Newest<Frame>(waitingFrames)
  if (child.pid !== undefined) lowerPriority(child.pid)
  const fds = Object.values(pipes).filter((fd) => child.has(fd))
  return new InOrder({
    onFast: taps.fast ? onFast : undefined,
    hold: (isHeld) => fds.forEach((fd) => (isHeld ? child.output(fd).pause() : child.output(fd).resume())),
  })
}

/** Not in a loop of unknown length, which could not be entered anew where it was. */
function tellsShape({ tools }: DecoderDeps, { input }: Decoding): boolean {
  return tools.tellsShape && (!input.loop || input.loopS !== undefined)
}

async function* reportDrops(deps: DecoderDeps, frames: Newest<Frame> | InOrder): AsyncGenerator<Frame, void, void> {
  let reported = 0,
    reportedMs = 0
  for await (const frame of frames) {
    const now = deps.clock.nowMs()
    if (frames.dropped > reported && now - reportedMs >= 1000) {
      deps.log.warn(
        { dropped: frames.dropped - reported },
        'Pictures were dropped: they come faster than they are taken.',
      )
      reported = frames.dropped
      reportedMs = now
    }
    yield frame
  }
}

/** Wires the child's pipes to `onFrame` and the fast tap. Anything that does not add up, and another shape, goes to `onEnd`. */
function readPictures(
  deps: DecoderDeps,
  job: Decoding,
  child: Child,
  onFrame: (frame: Frame) => void,
  onEnd: (error: Error) => void,
): void {
  const listen = (fd: number, take: (chunk: Buffer) => void): void => {
    child.output(fd).on('data', (chunk: Buffer) => {
      try {
        take(chunk)
      } catch (error) {
        onEnd(new BugError(`A decoder's output cannot be used: ${toError(error).message}`, { cause: error }))
      }
    })
  }
  const timeline = job.startTimeline()
  // The very filters this process was started with.
  const burnt = job.taps.filters?.map(markOf)
  const skew = job.inOrder ? maxHeldSkew : maxSkew
  let seq = 0,
    fastSeq = 0
  const zip = new Zip<{ stamp: number; full: Picture; floor: Picture; luma: GrayImage; shape: number }>(
    ['stamp', 'full', 'floor', 'luma', ...(tellsShape(deps, job) ? (['shape'] as const) : [])],
    skew,
    (parts) => {
      const atMs = deps.clock.nowMs()
      const mediaTimeS = timeline.mediaTimeS(parts.stamp, atMs)
      if (tellsShape(deps, job) && isStretched(parts.full, parts.shape)) return onEnd(new Reshaped(mediaTimeS))
      onFrame({ ...toFrame(parts, seq++, atMs, mediaTimeS), ...(burnt ? { burnt } : {}) })
    },
  )
  const stamps = new StampReader(),
    full = new JpegSplitter(),
    floor = new JpegSplitter(),
    luma = new PgmSplitter()
  listen(pipes.stamps, (chunk) => stamps.push(chunk).forEach((stamp) => zip.put('stamp', stamp)))
  listen(pipes.full, (chunk) => full.push(chunk).forEach((picture) => zip.put('full', picture)))
  listen(pipes.floor, (chunk) => floor.push(chunk).forEach((picture) => zip.put('floor', picture)))
  const shapes = new SizeReader()
  if (tellsShape(deps, job))
    listen(pipes.shape, (chunk) => shapes.push(chunk).forEach((size) => zip.put('shape', size)))
  listen(pipes.luma, (chunk) => luma.push(chunk).forEach((image) => zip.put('luma', image)))
  const fast = job.taps.fast
  if (!fast) return
  const size = { width: fast.width, height: fast.height }
  type Quick = { stamp: number; rgb: Uint8Array; kept: Picture }
  const wanted = ['stamp', 'rgb', ...(job.taps.keep ? (['kept'] as const) : [])] as const
  const fastZip = new Zip<Quick>(wanted, skew, ({ stamp, rgb, kept }) => {
    const mediaTimeS = timeline.mediaTimeS(stamp, deps.clock.nowMs())
    job.onFast?.({ seq: fastSeq++, mediaTimeS, ...size, rgb, ...(job.taps.keep ? { jpeg: kept.jpeg } : {}) })
  })
  const fastStamps = new StampReader(),
    raw = new FixedSplitter(fast.width * fast.height * 3),
    kept = new JpegSplitter()
  listen(pipes.fastStamps, (chunk) => fastStamps.push(chunk).forEach((stamp) => fastZip.put('stamp', stamp)))
  listen(pipes.fast, (chunk) => raw.push(chunk).forEach((rgb) => fastZip.put('rgb', rgb)))
  if (job.taps.keep) listen(pipes.kept, (chunk) => kept.push(chunk).forEach((picture) => fastZip.put('kept', picture)))
}

function toFrame(
  parts: { full: Picture; floor: Picture; luma: GrayImage },
  seq: number,
  atMs: number,
  mediaTimeS: number,
): Frame {
  const tokens = visualTokens(parts.full.width, parts.full.height)
  return {
    seq,
    atMs,
    mediaTimeS,
    picture: parts.full,
    full: parts.full,
    floor: parts.floor,
    luma: parts.luma,
    kind: 'I',
    visualTokens: tokens,
    fullRateTokens: tokens,
  }
}

interface Life {
  lastPictureMs: number
  lastPictureS: number
  pictures: number
  gapsMs: number[]
  complaints: number
}

function newLife(nowMs: number): Life {
  return { lastPictureMs: nowMs, lastPictureS: 0, pictures: 0, gapsMs: [], complaints: 0 }
}

/** Resolves with the trouble once the camera has been silent for too long, or with nothing when it is over. */
async function watch(
  deps: DecoderDeps,
  job: Decoding,
  life: Life,
  seen: { child: Child; hasData(): boolean },
  over: AbortSignal,
): Promise<Error | undefined> {
  const { clock } = deps
  const hole = new Hole(deps, job)
  for (;;) {
    const isOver = await clock.sleep(250, over).then(
      () => false,
      () => true,
    )
    const count = seen.child.complaints() - life.complaints
    if (count > 0) job.onSign?.({ type: 'decoder-lines', count })
    life.complaints += count
    if (isOver) return undefined
    const quietMs = clock.nowMs() - life.lastPictureMs
    const isSending = life.pictures === 0 && seen.hasData()
    if (isSending && job.input.live && quietMs >= dataAfterMs) job.onSign?.({ type: 'data' })
    if (life.pictures === 0) {
      if (quietMs >= (isSending ? Math.max(firstKeyMs, job.patience.firstMs) : job.patience.firstMs))
        return timedOut(job.input, Math.round(quietMs / 1000))
    } else if (quietMs >= patienceNow(job.patience, life) || (await hole.isOver(life, quietMs, over)))
      return silent(job.input, Math.round(quietMs / 1000))
  }
}

/** A clip may hold no picture for a while; one whose reader hangs looks the same, until the next picture is overdue. */
class Hole {
  readonly #deps: DecoderDeps
  readonly #job: Decoding
  /** After which picture it was looked for the next one, and how long to wait for that. */
  #known: { lastPictureMs: number; waitMs: number } | undefined

  constructor(deps: DecoderDeps, job: Decoding) {
    this.#deps = deps
    this.#job = job
  }

  async isOver({ lastPictureMs, lastPictureS }: Life, quietMs: number, over: AbortSignal): Promise<boolean> {
    const { input, inOrder } = this.#job
    const { loopS } = input
    // In order it may be held back, and what comes over the network is cut off when it sends nothing.
    if (input.kind !== 'file' || inOrder || quietMs < longHoleMs) return false
    if (this.#known?.lastPictureMs !== lastPictureMs) {
      const atS = loopS === undefined ? lastPictureS : lastPictureS % loopS
      const wait = { signal: over, timeoutMs: lookMs }
      // Where another reader hangs as well, nothing is to be waited for.
      const nextS = await nextPictureS(this.#deps, input, atS, wait).catch(() => atS)
      const holeMs = nextS === null ? longHoleMs : (nextS - atS) * 1000
      this.#known = { lastPictureMs, waitMs: holeMs + overdueMs }
    }
    return quietMs >= this.#known.waitMs
  }
}

/** A camera may be as late as three of its own gaps; before its first gap is known, twice as late as others. */
function patienceNow({ nextMs, isStrict }: Patience, { gapsMs }: Life): number {
  if (isStrict) return nextMs
  return gapsMs.length === 0 ? nextMs * 2 : Math.max(nextMs, Math.max(...gapsMs) * lateness)
}

/** Why the process ended; undefined for a clip that has simply been played. */
function verdict(job: Decoding, pictures: number, exitCode: number | null, lastWords: string): Error | undefined {
  const { input } = job
  if (exitCode !== 0) return whyEnded(input, { exitCode, lastWords })
  if (input.live) return pictures > 0 || lastWords === '' ? closed(input) : explain(input, lastWords)
  // One that goes on behind its last picture has simply ended.
  if (pictures === 0) return input.startAtS > 0 ? undefined : noVideo(input)
  // ffmpeg takes whatever it has read for the whole clip.
  return input.kind === 'url' && isCutOff(lastWords) ? closed(input) : undefined
}
