// How much of what the camera sent the model really saw, over the last seconds, and the words for it when that is too little.
// Pure bookkeeping: per tick, in pictures and seconds of media time.
import type { EdgeSkillId } from '../../../nodes/contract/skills.ts'

interface Span {
  atS: number
  offered: number
  seen: number
}

/** So many ticks are looked back on; fewer than `leastSpans` say nothing yet. */
const keptSpans = 6
const leastSpans = 4
/** Seeing less than this part is told: what hangs between two ticks must not count. */
const enough = 0.85

export interface Sight {
  /** One tick is over: pictures that came and pictures that were looked at since the one before. */
  add(atS: number, offered: number, seen: number): void
  /** For the owner, when the machine does not keep up; else undefined. */
  trouble(): string | undefined
}

export function createSight(skills: readonly EdgeSkillId[]): Sight {
  let spans: Span[] = []
  const missed = skills.includes('fall') ? 'Falls may be missed.' : 'Things may be missed.'
  return {
    add(atS, offered, seen) {
      // A file that begins anew.
      if (atS < (spans.at(-1)?.atS ?? -Infinity)) spans = []
      spans = [...spans, { atS, offered, seen }].slice(-keptSpans)
    },
    trouble() {
      const first = spans[0]
      const last = spans.at(-1)
      if (spans.length < leastSpans || !first || !last) return undefined
      const counted = spans.slice(1)
      const offered = counted.reduce((sum, span) => sum + span.offered, 0)
      const seen = counted.reduce((sum, span) => sum + span.seen, 0)
      const seconds = last.atS - first.atS
      if (seconds <= 0 || offered === 0 || seen >= enough * offered) return undefined
      const sent = Math.round(offered / seconds)
      return `This machine cannot keep up: the built-in model sees ${Math.min(sent - 1, Math.round(seen / seconds))} of ${sent} pictures a second. ${missed}`
    },
  }
}
