// Tells the same sentence said again from a new one. Pure; what was said before is the caller's to keep.
import type { Repeats } from '../contract/define.ts'

/** One sentence as it was said, with every repeat of it. */
export interface Said extends Repeats {
  /** Without case and surplus blanks. */
  text: string
  /** The stream's second at which it was said last. */
  lastS: number
}

export interface Saying {
  text: string
  mediaTimeS: number
  /** Seconds of quiet after which the same sentence is news again; 0: at once. */
  windowS: number
  /** Length of the clip that plays in a loop. */
  loopS?: number | undefined
}

const mostKept = 20
/** So far apart the same moment of a clip may be noticed from round to round. */
const roundOffS = 3

const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase()

/** The earlier saying that this one repeats: it was said within the window, or at the same place in an earlier round of a loop. */
export function repeatedBy(said: readonly Said[], { text, mediaTimeS, windowS, loopS }: Saying): Said | undefined {
  const known = said.find((each) => each.text === plain(text))
  if (!known || windowS === 0) return undefined
  const apartS = mediaTimeS - known.lastS
  if (apartS <= windowS) return known
  if (loopS === undefined || loopS <= 0) return undefined
  const offS = Math.abs(apartS - Math.round(apartS / loopS) * loopS)
  return offS <= Math.min(roundOffS, loopS / 4) ? known : undefined
}

/** What is known after it was said: `repeats` counts it in, the sentences said longest ago are forgotten. */
export function withSaid(said: readonly Said[], { text, mediaTimeS }: Saying, repeats: Repeats): Said[] {
  const others = said.filter((each) => each.text !== plain(text))
  return [...others, { ...repeats, text: plain(text), lastS: mediaTimeS }].slice(-mostKept)
}
