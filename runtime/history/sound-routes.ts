// What was spoken about an event, for players: whole once it is kept, piece by piece while it is still being spoken. Never waits
// for ever for a speaker that is gone, and never ends half a sound as if it were whole.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Request, Response, Router } from 'express'
import { z } from 'zod'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { NotFoundError, toError } from '../../nodes/contract/errors.ts'
import { sendRange } from './byte-range.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import { parseInput, queryFields } from '../../nodes/contract/input.ts'

const lookMs = 100
/** A speaker is silent for ten seconds at most; who is silent for longer is gone. */
const silenceMs = 15_000

const SoundQuerySchema = z.object({ node: queryFields.text })

type Sounds = Pick<HistoryRouteDeps['events'], 'sound' | 'soundPart'>
type Kept = NonNullable<Awaited<ReturnType<Sounds['sound']>>>
interface Place {
  id: string
  node: string
}

function missing(): NotFoundError {
  return new NotFoundError(
    'EVENT_SOUND_MISSING',
    'There is no sound with this event: nothing was spoken, or it is older than sounds are kept.',
  )
}

/** What comes, until it is whole; a speaker that breaks off or falls silent ends it with an error. */
async function* piecesOf(sounds: Sounds, { id, node }: Place, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const from = { position: 0, byte: 0 }
  for (let waitedMs = 0; waitedMs < silenceMs; waitedMs += lookMs) {
    const part = await sounds.soundPart(id, node, from)
    if (!part) break
    if (part.bytes.length > 0) {
      yield part.bytes
      waitedMs = 0
    }
    if (part.isFinished) return
    from.byte += part.bytes.length
    from.position = part.position
    await sleep(lookMs, undefined, { signal })
  }
  throw missing()
}

async function sendPieces(
  response: Response,
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  log: Log,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (!response.write(piece))
        await new Promise<void>((resolve) => {
          response.once('drain', resolve).once('close', resolve)
        })
      if (signal.aborted) return
    }
    response.end()
  } catch (error) {
    if (!signal.aborted) log.warn({ error: toError(error).message }, 'a sound broke off while somebody listened')
    // Cut off rather than ended: what was sent is not all of it.
    response.destroy()
  }
}

/** Safari asks for the first two bytes and wants to know of how many: that is known in the end. */
async function waitForWhole(sounds: Sounds, place: Place, signal: AbortSignal): Promise<Kept> {
  for await (const _piece of piecesOf(sounds, place, signal)) {
    /* Only its end matters. */
  }
  const sound = await sounds.sound(place.id, place.node)
  if (!sound?.isFinished) throw missing()
  return sound
}

function sendWhole(request: Request, response: Response, sound: Kept, isNamed: boolean): void {
  // Without the name of its node it is whichever is there: that may change.
  response.set({
    'Content-Type': sound.contentType,
    'Cache-Control': isNamed ? 'private, max-age=31536000, immutable' : 'private, no-cache',
  })
  sendRange(request, response, sound.bytes)
}

/** `GET /api/events/:id/audio?node=`; without a node the first sound that the event has. */
export function addEventSoundRoute(api: Router, { events, log }: { events: Sounds; log: Log }): void {
  api.get('/events/:id/audio', async (request, response) => {
    const { id } = request.params
    const { node } = parseInput(SoundQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    const sound = await events.sound(id, node)
    if (sound === undefined) throw missing()
    if (sound.isFinished) return sendWhole(request, response, sound, node !== undefined)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const place = { id, node: sound.node }
    const { range } = request.headers
    if (range !== undefined && !/^bytes=0-$/.test(range.trim())) {
      const whole = await waitForWhole(events, place, gone.signal).catch((error: unknown) => {
        if (gone.signal.aborted) return undefined
        throw error
      })
      if (whole) sendWhole(request, response, whole, node !== undefined)
      return
    }
    response.set({ 'Content-Type': sound.contentType, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
    if (request.method === 'HEAD') return void response.end()
    await sendPieces(response, piecesOf(events, place, gone.signal), gone.signal, log)
  })
}
