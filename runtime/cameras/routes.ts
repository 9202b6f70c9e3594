// Clips for file sources: streamed to the library as they arrive, never held in memory, never under a client's own path.
import { basename, extname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Request, Response, Router } from 'express'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { firstOf } from '../time-limit.ts'
import type { CamerasRouteDeps } from './route-deps.ts'
import type { MediaLibrary } from './reports.ts'
import { ListQuerySchema, pageOf, parseInput } from '../../nodes/contract/input.ts'

type Saved = Awaited<ReturnType<MediaLibrary['save']>>

function openForm(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: request.headers,
      defParamCharset: 'utf8',
      limits: { files: 1, fields: 20, fieldSize: 4096, parts: 30 },
    })
  } catch (cause) {
    throw new BadRequestError(
      'MEDIA_NOT_MULTIPART',
      'Send the clip as multipart/form-data, in one part with a file name.',
      { cause },
    )
  }
}

/** Backslashes too: a browser on Windows may send its whole path. */
function fileName(given: string | undefined): string {
  return basename((given ?? '').replaceAll('\\', '/')).slice(0, 200) || 'clip'
}

/** The first file of a form, saved; a refusal of the library ends the upload at once. */
async function receiveClip(request: Request, media: MediaLibrary): Promise<Saved> {
  const form = openForm(request)
  let saving: Promise<Saved> | undefined
  let isBroken = false
  const refused = new Promise<never>((_resolve, reject) => {
    form.on('file', (_field, file, info) => {
      file.on('error', () => {
        isBroken = true
      })
      saving = media.save(fileName(info.filename), file)
      saving.catch((thrown: unknown) => {
        file.resume()
        reject(thrown)
      })
    })
  })
  refused.catch(() => {})
  const read = pipeline(request, form, { end: true })
  read.catch(() => {})
  try {
    await firstOf([read, refused])
  } catch (thrown) {
    if (saving === undefined || isBroken) {
      throw new BadRequestError('MEDIA_UPLOAD_BROKEN', 'The upload broke off or cannot be read. Try again.', {
        cause: thrown,
      })
    }
    throw thrown
  }
  if (saving === undefined)
    throw new BadRequestError(
      'MEDIA_FILE_MISSING',
      'There is no file in this upload. Send the clip in one part with a file name.',
    )
  return saving
}

/** What is played in a page; anything else is only offered to be kept, never shown. */
const videoTypes: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.mov': 'video/mp4',
  '.webm': 'video/webm',
  '.mkv': 'video/webm',
  '.ogv': 'video/ogg',
}

/** Parts too: a player that seeks asks for them. */
async function sendClip(media: MediaLibrary, request: Request, response: Response): Promise<void> {
  const { path } = request.query
  const file = await media.fileOf(typeof path === 'string' ? path : '')
  response.set({
    'Content-Type': videoTypes[extname(file).toLowerCase()] ?? 'application/octet-stream',
    'Content-Disposition': 'inline',
    'Cache-Control': 'private, no-cache',
  })
  await new Promise<void>((resolve, reject) => {
    // The data folder may be called `.heed`.
    response.sendFile(file, { dotfiles: 'allow', cacheControl: false }, (error) => {
      if (error && !response.headersSent) reject(error)
      else resolve()
    })
  })
}

/** `/api/media`. */
export function addMediaRoutes(api: Router, deps: CamerasRouteDeps): void {
  api.get('/media', async (request, response) => {
    const query = parseInput(ListQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const { page, ...more } = pageOf(
      await deps.media.list(),
      (clip) => `${clip.uploadedAt} ${clip.path}`,
      query,
      'down',
    )
    response.json({ media: page, ...more })
  })
  api.get('/media/clip', (request, response) => sendClip(deps.media, request, response))
  api.post('/media', async (request, response) => {
    response.status(201).json(await receiveClip(request, deps.media))
  })
  api.post('/media/example', async (_request, response) => {
    response.status(201).json(await deps.media.example())
  })
  api.delete('/media/*path', async (request, response) => {
    const parts = request.params.path
    if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\/]/.test(part))) {
      throw new BadRequestError(
        'MEDIA_PATH_INVALID',
        'This is not the path of a clip. Use one from the list under /api/media.',
      )
    }
    await deps.media.remove(parts.join('/'))
    response.status(204).end()
  })
}
