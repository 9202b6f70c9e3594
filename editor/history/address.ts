// What the history shows stands in its address: filters, words, moment and width of the timeline, so that it can be sent and bookmarked.
import type { EventQuery } from '../api.ts'
import { spans, type SpanS } from '../graph/time-lanes.ts'

export type Which = 'everything' | 'alerts' | 'wrong' | 'right'
export interface HistoryView {
  flow: string
  kind: string
  q: string
  which: Which
  /** ISO 8601; empty for no bound. */
  from: string
  to: string
  spanS: SpanS
}

const whichs: readonly Which[] = ['everything', 'alerts', 'wrong', 'right']
const usualSpanS: SpanS = 86_400

/** Reads the query of an address; what is nothing to look for is not there. */
export function readHistory(search: string): HistoryView {
  const query = new URLSearchParams(search)
  const time = (name: string): string =>
    Number.isNaN(Date.parse(query.get(name) ?? '')) ? '' : (query.get(name) ?? '')
  return {
    flow: query.get('flow') ?? '',
    kind: query.get('kind') ?? '',
    q: query.get('q') ?? '',
    which: whichs.find((each) => each === query.get('which')) ?? 'everything',
    from: time('from'),
    to: time('to'),
    spanS: spans.find((each) => each === Number(query.get('span'))) ?? usualSpanS,
  }
}

/** The address of a view; the usual is left out. */
export function historyAddress({ spanS, which, ...rest }: HistoryView): string {
  const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== ''))
  if (which !== 'everything') query.set('which', which)
  if (spanS !== usualSpanS) query.set('span', String(spanS))
  const text = query.toString()
  return `/history${text === '' ? '' : `?${text}`}`
}

/** What the server is asked for a view. */
export function queryOfHistory({ flow, kind, q, which, from, to }: HistoryView): EventQuery {
  return {
    ...(flow ? { flow } : {}),
    ...(kind ? { kind } : {}),
    ...(q.trim() ? { q: q.trim() } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
    ...(which === 'alerts' ? { only: 'alerts' as const } : which === 'everything' ? {} : { verdict: which }),
  }
}
