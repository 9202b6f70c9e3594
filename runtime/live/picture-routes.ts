// Pictures of a running camera: the latest one, and moving ones while somebody watches. Never keeps more than the newest
// picture for a slow watcher.
import type { Response, Router } from 'express'
import { NotFoundError, RetryableError } from '../../nodes/contract/errors.ts'
import { callerOf } from './caller.ts'
import type { LiveRouteDeps } from './route-deps.ts'
import type { OpenLines } from './open-lines.ts'

const waitMs = 3000
const boundary = 'heed-frame'

/** The flow of a stream; throws NotFoundError STREAM_NOT_FOUND. */
export async function assertStream(deps: LiveRouteDeps, id: string): Promise<void> {
  if ((await deps.deployments.streamFlow(id)) !== undefined) return
  throw new NotFoundError(
    'STREAM_NOT_FOUND',
    `There is no stream “${id.slice(0, 140)}”. Deploy its flow first; the flow's status lists its streams.`,
  )
}

function asBuffer(jpeg: Uint8Array): Buffer {
  return Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength)
}

/** Writes pictures as they come; while the socket is full only the newest one waits. */
function showPictures(response: Response): { show(jpeg: Uint8Array): void } {
  let isFull = false
  let newest: Uint8Array | undefined
  const write = (jpeg: Uint8Array): void => {
    if (response.writableEnded || response.destroyed) return
    response.cork()
    response.write(`Content-Type: image/jpeg\r\nContent-Length: ${jpeg.byteLength}\r\n\r\n`)
    response.write(asBuffer(jpeg))
    // The next boundary at once: browsers draw a part only when they see where it ends.
    isFull = !response.write(`\r\n--${boundary}\r\n`)
    response.uncork()
  }
  response.on('drain', () => {
    isFull = false
    const jpeg = newest
    newest = undefined
    if (jpeg) write(jpeg)
  })
  return {
    show: (jpeg) => {
      if (isFull) newest = jpeg
      else write(jpeg)
    },
  }
}

/** `/api/streams/:id/frame` and `/live`. With `?absent=empty` no picture is an empty answer, not a refusal. */
export function addStreamRoutes(api: Router, deps: LiveRouteDeps, lines: OpenLines): void {
  api.get('/streams/:id/frame', async (request, response) => {
    await assertStream(deps, request.params.id)
    const jpeg = await deps.relay.latest(`stream:${request.params.id}`, waitMs)
    if (jpeg === undefined) {
      // For pages that ask again and again: a refusal each time would fill the browser's console.
      if (request.query['absent'] === 'empty') {
        response.status(204).set('Cache-Control', 'no-store').end()
        return
      }
      throw new RetryableError(
        'STREAM_NO_PICTURE',
        `No picture came from this camera for ${waitMs / 1000} s. It is starting, lost or stopped; the flow's status says which.`,
      )
    }
    response.set({ 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' }).send(asBuffer(jpeg))
  })

  api.get('/streams/:id/live', async (request, response) => {
    await assertStream(deps, request.params.id)
    if (response.closed) return
    response.writeHead(200, {
      'Content-Type': `multipart/x-mixed-replace; boundary=${boundary}`,
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    response.write(`--${boundary}\r\n`)
    const pictures = showPictures(response)
    const unsubscribe = deps.relay.subscribe(`stream:${request.params.id}`, pictures.show)
    const release = lines.hold(callerOf(response), () => response.end())
    response.once('close', () => {
      unsubscribe()
      release()
    })
  })
}
