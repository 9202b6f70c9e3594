// What the routes of cameras/ answer. Schemas only: the editor takes their types, a test holds real answers against them.
import { z } from 'zod'
import { CameraStatusSchema, streamStates } from '../../nodes/contract/events.ts'
import { NextSchema } from '../../nodes/contract/input.ts'

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

const PointSchema = z.object({ x: z.number(), y: z.number() })

/** A camera that is a thing of its own; its login is never part of it. */
export const CameraThingSchema = z.object({
  /** Part of its streams' ids; never changes. */
  id: z.string(),
  name: z.string(),
  config: z.record(z.string(), z.unknown()),
  tags: z.array(z.string()),
  /** Covered in every picture that leaves the decoder. */
  masks: z.array(z.array(PointSchema)),
  /** What came of opening it the last time somebody tried. */
  trial: z.object({ ok: z.boolean(), at: z.string(), text: z.string(), code: z.string().optional() }).nullable(),
  pictureAt: z.string().nullable(),
  /** Nodes of the newest documents that name it or its tag. */
  usedBy: z.array(z.object({ flow: z.string(), name: z.string(), node: z.string() })),
  /** Streams that watch it now, or should. */
  streams: z.array(
    z.object({
      id: z.string(),
      flow: z.string(),
      state: z.enum(streamStates),
      reason: z.string().nullable(),
      camera: CameraStatusSchema.nullable(),
    }),
  ),
})
export type CameraThing = z.infer<typeof CameraThingSchema>

/** One line of a list of cameras, and what is wrong with it. */
const CameraLineSchema = z.object({
  line: z.number(),
  name: z.string(),
  ok: z.boolean(),
  message: z.string().optional(),
})
export type CameraLine = z.infer<typeof CameraLineSchema>

/** A camera that has answered in the network; `service` is where its device service does. */
const FoundCameraSchema = z.object({ service: z.string(), host: z.string(), name: z.string(), model: z.string() })
export type FoundCamera = z.infer<typeof FoundCameraSchema>

/** One of its pictures, the address without a login. */
const FoundProfileSchema = z.object({
  name: z.string(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  url: z.string(),
})
export type FoundProfile = z.infer<typeof FoundProfileSchema>

export const camerasAnswers = {
  'GET /cameras': z.object({ cameras: z.array(CameraThingSchema) }),
  'POST /cameras': CameraThingSchema,
  'POST /cameras/bulk': z.object({ lines: z.array(CameraLineSchema), good: z.number() }),
  'POST /cameras/discover': z.object({ found: z.array(FoundCameraSchema) }),
  'POST /cameras/discover/profiles': z.object({ profiles: z.array(FoundProfileSchema) }),
  'GET /cameras/:name': CameraThingSchema,
  'PUT /cameras/:name': CameraThingSchema,
  'DELETE /cameras/:name': null,
  'GET /cameras/:name/picture': null,
  'POST /cameras/:name/test': CameraReportSchema,
  'GET /media': z.object({ media: z.array(MediaFileSchema), next: NextSchema }),
  'POST /media': UploadedMediaSchema,
  'GET /media/clip': null,
  'POST /media/example': z.object({ path: z.string(), durationS: z.number() }),
  'DELETE /media/*path': null,
}
