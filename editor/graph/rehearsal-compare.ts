// Two rehearsals of one clip held against each other: what one says and the other does not, and their tests side by side. Pure.
import type { RehearsedCheck } from '../views.ts'
import type { Lanes, Mark } from './rehearsal-lanes.ts'

export interface Difference {
  /** `gone`: only before; `new`: only now; `moved`: the same at another second; `changed`: other words at about that second. */
  kind: 'gone' | 'new' | 'moved' | 'changed'
  atS: number
  before: Mark | null
  after: Mark | null
}

/** Further apart they are two different things. */
const apartS = 3
const sameS = 0.25

/** In the order of time; what is the same in both is left out. */
export function differencesOf(before: Lanes, after: Lanes): Difference[] {
  const found: Difference[] = []
  for (const lane of ['said', 'asked', 'sent'] as const) {
    const old = before.marks.filter((mark) => mark.lane === lane)
    const left = after.marks.filter((mark) => mark.lane === lane)
    const take = (mark: Mark, isSame: (other: Mark) => boolean): Mark | undefined => {
      const near = left
        .filter((other) => Math.abs(other.atS - mark.atS) <= apartS && isSame(other))
        .sort((a, b) => Math.abs(a.atS - mark.atS) - Math.abs(b.atS - mark.atS))[0]
      if (near) left.splice(left.indexOf(near), 1)
      return near
    }
    const pairs = old.map((mark) => ({
      mark,
      same: take(mark, ({ text, to }) => text === mark.text && to === mark.to),
    }))
    for (const { mark, same } of pairs) {
      if (same) {
        const atS = Math.min(mark.atS, same.atS)
        if (Math.abs(same.atS - mark.atS) > sameS) found.push({ kind: 'moved', atS, before: mark, after: same })
        continue
      }
      const other = take(mark, ({ to }) => to === mark.to)
      found.push({ kind: other ? 'changed' : 'gone', atS: mark.atS, before: mark, after: other ?? null })
    }
    found.push(...left.map((mark): Difference => ({ kind: 'new', atS: mark.atS, before: null, after: mark })))
  }
  return found.sort((a, b) => a.atS - b.atS)
}

export interface CheckPair {
  /** What is asked for. */
  check: RehearsedCheck
  before: RehearsedCheck | null
  after: RehearsedCheck | null
}

function keyOf({ action, kind, textMatches, within }: RehearsedCheck): string {
  return JSON.stringify([kind, action, within, textMatches])
}

/** The tests of both, each once; null where one of them did not have it. */
export function checkPairs(before: readonly RehearsedCheck[], after: readonly RehearsedCheck[]): CheckPair[] {
  const left = [...before]
  const pairs = after.map((check): CheckPair => {
    const index = left.findIndex((each) => keyOf(each) === keyOf(check))
    return { check, before: index < 0 ? null : left.splice(index, 1)[0]!, after: check }
  })
  return [...pairs, ...left.map((check): CheckPair => ({ check, before: check, after: null }))]
}
