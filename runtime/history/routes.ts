// Events, their frames, and the decisions of the timeline: recorded facts, read page by page. Changes one thing only:
// who has acknowledged an event.
import type { Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { callerOf } from '../live/index.ts'
import type { EventView, TraceView } from './records.ts'
import type { HistoryRouteDeps } from './route-deps.ts'
import { sendRange } from './byte-range.ts'
import { addEventSoundRoute } from './sound-routes.ts'
import { addExportRoute, EventQuerySchema } from './export-routes.ts'
import { addTimelineRoutes, defined } from './timeline-routes.ts'
import { parseInput, queryFields, requireBody } from '../../nodes/contract/input.ts'
import { reasonOf } from '../../nodes/contract/trace.ts'
import type { TraceAnswer } from './route-answers.ts'
import { SeenAllSchema, VerdictSchema } from './route-bodies.ts'

const { text, time, limit } = queryFields
const DecisionQuerySchema = z.object({ stream: text, from: time, to: time, limit, cursor: text })

/** Of one acknowledgement; whoever shows more reads them again. */
const mostTold = 100
/** What an event's picture is never going to be again is kept by the browser for ever. */
const keepForEver = 'private, max-age=31536000, immutable'

/** Every open browser hears that nobody need look any more. */
export function tellSeen(bus: HistoryRouteDeps['bus'], event: EventView, ids: readonly string[]): void {
  const { flow, acknowledgedAt, acknowledgedBy } = event
  if (ids.length > 0 && acknowledgedAt !== null)
    bus.publish({ type: 'seen', flow, ids: ids.slice(0, mostTold), at: acknowledgedAt, by: acknowledgedBy ?? '' })
}

/** `/api/events` and `/api/flows/:id/decisions`. */
export function addEventRoutes(api: Router, deps: HistoryRouteDeps): void {
  const { events } = deps

  api.get('/events', async (request, response) => {
    response.json(await events.list(defined(parseInput(EventQuerySchema, request.query, 'HTTP_QUERY_WRONG'))))
  })
  addExportRoute(api, deps)
  api.get('/events/:id', async (request, response) => {
    response.json(await events.get(request.params.id))
  })
  api.post('/events/acknowledge', async (request, response) => {
    const by = callerOf(response)?.by ?? 'owner'
    const seen = await events.acknowledgeAll(defined(parseInput(SeenAllSchema, requireBody(request.body))), by)
    for (const [flow, ids] of Map.groupBy(seen, (each) => each.flow))
      deps.bus.publish({
        type: 'seen',
        flow,
        ids: ids.slice(0, mostTold).map(({ id }) => id),
        at: new Date(deps.nowMs()).toISOString(),
        by,
      })
    response.json({ seen: seen.length })
  })
  api.post('/events/:id/acknowledge', async (request, response) => {
    const { event, seen } = await events.acknowledge(request.params.id, callerOf(response)?.by ?? 'owner')
    tellSeen(deps.bus, event, seen)
    response.json(event)
  })
  api.put('/events/:id/verdict', async (request, response) => {
    const { verdict } = parseInput(VerdictSchema, requireBody(request.body))
    response.json(await events.rate(request.params.id, verdict, callerOf(response)?.by ?? 'owner'))
  })
  api.get('/flows/:id/precision', async (request, response) => {
    await deps.flows.get(request.params.id)
    response.json(await events.precision(request.params.id))
  })
  api.get('/events/:id/trace', async (request, response) => {
    response.json(await writeTrace(deps, await events.trace(request.params.id)))
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
  api.get('/events/:id/clip', async (request, response) => {
    const clip = await events.clip(request.params.id)
    if (!clip)
      throw new NotFoundError(
        'EVENT_CLIP_MISSING',
        'There is no clip of this event: none was made, or it is older than clips are kept.',
      )
    response.set({ 'Content-Type': clip.contentType, 'Cache-Control': keepForEver })
    sendRange(request, response, clip.bytes)
  })

  api.get('/flows/:id/decisions', async (request, response) => {
    const query = parseInput(DecisionQuerySchema, request.query, 'HTTP_QUERY_WRONG')
    await deps.flows.get(request.params.id)
    response.json(await events.decisions({ flow: request.params.id, ...defined(query) }))
  })
  addTimelineRoutes(api, deps)
}

/** A picture that came with an agent's answer need not be a JPEG. */
function pictureType(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png'
  return bytes[0] === 0x52 && bytes[8] === 0x57 ? 'image/webp' : 'image/jpeg'
}

// A message's way in words, written out where it leaves the server: the sentences are the node types', the values the steps'.
/** Adds to each step the node's name, its type and why. */
async function writeTrace(
  { flows, nodes }: Pick<HistoryRouteDeps, 'flows' | 'nodes'>,
  trace: TraceView,
): Promise<TraceAnswer> {
  const stored = await flows.revision(trace.flow, trace.revision).catch(() => undefined)
  const drawn = new Map(stored?.document.nodes.map((node) => [node.id, node]))
  return {
    ...trace,
    steps: trace.steps.map((step) => {
      const type = step.type ?? drawn.get(step.node)?.type ?? null
      const definition = nodes.get(type ?? '')
      return {
        ...step,
        type,
        name: drawn.get(step.node)?.name || definition?.title || step.node,
        reason: step.detail || reasonOf(step, definition?.reasons, clockTime),
      }
    }),
  }
}

/** By the server's own clock: "14:03:20". */
function clockTime(iso: string): string {
  return new Date(iso).toTimeString().slice(0, 8)
}
