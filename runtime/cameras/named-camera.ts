// A camera that is a thing of its own, on its way to be opened: what its name stands for now, its masks before all others, and opened
// anew as soon as it is changed. Never keeps a login longer than it takes to open.
import type { CameraSpec, Clock, Log, SourceEnd } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError } from '../../nodes/contract/errors.ts'
import type { Frame, Taps } from '../../nodes/contract/frames.ts'
import type { QueueBus } from '../live/index.ts'
import type { CameraStore } from './records.ts'

export interface NamedCameraDeps {
  clock: Clock
  log: Log
  /** Absent where no camera has a name: in rehearsals and tests of one camera. */
  named?: Pick<CameraStore, 'open' | 'version'>
  /** Brings the word that a camera was changed; one that is lost is made up for within half a minute. */
  bus?: Pick<QueueBus, 'subscribe'> | undefined
}

const askAgainMs = 30_000

type Open = (spec: CameraSpec, taps: Taps, signal: AbortSignal) => AsyncGenerator<Frame, SourceEnd, void>

/** Throws NotFoundError CAMERA_UNKNOWN; RetryableError CAMERA_CHANGED once it is to be opened as something else. */
export async function* openNamed(
  deps: NamedCameraDeps & { named: NonNullable<NamedCameraDeps['named']> },
  spec: CameraSpec,
  taps: Taps,
  signal: AbortSignal,
  open: Open,
): AsyncGenerator<Frame, SourceEnd, void> {
  const name = spec.camera ?? ''
  const { spec: stored, masks, version } = await deps.named.open(name)
  const changed = new AbortController()
  const stopLooking = followChanges(deps, name, version, changed)
  const filters = masks.length > 0 ? [{ do: 'mask' as const, polygons: masks }, ...(taps.filters ?? [])] : taps.filters
  const wanted: CameraSpec = {
    ...stored,
    ...(stored.kind === 'file' ? { loop: true } : {}),
    ...(spec.startAtS === undefined ? {} : { startAtS: spec.startAtS }),
  }
  try {
    return yield* open(wanted, { ...taps, ...(filters ? { filters } : {}) }, AbortSignal.any([signal, changed.signal]))
  } catch (error) {
    if (!changed.signal.aborted || signal.aborted || !isStopped(error)) throw error
    throw new RetryableError('CAMERA_CHANGED', `“${name}” was changed and is opened again.`, {
      cause: error,
      retryAfterMs: 0,
    })
  } finally {
    stopLooking()
  }
}

function followChanges(
  { bus, clock, log, named }: NamedCameraDeps & { named: Pick<CameraStore, 'version'> },
  name: string,
  version: string,
  changed: AbortController,
): () => void {
  const over = new AbortController()
  const unsubscribe = bus?.subscribe((message) => {
    if (message.type === 'camera' && message.name === name) changed.abort()
  })
  const look = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await clock.sleep(askAgainMs, over.signal)
      try {
        const now = await named.version(name)
        if (now !== null && now !== version) changed.abort()
      } catch (error) {
        log.warn({ camera: name, err: error }, 'whether this camera was changed could not be asked; it is asked again')
      }
    }
  }
  look().catch((error: unknown) => {
    if (!isStopped(error)) log.error({ camera: name, err: error }, 'changes of this camera are not followed any more')
  })
  return () => {
    over.abort()
    unsubscribe?.()
  }
}
