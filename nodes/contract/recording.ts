// How much of a camera's pictures is kept for rehearsals. Off unless a person says so; whoever keeps them asks here, by no field's name.
import { z } from 'zod'

export interface KeepLimits {
  /** Older pictures go. */
  forMs: number
  /** Of one stream. */
  mostBytes: number
}

/** What is kept of one stream now, for its card. */
export const KeptPicturesSchema = z.object({
  /** ISO 8601: the oldest picture; null while there is none. */
  fromAt: z.string().nullable(),
  bytes: z.number(),
  forMs: z.number(),
  /** In words: why nothing is kept now. */
  trouble: z.string().nullable(),
})
export type KeptPictures = z.infer<typeof KeptPicturesSchema>

const mib = 1024 * 1024
const defaultMb = 2000
const live = { field: 'kind', is: ['rtsp', 'url', 'device', 'browser', 'camera'] }

/** The fields of a camera that say it. */
export const keepFields = {
  keepHours: z.number().min(0).max(168).optional().meta({
    label: 'Keep for rehearsal',
    widget: 'number',
    unit: 'h',
    advanced: true,
    showIf: live,
    help: 'Keeps the last hours of pictures in the data folder, masked as the flow masks them, so that you can rehearse on them. 0 or empty: nothing is kept',
  }),
  keepMb: z
    .number()
    .int()
    .min(50)
    .max(1_000_000)
    .optional()
    .meta({
      label: 'At most',
      widget: 'number',
      unit: 'MB',
      advanced: true,
      showIf: live,
      placeholder: String(defaultMb),
      help: 'When it is more, the oldest pictures go first',
    }),
}

/** Null where nothing is to be kept; a clip is there anyway. */
export function keepLimits(config: Readonly<Record<string, unknown>>): KeepLimits | null {
  const { keepHours, keepMb, kind } = config
  if (typeof keepHours !== 'number' || keepHours <= 0 || kind === 'file') return null
  return { forMs: keepHours * 3_600_000, mostBytes: (typeof keepMb === 'number' ? keepMb : defaultMb) * mib }
}
