// What the routes of recordings/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { PictureFilterSchema } from '../../nodes/contract/frames.ts'

/** Pictures of one stream without a hole. Instants in ISO 8601. */
export const StretchSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** Pictures a second, about. */
  perS: z.number(),
  /** Burned in already. */
  filters: z.array(PictureFilterSchema),
})
export type Stretch = z.infer<typeof StretchSchema>

/** What is kept of one camera of a flow. */
export const StreamRecordingSchema = z.object({
  stream: z.string(),
  camera: z.string(),
  bytes: z.number(),
  from: z.string(),
  to: z.string(),
  /** Oldest first. */
  stretches: z.array(StretchSchema),
})
export type StreamRecording = z.infer<typeof StreamRecordingSchema>

/** A picture of the past: of an event, of the seconds around one, or recorded. */
export const PastPictureSchema = z.object({
  at: z.string(),
  kind: z.enum(['event', 'around', 'recorded']),
  event: z.string().nullable(),
  url: z.string(),
})
export type PastPictureView = z.infer<typeof PastPictureSchema>

/** Oldest first; of many that lie close together, some. Whatever was recorded is told as stretches. */
export const PastPicturesSchema = z.object({
  pictures: z.array(PastPictureSchema),
  stretches: z.array(z.object({ from: z.string(), to: z.string() })),
})
export type PastPictures = z.infer<typeof PastPicturesSchema>

export const recordingsAnswers = {
  'GET /streams/:id/pictures': PastPicturesSchema,
  'GET /streams/:id/pictures/nearest': z.object({ picture: PastPictureSchema.nullable() }),
  'GET /streams/:id/pictures/:at': null,
  'GET /flows/:id/recordings': z.object({ recordings: z.array(StreamRecordingSchema) }),
  'GET /flows/:id/recordings/:camera/frame': null,
  'DELETE /flows/:id/recordings/:camera': null,
}
