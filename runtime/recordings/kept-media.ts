// A camera whose pictures are kept while they go by: exactly those that the flow gets, with every mask burned in. Changes none of them.
import type { CameraSign, Clock, MediaPort } from '../../nodes/contract/capabilities.ts'
import { markOf, type Frame, type Taps } from '../../nodes/contract/frames.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import { keepLimits, type KeepLimits } from '../../nodes/contract/recording.ts'
import type { PictureKeeper, RecordingOwner, Recordings } from './records.ts'

const tellMs = 5_000

export interface KeptMediaOptions {
  recordings: Pick<Recordings, 'open'>
  clock: Pick<Clock, 'nowMs'>
  flow: string
  camera: string
  limits: KeepLimits
}

/** Where a person wants the stream's pictures kept. By stream: a node that points to several cameras has one for each. */
export function keepingWanted(
  media: MediaPort,
  { id, source }: Pick<PlanStream, 'id' | 'source'>,
  options: Omit<KeptMediaOptions, 'camera' | 'limits'>,
): MediaPort {
  const limits = keepLimits(source.config)
  return limits ? keepingMedia(media, { ...options, camera: id, limits }) : media
}

/** `media`, with what it shows kept. */
export function keepingMedia(media: MediaPort, options: KeptMediaOptions): MediaPort {
  return {
    async *open(spec, taps, given) {
      const keeper = options.recordings.open(ownerOf(options, taps), options.limits)
      const teller = newTeller(options, keeper, given.onSign)
      const { onFast } = given
      // The quick ones hold those of every second as well.
      const isQuick = taps.fast !== undefined && taps.keep === true && onFast !== undefined
      try {
        const frames = media.open(spec, taps, {
          ...given,
          ...(isQuick
            ? {
                onFast: (frame) => {
                  if (frame.jpeg) keeper.add({ atMs: options.clock.nowMs(), jpeg: frame.jpeg })
                  onFast(frame)
                },
              }
            : {}),
        })
        const each = frames[Symbol.asyncIterator]()
        try {
          for (;;) {
            const next = await each.next()
            if (next.done) return next.value
            if (!isQuick && isBurnt(next.value, taps)) keeper.add({ atMs: next.value.atMs, jpeg: next.value.full.jpeg })
            teller()
            yield next.value
          }
        } finally {
          await each.return?.()
        }
      } finally {
        await keeper.close()
      }
    },
  }
}

function ownerOf({ camera, flow }: KeptMediaOptions, { fast, filters, keep }: Taps): RecordingOwner {
  return { flow, camera, filters: filters ?? [], perS: fast && keep ? fast.fps : 1 }
}

/** Whatever is to be burned in is; a picture without its mark is never written. */
function isBurnt({ burnt = [] }: Frame, { filters = [] }: Taps): boolean {
  return filters.every((filter) => burnt.includes(markOf(filter)))
}

function newTeller(
  { clock }: KeptMediaOptions,
  keeper: PictureKeeper,
  onSign: ((sign: CameraSign) => void) | undefined,
): () => void {
  let toldMs = -Infinity
  return () => {
    const now = clock.nowMs()
    if (now - toldMs < tellMs) return
    toldMs = now
    onSign?.({ type: 'kept', kept: keeper.kept() })
  }
}
