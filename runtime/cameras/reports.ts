// What the camera pages ask of the media.
import type { PictureFilter } from '../../nodes/contract/frames.ts'

export interface MediaLibrary {
  list(): Promise<{ path: string; bytes: number; uploadedAt: string }[]>
  /** Streams to disk; throws BadRequestError MEDIA_NOT_VIDEO, MEDIA_TOO_LARGE. */
  save(
    name: string,
    body: NodeJS.ReadableStream,
  ): Promise<{ path: string; bytes: number; width: number; height: number; durationS: number }>
  remove(path: string): Promise<void>
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

export type CameraReport =
  | { ok: true; width: number; height: number; fps: number; codec: string; durationS: number | null; snapshot: string }
  | { ok: false; code: string; message: string }
