// Where a clip's path leads on disk. Nothing outside the media folder and HEED_MEDIA_DIRS is ever opened, not even to look.
import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, normalize, sep } from 'node:path'
import { FatalError } from '../../nodes/contract/errors.ts'

export interface ClipFolders {
  /** Clips people uploaded; relative paths start here. */
  media: string
  /** HEED_MEDIA_DIRS: absolute paths may lead below these. */
  extra: string[]
}

export interface ClipTrouble {
  code: string
  message: string
}

/** The real path of a clip. Throws FatalError CAMERA_PATH_REFUSED, CAMERA_NOT_FOUND. */
export async function resolveClip(path: string, folders: ClipFolders): Promise<string> {
  const allowed = [folders.media, ...folders.extra]
  const wanted = normalize(isAbsolute(path) ? path : join(folders.media, path))
  // Judged by its letters first, so that a refusal never tells whether a file elsewhere exists.
  if (path.includes('\0') || !allowed.some((folder) => isBelow(wanted, normalize(folder)))) throw refuse(path)
  const real = await realpath(wanted).catch(() => undefined)
  if (real === undefined) throw missing(path)
  const roots = await Promise.all(allowed.map((folder) => realpath(folder).catch(() => undefined)))
  if (!roots.some((root) => root !== undefined && isBelow(real, root))) throw refuse(path)
  if (!(await stat(real).catch(() => undefined))?.isFile()) throw missing(path)
  return real
}

/** True when `path` lies inside `folder`; both absolute and normalized. */
export function isBelow(path: string, folder: string): boolean {
  const base = folder.endsWith(sep) ? folder : folder + sep
  return path.startsWith(base) && path.length > base.length
}

/** Why a clip cannot be played in this process, with the folders named; null when it can. Opens nothing. */
export async function whyNoClip(path: string, folders: ClipFolders): Promise<ClipTrouble | null> {
  try {
    await resolveClip(path, folders)
    return null
  } catch (error) {
    if (!(error instanceof FatalError)) throw error
    const { code } = error
    const below = [folders.media, ...folders.extra].join(', ')
    return code === 'CAMERA_PATH_REFUSED'
      ? {
          code,
          message: `"${path}" is outside the folders Heed may read: ${below}. Upload the clip, or name its folder in HEED_MEDIA_DIRS and restart.`,
        }
      : {
          code,
          message: `There is no clip "${path}" in the media folder ${folders.media} or below HEED_MEDIA_DIRS (${folders.extra.join(', ') || 'none'}). Upload it, or choose another one.`,
        }
  }
}

function refuse(path: string): FatalError {
  return new FatalError(
    'CAMERA_PATH_REFUSED',
    `"${path}" is outside the folders Heed may read. Upload the clip, or name its folder in HEED_MEDIA_DIRS and restart.`,
  )
}

function missing(path: string): FatalError {
  return new FatalError('CAMERA_NOT_FOUND', `There is no clip "${path}". Upload it, or choose another one.`)
}
