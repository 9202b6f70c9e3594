// The shapes that this folder owns.
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { KeepLimits, KeptPictures } from '../../nodes/contract/recording.ts'
import type { StreamRecording } from './route-answers.ts'

export type { StreamRecording, Stretch } from './route-answers.ts'

/** Whose pictures they are, and what has been done to them before they were kept. */
export interface RecordingOwner {
  flow: string
  /** The stream's part in its flow: the camera node's id, and of one that points to cameras which one. */
  camera: string
  /** Burned in already, masks among them: never to be taken out again. */
  filters: PictureFilter[]
  /** Pictures a second, about. */
  perS: number
}

export interface KeptPicture {
  /** Wall clock, ms since 1970. */
  atMs: number
  jpeg: Uint8Array
}

/** What one session's pictures go through; bounded, never waits, never throws. */
export interface PictureKeeper {
  add(picture: KeptPicture): void
  kept(): KeptPictures
  /** Resolves once all that came so far is on disk, or given up. */
  written(): Promise<void>
  close(): Promise<void>
}

export interface Recordings {
  open(owner: RecordingOwner, limits: KeepLimits): PictureKeeper
  list(flow: string): Promise<StreamRecording[]>
  /** The pictures between two instants, oldest first, across holes. */
  pictures(stream: { flow: string; camera: string }, fromMs: number, toMs: number): AsyncIterable<KeptPicture>
  /** The newest at or before an instant, at most a minute older. */
  pictureAt(stream: { flow: string; camera: string }, atMs: number): Promise<KeptPicture | undefined>
  /** All that is kept of a stream, or of a flow. */
  forget(flow: string, camera?: string): Promise<void>
  /** What is too old goes, also of streams that run no more; `isFlow` says which flows are left. */
  sweep(isFlow: (flow: string) => boolean): Promise<void>
}
