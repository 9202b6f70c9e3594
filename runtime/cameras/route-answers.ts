// What the routes of cameras/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'

/** A clip in the library. */
export const MediaFileSchema = z.object({ path: z.string(), bytes: z.number(), uploadedAt: z.string() })
export type MediaFile = z.infer<typeof MediaFileSchema>

export const UploadedMediaSchema = z.object({
  path: z.string(),
  bytes: z.number(),
  width: z.number(),
  height: z.number(),
  durationS: z.number(),
})
export type UploadedMedia = z.infer<typeof UploadedMediaSchema>

/** What a camera sends, with a picture as a data URL, or what is wrong with it in words. */
export const CameraReportSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    width: z.number(),
    height: z.number(),
    fps: z.number(),
    codec: z.string(),
    durationS: z.number().nullable(),
    snapshot: z.string(),
  }),
  z.object({ ok: z.literal(false), code: z.string(), message: z.string() }),
])
export type CameraReport = z.infer<typeof CameraReportSchema>

export const camerasAnswers = {
  'GET /media': z.object({ media: z.array(MediaFileSchema) }),
  'POST /media': UploadedMediaSchema,
  'GET /media/clip': null,
  'POST /media/example': z.object({ path: z.string(), durationS: z.number() }),
  'DELETE /media/*path': null,
}
