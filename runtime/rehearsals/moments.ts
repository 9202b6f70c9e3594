// A past event as a clip with a second in it: of the clip that was watched, of the pictures that were kept for rehearsals, or of those
// kept with the event. Makes a clip; changes no flow.
import { nodeOfStream } from '../../nodes/contract/cameras.ts'
import { BadRequestError, NotFoundError } from '../../nodes/contract/errors.ts'
import type { Flow } from '../../nodes/contract/flow.ts'
import type { EventView } from '../history/index.ts'
import { filtersOf } from './clip-plan.ts'
import type { RehearsalsRouteDeps } from './route-deps.ts'

export interface Moment {
  clip: string
  camera: string
  /** The clip's second at which it happened. */
  atS: number
  /** What the wall clock showed at the clip's second 0. ISO 8601. */
  startAt: string
  of: 'clip' | 'recording' | 'event'
}

/** So much before it is looked at as well: a model, and a person, need to see how it came to it. */
const beforeMs = 30_000
const afterMs = 15_000
/** A picture this near must be there, or what is kept is not of the moment. */
const nearMs = 5_000

type Deps = RehearsalsRouteDeps
interface Watched {
  document: Flow
  /** Its node. */
  camera: string
}

/** `isPassing`: only to look at. Throws BadRequestError REHEARSAL_NOTHING_KEPT. */
export async function momentOf(deps: Deps, event: EventView, isPassing: boolean): Promise<Moment> {
  const stream = event.stream.slice(event.flow.length + 1)
  const camera = nodeOfStream(stream)
  const document = await documentOf(deps, event)
  const watched = { document, camera }
  return (
    (await ofClip(deps, event, watched)) ??
    (await ofRecording(deps, event, stream, isPassing)) ??
    (await ofEvent(deps, event, watched, isPassing)) ??
    nothingKept()
  )
}

function nothingKept(): never {
  throw new BadRequestError(
    'REHEARSAL_NOTHING_KEPT',
    'Too few pictures are kept from that moment to look at it again. Set "Keep for rehearsal" in the settings of its camera, and those of the next one will be there.',
  )
}

/** As it was then; a revision that is forgotten leaves the present one. */
async function documentOf({ flows }: Deps, { flow, revision }: EventView): Promise<Flow> {
  try {
    return (await flows.revision(flow, revision)).document
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error
    return (await flows.get(flow)).document
  }
}

async function ofClip({ media }: Deps, event: EventView, { camera, document }: Watched): Promise<Moment | undefined> {
  const { kind = 'file', loop, path } = document.nodes.find(({ id }) => id === camera)?.config ?? {}
  if (kind !== 'file' || typeof path !== 'string' || path === '' || (await media.whyMissing(path))) return undefined
  const report = loop === true ? await media.probe({ kind, path }) : undefined
  const roundS = report?.ok ? report.durationS : null
  const atS = rounded(roundS ? event.mediaTimeS % roundS : event.mediaTimeS)
  return { clip: path, camera, atS, startAt: iso(Date.parse(event.at) - atS * 1000), of: 'clip' }
}

async function ofRecording(
  deps: Deps,
  event: EventView,
  stream: string,
  isPassing: boolean,
): Promise<Moment | undefined> {
  const atMs = Date.parse(event.at)
  const kept = (await deps.recordings.list(event.flow)).find((each) => each.camera === stream)
  const near = kept?.stretches.find(
    ({ from, to }) => Date.parse(from) <= atMs + nearMs && Date.parse(to) >= atMs - nearMs,
  )
  if (!near) return undefined
  // Never over the edge of a stretch: on its other side other things may be masked.
  const fromMs = Math.max(atMs - beforeMs, Date.parse(near.from))
  const toMs = Math.min(atMs + afterMs, Date.parse(near.to) + 1000)
  const { filters, perS } = near
  const pictures = deps.recordings.pictures({ flow: event.flow, camera: stream }, fromMs, toMs)
  const made = await deps.media.make({ name: nameOf(event), pictures, perS, filters, isPassing })
  return placed(made, event, nodeOfStream(stream), 'recording')
}

async function ofEvent(
  deps: Deps,
  event: EventView,
  { camera, document }: Watched,
  isPassing: boolean,
): Promise<Moment | undefined> {
  const recent = await deps.events.recentFrames(event.id)
  if (recent.length < 2) return undefined
  const pictures = recent.map(({ jpeg, mediaTimeS }) => ({
    atMs: Date.parse(event.at) + (mediaTimeS - event.mediaTimeS) * 1000,
    jpeg,
  }))
  const filters = await filtersOf(deps, event.flow, document, camera)
  const made = await deps.media.make({
    name: nameOf(event),
    pictures: inTurn(pictures),
    perS: 1,
    filters,
    isPassing,
  })
  return placed(made, event, camera, 'event')
}

function placed(made: { path: string; startAt: string }, event: EventView, camera: string, of: Moment['of']): Moment {
  const atS = Math.max(0, rounded((Date.parse(event.at) - Date.parse(made.startAt)) / 1000))
  return { clip: made.path, camera, atS, startAt: made.startAt, of }
}

async function* inTurn<T>(all: readonly T[]): AsyncGenerator<T, void, void> {
  yield* all
}

const iso = (ms: number): string => new Date(ms).toISOString()
const rounded = (seconds: number): number => Math.round(seconds * 10) / 10
const nameOf = ({ at, stream }: EventView): string => `${stream}-${at.slice(0, 19).replace(/\D/g, '')}`
