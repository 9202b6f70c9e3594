// What a stream missed: seconds in which nobody watched, as rows of its timeline and as an event. Pure; writes nothing.
import type { TickDraft } from './routing.ts'
import type { CameraView } from './source.ts'
import type { Unwatched } from './tick.ts'

export const tickMs = 1000
/** After a long standstill (a suspended machine) not every missed second gets a row of its own; the last stands for the rest. */
const mostRows = 60

export const heedAway: Unwatched = { reason: 'heed-away', text: 'Heed was not running.' }

/** Why seconds went by without a tick: the camera was waited for (`waited`), or the tick before took too long. */
export function missedFor(isWaiting: boolean, view: CameraView): Unwatched {
  if (!isWaiting) return { reason: 'dropped', text: 'The tick came too late.' }
  return view.camera === 'lost'
    ? { reason: 'camera-lost', text: view.reason ?? 'The camera sends no picture.' }
    : { reason: 'dropped', text: 'No picture came from the camera.' }
}

/** The rows that stand for `count` seconds after the tick `after`, the last of them at `endMs`. */
export function missedRows(
  after: { tick: number; mediaTimeS: number },
  count: number,
  endMs: number,
  why: Unwatched,
): TickDraft['tickInfo'][] {
  const rows = why.reason === 'heed-away' || why.reason === 'camera-lost' ? 1 : Math.min(count, mostRows)
  return Array.from({ length: rows }, (_unused, index) => {
    const seconds = index === rows - 1 ? count - index : 1
    const upTo = index + seconds
    return {
      number: after.tick + upTo,
      atMs: endMs - (count - upTo) * tickMs,
      mediaTimeS: after.mediaTimeS + upTo,
      seconds,
    }
  })
}

/** Told of a gap: what the event says and carries. */
export function gapFields(reason: 'heed-away' | 'camera-lost', fromS: number, toS: number): Record<string, unknown> {
  return { reason, fromS, toS, seconds: Math.round(toS - fromS) }
}

/** What the event of Heed's own absence says. */
export function awayWords(fromS: number, toS: number): string {
  return `Heed was not running for ${Math.round(toS - fromS)} s; nobody watched this camera meanwhile.`
}

/** How many ticks are due by now: the first at `dueMs`, one a second from there. */
export function lateTicks(nowMs: number, dueMs: number): number {
  return Math.max(0, Math.floor((nowMs - dueMs) / tickMs) + 1)
}
