// A camera as a stream opens it: looked at once, decoded as cheaply as it allows, until it ends or breaks. Never retries.
import type { CameraSpec, Clock, Log, MediaPort } from '../../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, StoppedError } from '../../../nodes/contract/errors.ts'
import type { FastFrame, Frame, Taps } from '../../../nodes/contract/frames.ts'
import type { Relay } from '../../engine/deps.ts'
import { decode, type Decoding, type Patience } from './decoder.ts'
import type { Input, Reading } from './input-arguments.ts'
import { chooseReading, look, type Look } from './look.ts'
import { openPushes, type Pushes } from './push-feed.ts'
import { resolveInput, type Owner, type ResolveDeps } from './resolve-input.ts'
import { Timeline } from './timeline.ts'
import type { Tools } from './tools.ts'
import { silent } from './trouble.ts'

export interface CameraDeps extends ResolveDeps {
  clock: Clock
  log: Log
  relay: Relay
  tools(): Promise<Tools>
  /** What earlier looks told, by input key, so that a camera that comes back is not looked at again. */
  seen: Map<string, Look>
  /** How long a live camera may be silent. */
  silentAfterMs: number
}

export interface StreamOwner extends Owner { streamId: string }

interface OpenOptions { signal: AbortSignal; onFast?: (frame: FastFrame) => void }

/** A clip's keyframes are judged by its first two minutes, a live camera's by a few of them. */
const keyframesForS = { clip: 120, live: 3.5 }
/** Keyframes came often and now they do not: cameras with a "smart" codec stretch them while nothing moves. */
const sparseAfterMs = 3000
const firstPictureMs = 20_000
const lookMs = 15_000

/** The port one stream's camera node gets. */
export function createCameraPort(deps: CameraDeps, owner: StreamOwner): MediaPort {
  return { open: (spec, taps, options) => openCamera(deps, owner, spec, taps, options) }
}

async function* openCamera(deps: CameraDeps, owner: StreamOwner, spec: CameraSpec, taps: Taps, options: OpenOptions): AsyncGenerator<Frame, void, void> {
  const tools = await deps.tools()
  const resolved = await resolveInput(deps, spec, owner)
  const pushes = resolved.kind === 'browser' ? openPushes(deps.relay, owner.streamId) : undefined
  try {
    if (pushes) await waitForBrowser(deps, resolved, pushes, options.signal)
    const seen = await lookOnce(deps, tools, resolved, taps, options.signal)
    const input = { ...resolved, live: isLive(resolved, seen) }
    yield* decodeSparing(deps, tools, input, chooseReading(input, seen, taps), { taps, options, pushes })
  } finally {
    pushes?.close()
  }
}

async function waitForBrowser(deps: CameraDeps, input: Input, pushes: Pushes, signal: AbortSignal): Promise<void> {
  if (await pushes.waitForFirst(deps.clock, deps.silentAfterMs, signal)) return
  if (signal.aborted) throw new StoppedError()
  throw silent(input, Math.round(deps.silentAfterMs / 1000))
}

/** What comes over the network and has a length is a clip that ends; everything else there is live. */
function isLive(input: Input, seen: Look | undefined): boolean {
  if (input.kind === 'url') return seen?.durationS == null || !/^https?:/.test(input.source)
  return input.kind !== 'file'
}

async function lookOnce(deps: CameraDeps, tools: Tools, input: Input, taps: Taps, signal: AbortSignal): Promise<Look | undefined> {
  if (input.kind === 'browser' || input.kind === 'device') return undefined
  const isRtsp = /^rtsps?:/.test(input.source)
  // A fast tap wants every frame; then only a web address must be looked at, to learn what it serves.
  if (taps.fast && (input.kind === 'file' || isRtsp)) return undefined
  const known = deps.seen.get(input.key)
  if (known && input.kind !== 'file') return known
  const lookDeps = { clock: deps.clock, tools }
  const wait = { signal, timeoutMs: lookMs }
  const forS = input.kind === 'file' ? keyframesForS.clip : keyframesForS.live
  let seen = await look(lookDeps, input, isRtsp || input.kind === 'file' ? { ...wait, keyframesForS: forS } : wait)
  if (!isRtsp && input.kind === 'url' && !taps.fast && !seen.hasBFrames && !/jpeg/.test(seen.codec)) {
    seen = await look(lookDeps, input, { ...wait, keyframesForS: forS }).catch((error: unknown) => {
      if (isStopped(error)) throw error
      return seen
    })
  }
  deps.seen.set(input.key, seen)
  return seen
}

/** Decodes, and once more with every frame when a live camera turns out to send keyframes too rarely. */
async function* decodeSparing(
  deps: CameraDeps, tools: Tools, input: Input, reading: Reading, { taps, options, pushes }: { taps: Taps; options: OpenOptions; pushes: Pushes | undefined },
): AsyncGenerator<Frame, void, void> {
  const openedMs = deps.clock.nowMs()
  let seq = 0, fastSeq = 0
  const patience: Patience = { firstMs: firstPictureMs, nextMs: input.live ? deps.silentAfterMs : Infinity }
  const job = (baseS: number): Omit<Decoding, 'reading' | 'patience'> => ({
    input, taps, timeline: new Timeline({ live: input.live, baseS }), nextSeq: () => seq++, nextFastSeq: () => fastSeq++,
    onFast: options.onFast, feed: pushes?.feed, signal: options.signal,
  })
  const isSparing = input.live && reading.decode !== 'all'
  try {
    yield* decode({ ...deps, tools }, { ...job(0), reading, patience: isSparing ? { ...patience, nextMs: Math.min(sparseAfterMs, patience.nextMs) } : patience })
    return
  } catch (error) {
    if (seq === 0) deps.seen.delete(input.key)
    const isSparse = isSparing && error instanceof RetryableError && error.code === 'CAMERA_SILENT'
    if (!isSparse) throw error
  }
  deps.log.info({ camera: input.name }, 'Keyframes have become rare: decoding every frame from here on.')
  yield* decode({ ...deps, tools }, { ...job((deps.clock.nowMs() - openedMs) / 1000), reading: { ...reading, decode: 'all' }, patience })
}
