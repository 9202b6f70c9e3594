// What was, for the watch page and the history: the timeline of a span, the picture and the words of a moment, the pictures around it.
// The newest wish counts; what comes late for an older one is let go.
import { useEffect, useState } from 'react'
import { ApiError, api, pictures } from '../api.ts'
import { lanesOf, type Lanes } from '../graph/time-lanes.ts'
import { useLive } from '../live.ts'
import { serverNowMs } from '../server-clock.ts'
import type { PastPictureView, StreamDecision } from '../views.ts'
import { wordsOf } from '../words.ts'

/** `endMs` null follows the time. */
export interface Span {
  spanS: number
  endMs: number | null
}

export interface Timed {
  /** Null until the first answer. */
  lanes: Lanes | null
  hasMore: boolean
  failure: string | null
}

/** The lanes of a span: of a stream, of a flow, or of everything. Read again as time passes. */
export function useTimeline(
  { flow, stream }: { flow?: string | undefined; stream?: string | undefined },
  { spanS, endMs }: Span,
): Timed {
  const [found, setFound] = useState<Timed>({ lanes: null, hasMore: false, failure: null })
  const facts = useLive((live) => live.facts)
  useEffect(() => {
    let isHere = true
    const read = (): void => {
      const to = endMs ?? serverNowMs()
      api
        .timeline({
          ...(flow === undefined ? {} : { flow }),
          ...(stream === undefined ? {} : { stream }),
          from: new Date(to - spanS * 1000).toISOString(),
          to: new Date(to).toISOString(),
          steps: 300,
        })
        .then(
          (timeline) => isHere && setFound({ lanes: lanesOf(timeline), hasMore: timeline.hasMore, failure: null }),
          (error: unknown) => isHere && setFound((before) => ({ ...before, failure: wordsOf(error) })),
        )
    }
    read()
    const everyMs = Math.min(60_000, Math.max(3000, (spanS / 300) * 1000))
    const timer = endMs === null ? setInterval(read, everyMs) : undefined
    return () => {
      isHere = false
      clearInterval(timer)
    }
  }, [flow, stream, spanS, endMs, facts])
  return found
}

export interface Moment {
  /** Null where none is kept; undefined while it is not known. */
  picture: PastPictureView | null | undefined
  decision: StreamDecision | null
  failure: string | null
}
const unknown: Moment = { picture: undefined, decision: null, failure: null }
const settleMs = 90
/** An older decision says nothing of a second. */
const staleMs = 5_000

async function readMoment(flow: string, stream: string, atMs: number): Promise<Moment> {
  const [picture, { decisions }] = await Promise.all([
    api.nearestPicture(stream, new Date(atMs).toISOString()),
    api.decisions(flow, { stream, to: new Date(atMs + 999).toISOString(), limit: 3 }),
  ])
  const near = decisions.filter(({ at, seconds = 1 }) => atMs - Date.parse(at) < staleMs + seconds * 1000)
  return { picture, decision: near.find(({ action }) => action !== 'silence') ?? near[0] ?? null, failure: null }
}

/** What a stream saw and said at a moment; null for now. */
export function useMoment(flow: string, stream: string | undefined, atMs: number | null): Moment {
  const [moment, setMoment] = useState(unknown)
  useEffect(() => {
    if (stream === undefined || atMs === null) return setMoment(unknown)
    let isHere = true
    const timer = setTimeout(() => {
      readMoment(flow, stream, atMs).then(
        (found) => isHere && setMoment(found),
        (error: unknown) => isHere && setMoment({ ...unknown, picture: null, failure: wordsOf(error) }),
      )
    }, settleMs)
    return () => {
      isHere = false
      clearTimeout(timer)
    }
  }, [flow, stream, atMs])
  return moment
}

const ninetyDaysS = 90 * 86_400

/** The last picture that is kept of a stream that is not watched now. */
export function useLastPicture(stream: string | undefined, isWanted: boolean): PastPictureView | null {
  const [picture, setPicture] = useState<PastPictureView | null>(null)
  useEffect(() => {
    if (!isWanted || stream === undefined) return setPicture(null)
    let isHere = true
    api.nearestPicture(stream, new Date().toISOString(), ninetyDaysS).then(
      (found) => isHere && setPicture(found),
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error
      },
    )
    return () => {
      isHere = false
    }
  }, [stream, isWanted])
  return picture
}

export interface FilmPicture {
  atMs: number
  url: string
  isEvent: boolean
}
const aroundMs = 20_000
const mostShown = 21

/** Of many some, evenly, and every one of an event. */
function thinned(found: readonly FilmPicture[]): FilmPicture[] {
  const every = Math.max(1, Math.ceil(found.length / mostShown))
  return found.filter(({ isEvent }, place) => isEvent || place % every === 0)
}

/** The pictures before and after a moment, oldest first; read again only once it has moved out of them. */
export function useFilm(flow: string, stream: string | undefined, atMs: number | null): readonly FilmPicture[] {
  const [film, setFilm] = useState<readonly FilmPicture[]>([])
  const place = atMs === null ? null : Math.round(atMs / (aroundMs / 2))
  useEffect(() => {
    if (stream === undefined || place === null) return setFilm([])
    let isHere = true
    const middleMs = place * (aroundMs / 2)
    const [fromMs, toMs] = [middleMs - aroundMs, middleMs + aroundMs]
    api.pastPictures(stream, new Date(fromMs).toISOString(), new Date(toMs).toISOString()).then(
      ({ pictures: kept, stretches }) => {
        if (!isHere) return
        const own = kept.map(({ at, url, kind }) => ({ atMs: Date.parse(at), url, isEvent: kind === 'event' }))
        const camera = stream.slice(flow.length + 1)
        const recorded = stretches.flatMap(({ from, to }) =>
          Array.from({ length: (2 * aroundMs) / 2000 }, (_, nth) => fromMs + nth * 2000)
            .filter((ms) => ms >= Date.parse(from) && ms <= Date.parse(to))
            .map((ms) => ({ atMs: ms, url: pictures.recorded(flow, camera, ms), isEvent: false })),
        )
        setFilm(thinned([...own, ...recorded].sort((a, b) => a.atMs - b.atMs)))
      },
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error
      },
    )
    return () => {
      isHere = false
    }
  }, [flow, stream, place])
  return film
}
