// Events, their frames, and the decisions of the timeline: recorded facts, read page by page. Changes one thing only:
// who has acknowledged an event.
import type { Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { callerOf } from '../live/index.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import { addEventSoundRoute } from './sound-routes.ts'
import { parseInput, queryFields } from '../../nodes/contract/input.ts'

const { text, time, limit } = queryFields
const EventQuerySchema = z.object({ flow: text, kind: text, q: text, from: time, to: time, limit, cursor: text })
const DecisionQuerySchema = z.object({ stream: text, from: time, to: time, limit, cursor: text })

/** What an event's picture is never going to be again is kept by the browser for ever. */
const keepForEver = 'private, max-age=31536000, immutable'

function defined<T extends object>(values: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>
  }
}

/** `/api/events` and `/api/flows/:id/decisions`. */
export function addEventRoutes(api: Router, deps: HistoryRouteDeps): void {
  const { events } = deps

  api.get('/events', async (request, response) => {
    response.json(await events.list(defined(parseInput(EventQuerySchema, request.query, 'HTTP_QUERY_WRONG'))))
  })
  api.get('/events/:id', async (request, response) => {
    response.json(await events.get(request.params.id))
  })
  api.post('/events/:id/acknowledge', async (request, response) => {
    response.json((await events.acknowledge(request.params.id, callerOf(response)?.by ?? 'owner')).event)
  })
  api.get('/events/:id/frame', async (request, response) => {
    const jpeg = await events.frame(request.params.id)
    if (jpeg === undefined)
      throw new NotFoundError(
        'EVENT_FRAME_MISSING',
        'There is no picture with this event: it had none, or it is older than pictures are kept.',
      )
    response.set({ 'Content-Type': pictureType(jpeg), 'Cache-Control': keepForEver })
    response.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
  })

  addEventSoundRoute(api, deps)

  api.get('/flows/:id/decisions', async (request, response) => {
    const query = parseInput(DecisionQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    await deps.flows.get(request.params.id)
    response.json(await events.decisions({ flow: request.params.id, ...defined(query) }))
  })
}

/** A picture that came with an agent's answer need not be a JPEG. */
function pictureType(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png'
  return bytes[0] === 0x52 && bytes[8] === 0x57 ? 'image/webp' : 'image/jpeg'
}
