// What the watch page shows stands in its address, so that a moment can be sent to somebody: camera, moment, width of the timeline.
import { spans, type SpanS } from '../graph/time-lanes.ts'
import { go } from '../route.ts'

export interface Shown {
  /** Of several cameras the one shown; null for all of them. */
  camera: string | null
  /** Milliseconds since 1970; null for now. */
  atMs: number | null
  spanS: SpanS
}

const usualSpanS: SpanS = 3600

/** Reads the query of the address; what is no camera, time or span is not there. */
export function readShown(search: string): Shown {
  const query = new URLSearchParams(search)
  const atMs = Date.parse(query.get('at') ?? '')
  const spanS = spans.find((each) => each === Number(query.get('span')))
  return { camera: query.get('camera'), atMs: Number.isNaN(atMs) ? null : atMs, spanS: spanS ?? usualSpanS }
}

/** The address of what is shown; the usual is left out. */
export function addressOf(flow: string, { camera, atMs, spanS }: Shown): string {
  const query = new URLSearchParams()
  if (camera !== null) query.set('camera', camera)
  if (atMs !== null) query.set('at', new Date(atMs).toISOString())
  if (spanS !== usualSpanS) query.set('span', String(spanS))
  const text = query.toString()
  return `/watch/${flow}${text === '' ? '' : `?${text}`}`
}

/** Shows something else, without a step in the browser's history. */
export function show(flow: string, shown: Shown): void {
  go(addressOf(flow, shown), { replace: true })
}
