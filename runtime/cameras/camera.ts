// A camera as a stream opens it: resolved, looked at where that is needed, decoded until it ends or breaks. Never retries.
import type { CameraSign, CameraSpec, Clock, Log, MediaPort, SourceEnd } from '../../nodes/contract/capabilities.ts'
import { FatalError, StoppedError } from '../../nodes/contract/errors.ts'
import type { FastFrame, Frame, Taps } from '../../nodes/contract/frames.ts'
import type { PictureRelay } from '../live/index.ts'
import type { Egress } from '../egress/index.ts'
import { decode, type Decoding } from './decoder.ts'
import type { Input } from './input-arguments.ts'
import { chooseReading, look, nextPictureS, type Look, type LookDeps } from './look.ts'
import { openNamed, type NamedCameraDeps } from './named-camera.ts'
import { openPushes, type Pushes } from './push-feed.ts'
import { resolveInput, type Owner, type ResolveDeps } from './resolve-input.ts'
import { decodeKeyframesOnly } from './keyframes-only.ts'
import { clipTimeline, liveTimeline } from './timeline.ts'
import type { Tools } from './tools.ts'
import { helperDied, silent } from './trouble.ts'

export interface CameraDeps extends ResolveDeps, NamedCameraDeps {
  clock: Clock
  log: Log
  relay: PictureRelay
  /** The one door out. */
  egress: Pick<Egress, 'checkAddress'>
  tools(): Promise<Tools>
  /** What earlier looks told, by input key, so that a camera that comes back is not looked at again. */
  seen: Map<string, Look>
  /** How long a live camera may be silent. */
  silentAfterMs: number
  /** For rehearsals: clips only, every picture in order, as fast as they are taken. */
  inOrder?: boolean
}

export interface StreamOwner extends Owner {
  streamId: string
}

interface OpenOptions {
  signal: AbortSignal
  onFast?: (frame: FastFrame) => void
  onSign?: (sign: CameraSign) => void
}

/** A clip's keyframes are judged by its first two minutes. */
const clipKeyframesForS = 120
const firstPictureMs = 20_000
const lookMs = 10_000
/** Nobody waits in front of a rehearsal, which stands behind whatever is live: a busy machine takes its time. */
const firstInOrderMs = 180_000
const lookInOrderMs = 60_000

/** The port one stream's camera node gets. */
export function createCameraPort(deps: CameraDeps, owner: StreamOwner): MediaPort {
  return { open: (spec, taps, options) => openCamera(deps, owner, spec, taps, options) }
}

async function* openCamera(
  deps: CameraDeps,
  owner: StreamOwner,
  spec: CameraSpec,
  taps: Taps,
  options: OpenOptions,
): AsyncGenerator<Frame, SourceEnd, void> {
  const { named } = deps
  if (spec.kind === 'camera' && named)
    return yield* openNamed({ ...deps, named }, spec, taps, options.signal, (own, all, signal) =>
      openCamera(deps, owner, own, all, { ...options, signal }),
    )
  const tools = await deps.tools()
  const resolved = await resolveInput(deps, spec, owner)
  const pushes = resolved.kind === 'browser' ? openPushes(deps.relay, owner.streamId) : undefined
  try {
    if (pushes) await waitForBrowser(deps, resolved, pushes, options.signal)
    const seen = await lookFirst(deps, tools, resolved, taps, options.signal)
    const loopS = resolved.kind === 'file' && resolved.loop ? (seen?.durationS ?? undefined) : undefined
    const round = loopS === undefined ? {} : { loopS }
    const input = { ...resolved, live: isLive(resolved, seen), ...enteredAt(spec, loopS), ...round }
    if (!input.live) options.onSign?.({ type: 'clip' })
    const job = startJob(deps, input, taps, seen, options, pushes)
    let seq = 0
    let lastS = 0
    try {
      const frames = isSparable(job) ? decodeKeyframesOnly({ ...deps, tools }, job) : decode({ ...deps, tools }, job)
      for await (const frame of frames) {
        lastS = frame.mediaTimeS
        yield { ...frame, seq: seq++, ...round }
      }
      if (input.live) return undefined
      await assertWhole({ ...deps, tools }, job, { lastS, durationS: seen?.durationS ?? null })
      return 'finished'
    } catch (error) {
      // A camera that cannot be opened may have become another one: look again next time.
      if (seq === 0) deps.seen.delete(input.key)
      throw error
    }
  } catch (error) {
    throw await confirmed({ ...deps, tools }, resolved, error, options.signal)
  } finally {
    pushes?.close()
  }
}

