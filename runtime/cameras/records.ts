// The shapes of cameras that are things of their own: as they are kept, as they are opened, as they are shown.
import type { CameraSpec } from '../../nodes/contract/capabilities.ts'
import type { CameraInfo } from '../../nodes/contract/cameras.ts'
import type { Point } from '../../nodes/contract/frames.ts'
import type { CameraTrial } from '../database/index.ts'
import type { CameraThing } from './route-answers.ts'

/** A camera as it may be shown: its login is never part of it. */
export type StoredCamera = CameraThing

/** A camera to be opened, its login filled in. */
export interface NamedCamera {
  spec: CameraSpec
  masks: Point[][]
  /** Changes with what it is opened with. */
  version: string
}

export interface NewCamera {
  name: string
  config: Record<string, unknown>
  tags: string[]
  masks: Point[][]
}

export interface CameraStore {
  list(): Promise<StoredCamera[]>
  infos(): Promise<CameraInfo[]>
  /** Throws NotFoundError CAMERA_UNKNOWN. */
  get(name: string): Promise<StoredCamera>
  /** Throws ConflictError CAMERA_EXISTS. */
  create(camera: NewCamera): Promise<void>
  /** `allow` sees what is stored, under a lock. */
  update(
    name: string,
    patch: Partial<Omit<NewCamera, 'name'>>,
    allow?: (stored: Record<string, unknown>) => void,
  ): Promise<void>
  /** Throws ConflictError CAMERA_IN_USE with who uses it. */
  remove(name: string): Promise<void>
  /** To be opened; throws NotFoundError CAMERA_UNKNOWN. */
  open(name: string): Promise<NamedCamera>
  version(name: string): Promise<string | null>
  /** `version`: of what was tried; a camera that was changed meanwhile keeps nothing of it. */
  keepTrial(name: string, version: string, trial: CameraTrial, picture: Uint8Array | null): Promise<void>
  picture(name: string): Promise<{ jpeg: Uint8Array; at: string } | null>
}
