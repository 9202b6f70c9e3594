// A clip whose pictures have been masked or cut before they were kept: that is not done to them once more, and they say that it was.
import type { MediaPort } from '../../nodes/contract/capabilities.ts'
import { FatalError } from '../../nodes/contract/errors.ts'
import { markOf, stillToBurn, type PictureFilter } from '../../nodes/contract/frames.ts'

/** `done` is absent for a clip that was uploaded: everything is still to do. */
export function burntMedia(media: MediaPort, done: readonly PictureFilter[] = []): MediaPort {
  if (done.length === 0) return media
  const marks = done.map(markOf)
  return {
    async *open(spec, taps, options) {
      const filters = stillToBurn(done, taps.filters ?? [])
      if (!filters) throw new FatalError('REHEARSAL_CUT_OTHERWISE', cutOtherwise)
      const { filters: _filters, ...others } = taps
      const frames = media.open(spec, { ...others, ...(filters.length > 0 ? { filters } : {}) }, options)
      for await (const frame of frames) yield { ...frame, burnt: [...marks, ...(frame.burnt ?? [])] }
      return 'finished'
    },
  }
}

export const cutOtherwise =
  'These pictures were cut when they were kept, and the flow cuts them otherwise now: what it would look at is not in them.'
