// What the camera pages ask of the media.
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { MadeClips } from './made-clips.ts'
import type { CameraReport, MediaFile, UploadedMedia } from './route-answers.ts'

export type { CameraReport } from './route-answers.ts'

export interface MediaLibrary extends MadeClips {
  list(): Promise<MediaFile[]>
  /** Streams to disk; throws BadRequestError MEDIA_NOT_VIDEO, MEDIA_TOO_LARGE. */
  save(name: string, body: NodeJS.ReadableStream): Promise<UploadedMedia>
  remove(path: string): Promise<void>
  /** A clip's file on this machine, for a player. Throws NotFoundError MEDIA_NOT_FOUND, outside of the folders too. */
  fileOf(path: string): Promise<string>
  /** A drawn scene to watch where there is neither camera nor clip; made the first time. Throws MEDIA_FFMPEG_MISSING, MEDIA_EXAMPLE_FAILED. */
  example(): Promise<{ path: string; durationS: number }>
  /** Why no running process can play this clip, with the folders named; null when one can. Opens nothing. */
  whyMissing(path: string): Promise<{ code: string; message: string } | null>
  /** Tries a camera or clip once: size, rate, codec and a snapshot, or what is wrong in words. */
  probe(
    config: Record<string, unknown>,
    owner?: { flowId: string; nodeId: string },
    filters?: PictureFilter[],
  ): Promise<CameraReport>
}
