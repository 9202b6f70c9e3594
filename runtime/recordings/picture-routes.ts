// The pictures of the past of one stream, wherever they are kept: with events, around them, or because a person has the camera recorded.
import type { Router } from 'express'
import { z } from 'zod'
import { NotFoundError } from '../../nodes/contract/errors.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import type { RecordingsRouteDeps } from './route-deps.ts'
import type { PastPictureView } from './route-answers.ts'

const instant = z.iso.datetime({ offset: true })
const SpanSchema = z.object({ from: instant, to: instant })
/** Further off it is no picture of that moment; whoever asks for the last one of a camera that was stopped says so. */
const nearestS = 90
const mostS = 90 * 86_400
const NearestSchema = z.object({ at: instant, withinS: z.coerce.number().min(1).max(mostS).default(nearestS) })
/** More are thinned out: nobody sees two on one pixel. */
const mostListed = 600
const keepForEver = 'private, max-age=31536000, immutable'

interface Whose {
  stream: string
  flow: string
  camera: string
}

const urlOf = ({ stream, flow, camera }: Whose, atMs: number, kind: PastPictureView['kind'], event: string | null) => {
  const at = new Date(atMs).toISOString()
  if (kind === 'event') return `/api/events/${event}/frame`
  return kind === 'around'
    ? `/api/streams/${encodeURIComponent(stream)}/pictures/${Math.round(atMs)}`
    : `/api/flows/${flow}/recordings/${encodeURIComponent(camera)}/frame?at=${encodeURIComponent(at)}`
}

/** `/api/streams/:id/pictures`. */
export function addPictureRoutes(api: Router, deps: RecordingsRouteDeps): void {
  const whose = async (stream: string): Promise<Whose> => {
    const flow = await deps.deployments.streamFlow(stream)
    if (flow === undefined)
      throw new NotFoundError('STREAM_NOT_FOUND', 'There is no such stream: its flow was never deployed, or is gone.')
    return { stream, flow, camera: stream.slice(flow.length + 1) }
  }
  const view = (of: Whose, atMs: number, kind: PastPictureView['kind'], event: string | null): PastPictureView => ({
    at: new Date(atMs).toISOString(),
    kind,
    event,
    url: urlOf(of, atMs, kind, event),
  })

  api.get('/streams/:id/pictures', async (request, response) => {
    const { from, to } = parseInput(SpanSchema, request.query, 'HTTP_QUERY_WRONG')
    const of = await whose(request.params.id)
    const [fromMs, toMs] = [Date.parse(from), Date.parse(to)]
    const [pictures, kept] = await Promise.all([
      deps.film.list(of.stream, fromMs, toMs, mostListed),
      deps.recordings.list(of.flow),
    ])
    const stretches = kept
      .filter(({ camera }) => camera === of.camera)
      .flatMap((each) => each.stretches)
      .filter((stretch) => Date.parse(stretch.to) >= fromMs && Date.parse(stretch.from) <= toMs)
      .map((stretch) => ({ from: stretch.from, to: stretch.to }))
    response.json({
      pictures: pictures.map(({ atMs, event }) => view(of, atMs, event === null ? 'around' : 'event', event)),
      stretches,
    })
  })

  api.get('/streams/:id/pictures/nearest', async (request, response) => {
    const { at, withinS } = parseInput(NearestSchema, request.query, 'HTTP_QUERY_WRONG')
    const atMs = Date.parse(at)
    const of = await whose(request.params.id)
    const [past, recorded] = await Promise.all([
      deps.film.nearest(of.stream, atMs, withinS * 1000),
      deps.recordings.pictureAt(of, atMs),
    ])
    const isRecorded = recorded && (!past || Math.abs(recorded.atMs - atMs) < Math.abs(past.atMs - atMs))
    const picture = isRecorded
      ? view(of, recorded.atMs, 'recorded', null)
      : past
        ? view(of, past.atMs, past.event === null ? 'around' : 'event', past.event)
        : null
    response.json({ picture })
  })

  api.get('/streams/:id/pictures/:at', async (request, response) => {
    const { stream } = await whose(request.params.id)
    const atMs = Number(request.params.at)
    const jpeg = Number.isSafeInteger(atMs) ? await deps.film.jpeg(stream, atMs) : undefined
    if (!jpeg) throw new NotFoundError('RECORDING_NO_PICTURE', 'No picture of this camera is kept from that moment.')
    response.set({ 'Content-Type': 'image/jpeg', 'Cache-Control': keepForEver })
    response.send(Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength))
  })
}
