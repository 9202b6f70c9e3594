// Live cameras at the least cost: every frame is decoded at first, so that pictures come at once; meanwhile a look finds out
// whether keyframes would do, and a cheaper decoder takes over without a gap. Whatever fails there, the first one goes on.
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import { decode, type DecoderDeps, type Decoding } from './decoder.ts'
import { chooseReading, look, type Look } from './look.ts'

export interface KeyframesOnlyDeps extends DecoderDeps {
  seen: Map<string, Look>
}

interface Takeover {
  frames: AsyncGenerator<Frame, void, void>
}

/** A few keyframes of a camera that sends one a second. */
const keyframesForS = 3.5
const lookMs = 12_000
/** Keyframes came often and now they do not: cameras with a "smart" codec stretch them while nothing moves. */
const sparseAfterMs = 3000

/*
 * every frame ──look says keyframes are frequent──► keyframes (or: without unreferenced frames)
 *                                                      │ none for 3 s
 * every frame, to the end ◄────────────────────────────┘
 */
export async function* decodeKeyframesOnly(deps: KeyframesOnlyDeps, job: Decoding): AsyncGenerator<Frame, void, void> {
  const over = new AbortController()
  const signal = AbortSignal.any([job.signal, over.signal])
  const withReading = (reading: Decoding['reading']): Decoding => ({
    ...job,
    reading,
    signal,
    patience: { ...job.patience, nextMs: Math.min(sparseAfterMs, job.patience.nextMs), isStrict: true },
  })
  let preparing: Promise<void> = Promise.resolve()
  let takeover: Takeover | undefined
  let lastS = -1
  try {
    let isReduced = job.reading.decode !== 'all'
    let current = decode(deps, isReduced ? withReading(job.reading) : { ...job, signal })
    let isPrepared = isReduced
    for (;;) {
      const next = await nextOrSparse(current, isReduced, job.patience.nextMs)
      if (next === 'sparse') {
        deps.log.info({ camera: job.input.name }, 'Keyframes have become rare: every frame is decoded from here on.')
        current = decode(deps, { ...job, reading: { ...job.reading, decode: 'all' }, signal })
        isReduced = false
        continue
      }
      if (next.done) return
      // A decoder that takes over holds pictures from before its turn.
      if (next.value.mediaTimeS > lastS) yield next.value
      lastS = Math.max(lastS, next.value.mediaTimeS)
      if (!isPrepared) {
        isPrepared = true
        preparing = prepare(deps, job, withReading, signal).then((ready) => {
          takeover = ready
        })
      }
      if (takeover) {
        await current.return()
        current = takeover.frames
        takeover = undefined
        isReduced = true
      }
    }
  } finally {
    over.abort()
    await preparing
    await takeover?.frames.return()
  }
}

/** The next frame; 'sparse' when a decoder that leaves frames out has fallen silent before a camera would count as silent. */
async function nextOrSparse(
  frames: AsyncGenerator<Frame, void, void>,
  isReduced: boolean,
  silentAfterMs: number,
): Promise<IteratorResult<Frame, void> | 'sparse'> {
  try {
    return await frames.next()
  } catch (error) {
    if (isReduced && silentAfterMs > sparseAfterMs && error instanceof RetryableError && error.code === 'CAMERA_SILENT')
      return 'sparse'
    throw error
  }
}

/** A cheaper decoder that already gives pictures; undefined when there is none, or the camera serves only one viewer. */
async function prepare(
  deps: KeyframesOnlyDeps,
  job: Decoding,
  withReading: (reading: Decoding['reading']) => Decoding,
  signal: AbortSignal,
): Promise<Takeover | undefined> {
  try {
    const seen = await look(deps, job.input, { signal, timeoutMs: lookMs, keyframesForS })
    deps.seen.set(job.input.key, seen)
    const reading = chooseReading(job.input, seen, job.taps)
    if (reading.decode === 'all') return undefined
    const frames = decode(deps, withReading(reading))
    const first = await frames.next()
    return first.done ? undefined : { frames }
  } catch {
    // Only an attempt to decode less: the camera itself is being watched by the decoder that runs.
    return undefined
  }
}
