// Cameras on the web that send JPEGs in a form ffmpeg does not take: one picture a request (a snapshot address), or a stream of
// them without a boundary before the first. Both become the plain multipart stream that it knows. Never decodes a picture.
import { once } from 'node:events'
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { firstOf } from '../time-limit.ts'
import { JpegSplitter } from './jpeg-stream.ts'
import { asPart } from './push-feed.ts'

/** One picture a second is what is looked at; more would only be work for the camera. */
const pollMs = 1000

export type PictureForm = 'snapshot' | 'stream'

/** The form of an answer with these headers that begins with `first`; null for one that may go on as it is. */
export function pictureForm(given: IncomingMessage, first: Buffer): PictureForm | null {
  const type = (given.headers['content-type'] ?? '').toLowerCase()
  if (/^image\/(jpeg|jpg|pjpeg)\b/.test(type)) return 'snapshot'
  if (!type.startsWith('multipart/')) return null
  return /^\s*--/.test(first.subarray(0, 16).toString('latin1')) ? null : 'stream'
}

/**
 * Sends the pictures of `given`, and of a new answer every second while each holds a picture, until ffmpeg hangs up. Throws the
 * camera's trouble, in words that trouble.ts reads.
 */
export async function sendPictures(
  form: PictureForm,
  first: Buffer,
  given: IncomingMessage,
  answer: ServerResponse,
  ask: () => Promise<IncomingMessage>,
): Promise<void> {
  answer.useChunkedEncodingByDefault = false
  answer.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=heed' })
  const over = new AbortController()
  answer.once('close', () => over.abort())
  for (let head: Buffer | undefined = first, from = given; ; head = undefined) {
    const next = sleep(pollMs, undefined, { signal: over.signal }).catch(() => undefined)
    const pictures = await sendAll(from, head, answer)
    if (answer.closed || form === 'stream') break
    if (pictures === 0) throw new RetryableError('CAMERA_BROKEN', 'HTTP error 500: an answer without a picture')
    await next
    if (answer.closed) break
    from = await ask()
    const status = from.statusCode ?? 502
    if (status !== 200) {
      from.destroy()
      throw new RetryableError('CAMERA_BROKEN', `HTTP error ${status} ${STATUS_CODES[status] ?? ''}`)
    }
  }
  answer.end()
}

/** How many pictures an answer held. */
async function sendAll(from: IncomingMessage, head: Buffer | undefined, answer: ServerResponse): Promise<number> {
  const splitter = new JpegSplitter()
  let pictures = 0
  const send = async (chunk: Buffer): Promise<void> => {
    for (const { jpeg } of splitter.push(chunk)) {
      pictures++
      if (answer.closed) return
      if (!answer.write(asPart(jpeg))) await firstOf([once(answer, 'drain'), once(answer, 'close')])
    }
  }
  if (head) await send(head)
  for await (const chunk of from as AsyncIterable<Buffer>) {
    if (answer.closed) break
    await send(chunk)
  }
  return pictures
}
