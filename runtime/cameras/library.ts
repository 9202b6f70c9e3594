// Clips people uploaded, in the data folder's `media`. A name never leads out of it, and what is no video does not stay.
import { createWriteStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BadRequestError, CodedError, FatalError, NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'
import type { MediaLibrary } from './reports.ts'
import { reportCamera } from './camera-report.ts'
import type { CameraDeps } from './camera.ts'
import { createExample } from './example-clip.ts'
import { besideClip, createMadeClips } from './made-clips.ts'
import type { ClipFinder } from './clip-finder.ts'
import { resolveClip } from './clip-path.ts'
import { look, type Look } from './look.ts'
import { resolveInput } from './resolve-input.ts'

/** Uploads in progress; left over after a crash, they go with the next upload a day later. */
const unfinished = '.upload-'
const helperTroubles = new Set(['MEDIA_FFMPEG_MISSING', 'MEDIA_FFMPEG_NOT_NOW', 'CAMERA_HELPER_DIED'])
const dayMs = 24 * 3600 * 1000

export function createLibrary(deps: CameraDeps, options: { maxUploadBytes: number; clips: ClipFinder }): MediaLibrary {
  const folder = deps.folders.media
  let uploads = 0
  return {
    list: () => listClips(folder),
    save: async (name, body) => {
      await mkdir(folder, { recursive: true })
      await sweep(folder, deps.clock.nowMs())
      const part = `${unfinished}${process.pid}-${deps.clock.nowMs()}-${uploads++}`
      try {
        const bytes = await receive(join(folder, part), body, options.maxUploadBytes)
        const seen = await verify(deps, part, name)
        const path = await place(folder, part, safeName(name))
        return { path, bytes, width: seen.width, height: seen.height, durationS: seen.durationS ?? 0 }
      } catch (error) {
        await rm(join(folder, part), { force: true })
        throw error
      }
    },
    remove: async (path) => {
      if (path !== safeName(path)) throw notFound(path)
      await unlink(join(folder, path)).catch(() => {
        throw notFound(path)
      })
      await rm(besideClip(join(folder, path)), { force: true })
    },
    fileOf: async (path) => {
      try {
        return await resolveClip(path, deps.folders)
      } catch (error) {
        if (!(error instanceof FatalError)) throw error
        throw notFound(path)
      }
    },
    example: createExample(deps),
    ...createMadeClips(deps, place),
    whyMissing: async (path) => {
      const found = await options.clips.find(path)
      return found.place === 'nowhere' ? found.trouble : null
    },
    probe: (config, owner, filters) => reportCamera(deps, config, owner, filters),
  }
}

/** A file name that means nothing to a shell, a URL or a folder; at most 120 characters. */
export function safeName(name: string): string {
  const last = name.normalize('NFC').split(/[\\/]/).at(-1) ?? ''
  const { name: stem, ext } = parse(last.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, ''))
  const cleanStem = [...stem.replace(/-+$/, '')].slice(0, 100).join('')
  return `${cleanStem || 'clip'}${[...ext.toLowerCase()].slice(0, 12).join('')}`
}

async function listClips(folder: string): Promise<{ path: string; bytes: number; uploadedAt: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const clips = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(async ({ name }) => {
        const info = await stat(join(folder, name)).catch(() => undefined)
        return info && info.size > 0 ? [{ path: name, bytes: info.size, uploadedAt: info.mtime.toISOString() }] : []
      }),
  )
  return clips.flat().sort((a, b) => b.uploadedAt.localeCompare(a.uploadedAt) || a.path.localeCompare(b.path))
}

async function receive(path: string, body: NodeJS.ReadableStream, maxBytes: number): Promise<number> {
  let bytes = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > maxBytes ? tooLarge(maxBytes) : null, chunk)
    },
  })
  try {
    await pipeline(body, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
      throw new RetryableError(
        'MEDIA_DISK_FULL',
        "There is no room left on this machine's disk for the clip. Remove other clips, or make room.",
        { cause: error },
      )
    }
    if (error instanceof CodedError) throw error
    throw new BadRequestError('MEDIA_INTERRUPTED', 'The upload broke off before its end. Try it again.', {
      cause: error,
    })
  }
  return bytes
}

async function verify(deps: CameraDeps, part: string, name: string): Promise<Look> {
  const tools = await deps.tools()
  const input = { ...(await resolveInput(deps, { kind: 'file', path: part })), name: `clip "${safeName(name)}"` }
  try {
    return await look({ ...deps, tools }, input, { signal: new AbortController().signal, timeoutMs: 20_000 })
  } catch (error) {
    // A reader that was killed has said nothing about the clip.
    const isOfHelper = error instanceof CodedError && helperTroubles.has(error.code)
    if (!(error instanceof CodedError) || isOfHelper) throw error
    throw new BadRequestError(
      'MEDIA_NOT_VIDEO',
      `"${safeName(name)}" is not a video Heed can read. MP4, MOV, MKV, WebM and AVI work.`,
      { cause: error },
    )
  }
}

/** Gives the upload its name; a taken one gets -2, -3 and so on. */
async function place(folder: string, part: string, wanted: string): Promise<string> {
  const { name, ext } = parse(wanted)
  for (let number = 1; ; number++) {
    const path = number === 1 ? wanted : `${name}-${number}${ext}`
    try {
      // Reserved first: two uploads of one name at the same time must not overwrite each other.
      await (await open(join(folder, path), 'wx', 0o600)).close()
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      throw error
    }
    await rename(join(folder, part), join(folder, path))
    return path
  }
}

async function sweep(folder: string, nowMs: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const info = name.startsWith(unfinished) ? await stat(join(folder, name)).catch(() => undefined) : undefined
    if (info && nowMs - info.mtimeMs > dayMs) await rm(join(folder, name), { force: true })
  }
}

function tooLarge(maxBytes: number): BadRequestError {
  return new BadRequestError(
    'MEDIA_TOO_LARGE',
    `The clip is larger than ${Math.floor(maxBytes / 1024 ** 2)} MiB. Cut it, or put it into a folder named in HEED_MEDIA_DIRS.`,
    { details: { maxBytes } },
  )
}

function notFound(path: string): NotFoundError {
  return new NotFoundError('MEDIA_NOT_FOUND', `There is no clip "${path}".`)
}
