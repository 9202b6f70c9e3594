// The timeline: decisions gathered into spans, so that an hour of silence is one line with its reason. Pure.
import type { StreamDecision } from '../views.ts'

export interface Span {
  /** Of the first decision in it. */
  key: string
  first: StreamDecision
  last: StreamDecision
  /** The seconds that its decisions stand for. */
  ticks: number
}

/** Rows of older versions do not say. */
function secondsOf(decision: StreamDecision): number {
  return decision.seconds ?? 1
}

function isSame(a: StreamDecision, b: StreamDecision): boolean {
  return (
    a.action === 'silence' &&
    b.action === 'silence' &&
    a.reason === b.reason &&
    a.node === b.node &&
    a.stream === b.stream
  )
}

/** Spans, newest first, from decisions in any order. Everything but silence stands alone. */
export function spansOf(decisions: readonly StreamDecision[]): Span[] {
  const ordered = [...decisions].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.tick - b.tick))
  const open = new Map<string, Span>()
  const spans: Span[] = []
  for (const decision of ordered) {
    const lane = `${decision.stream ?? ''}/${decision.node}`
    const current = open.get(lane)
    if (current && isSame(current.last, decision)) {
      current.last = decision
      current.ticks += secondsOf(decision)
      continue
    }
    const span = {
      key: `${lane}/${decision.tick}/${decision.at}`,
      first: decision,
      last: decision,
      ticks: secondsOf(decision),
    }
    open.set(lane, span)
    spans.push(span)
  }
  return spans.reverse()
}

/** Adds decisions to a bounded list, oldest first, each (stream, node, tick, time) once. */
export function mergeDecisions(
  known: readonly StreamDecision[],
  more: readonly StreamDecision[],
  keep: number,
): StreamDecision[] {
  const seen = new Map<string, StreamDecision>()
  for (const decision of [...known, ...more]) seen.set(`${decision.node}/${decision.tick}/${decision.at}`, decision)
  return [...seen.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.tick - b.tick)).slice(-keep)
}