/**
 * A clip is given up for good only where a second reader says the same: the first one may have been killed, or read from a
 * disk that stumbled. Gives back what to throw.
 */
async function confirmed(deps: LookDeps, input: Input, error: unknown, signal: AbortSignal): Promise<unknown> {
  if (input.kind !== 'file' || !(error instanceof FatalError) || signal.aborted) return error
  try {
    await look(deps, input, { signal, timeoutMs: lookMs, decodesFirst: true })
    return helperDied(input)
  } catch (second) {
    return second instanceof FatalError ? error : second
  }
}

/** What may be missing at the end of a clip for many reasons. */
const shortS = 2
/** One picture a second was asked for: the next one is later than this behind the last. */
const goesOnAfterS = 1.6

/** A reader that ends with a good word before the clip does has not played it. Throws where the clip has more pictures. */
async function assertWhole(
  deps: LookDeps & { log: Log },
  { input, reading, signal }: Decoding,
  { lastS, durationS }: { lastS: number; durationS: number | null },
): Promise<void> {
  if (input.kind !== 'file' || durationS === null || lastS >= durationS - shortS || signal.aborted) return
  const keysOnly = reading.decode === 'keyframes'
  const nextS = await nextPictureS(deps, input, lastS + goesOnAfterS, { signal, timeoutMs: lookMs, keysOnly })
  if (nextS === null) return
  deps.log.warn({ camera: input.name, lastS, nextS, durationS }, 'a clip was left before its end')
  throw helperDied(input)
}

function startJob(
  deps: CameraDeps,
  input: Input,
  taps: Taps,
  seen: Look | undefined,
  options: OpenOptions,
  pushes: Pushes | undefined,
): Decoding {
  const origin = { ms: undefined }
  return {
    input,
    taps,
    reading: { ...chooseReading(input, seen, taps), ...(deps.inOrder ? { pace: false } : {}) },
    inOrder: deps.inOrder,
    onFast: options.onFast,
    onSign: options.onSign,
    feed: pushes?.feed,
    startTimeline: () => (input.live ? liveTimeline(origin) : clipTimeline(input.countFromS ?? input.startAtS)),
    patience: {
      firstMs: deps.inOrder ? firstInOrderMs : firstPictureMs,
      nextMs: input.live ? deps.silentAfterMs : Infinity,
    },
    signal: options.signal,
  }
}

async function waitForBrowser(deps: CameraDeps, input: Input, pushes: Pushes, signal: AbortSignal): Promise<void> {
  if (await pushes.waitForFirst(deps.clock, deps.silentAfterMs, signal)) return
  if (signal.aborted) throw new StoppedError()
  throw silent(input, Math.round(deps.silentAfterMs / 1000))
}

/** A clip in a loop goes on in its round, and its seconds count on over all rounds. Later rounds are whole ones. */
function enteredAt(spec: CameraSpec, loopS: number | undefined): { startAtS: number; countFromS: number } | undefined {
  if (spec.kind !== 'file' || !spec.loop || !spec.startAtS) return undefined
  const countFromS = Math.max(0, Math.floor(spec.startAtS))
  return { countFromS, startAtS: loopS === undefined ? 0 : countFromS % loopS }
}

/** What comes over the network and has a length is a clip that ends; everything else there is live. */
function isLive(input: Input, seen: Look | undefined): boolean {
  return input.kind === 'url' ? (seen?.durationS ?? null) === null : input.kind !== 'file'
}

/** Only a live camera in the network can be spared later: clips are looked at before, a fast tap wants every frame, MJPEG has nothing to leave out. */
function isSparable({ input, taps, reading }: Decoding): boolean {
  return input.live && !taps.fast && !reading.stampOnArrival && (input.kind === 'rtsp' || input.kind === 'url')
}

/**
 * A clip is looked at before it plays: that takes 80 ms. An address on the web must be, to learn what it serves. Other
 * cameras are opened at once: a look would keep their first picture back for seconds.
 */
async function lookFirst(
  deps: CameraDeps,
  tools: Tools,
  input: Input,
  taps: Taps,
  signal: AbortSignal,
): Promise<Look | undefined> {
  const wait = { signal, timeoutMs: deps.inOrder ? lookInOrderMs : lookMs }
  if (input.kind === 'file')
    return taps.fast && !input.loop
      ? undefined
      : look({ ...deps, tools }, input, { ...wait, keyframesForS: clipKeyframesForS })
  const known = deps.seen.get(input.key)
  if (known || input.kind !== 'url' || !/^https?:/.test(input.source)) return known
  const seen = await look({ ...deps, tools }, input, wait)
  deps.seen.set(input.key, seen)
  return seen
}
