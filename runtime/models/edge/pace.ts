// How many of the pictures that come the model looks at: all while it keeps up, evenly fewer for every stream when it does not.
// Pure: it is told how long pictures waited and how busy the model was; the caller brings the time.
//
// A machine that is too slow would otherwise drop pictures as it happens, a second of one stream here, of another there. Rules
// over time need an even view more than a fast one: measured on labelled falls, see test/README.md.

/** Looks at `share` of this many pictures. */
export const shareOf = 8
const shares = [8, 6, 4, 3] as const

/** A picture that waited longer than this was late: a hiccup is shorter. */
const lateMs = 600
const windowMs = 1_000
/** This many windows in a row say that the machine is too slow... */
const behindWindows = 2
/** ...and this many that it would manage more... */
const calmWindows = 5
/** ...if it would then be busy for no more than this part of the time. */
const busiest = 0.85

export interface Pace {
  /** Of eight pictures, this many are looked at. */
  share(): number
  /** This many of a stream may wait: a second of them through a hiccup, half a second once the machine is known to be slow. */
  waiting(): number
  looked(waitedMs: number): void
  dropped(): void
  /** Called often; `busyMs` is the time the model has worked since it began, per process. True when it has just become slower. */
  adapt(nowMs: number, busyMs: number): boolean
  /** There is more power now: begins anew with all pictures. */
  reset(): void
}

export function createPace(): Pace {
  let level = 0
  let behind = 0
  let calm = 0
  let window = { startMs: -Infinity, busyMs: 0, looked: 0, late: 0, dropped: 0 }
  const open = (startMs: number, busyMs: number): void => {
    window = { startMs, busyMs, looked: 0, late: 0, dropped: 0 }
  }
  const turn = (by: 1 | -1): void => {
    level += by
    behind = 0
    calm = 0
  }
  return {
    share: () => shares[level]!,
    waiting: () => (level === 0 ? shareOf : Math.ceil(shares[level]! / 2)),
    looked(waitedMs) {
      window.looked++
      if (waitedMs > lateMs) window.late++
    },
    dropped() {
      window.dropped++
    },
    adapt(nowMs, busyMs) {
      const tookMs = nowMs - window.startMs
      if (tookMs < windowMs) return false
      const { looked, late, dropped } = window
      const isBehind = dropped > 0 || late * 2 > looked
      const busy = (busyMs - window.busyMs) / tookMs
      // Nobody sent a picture for long: that says nothing.
      const isTelling = tookMs < 3 * windowMs && looked + dropped > 0
      open(nowMs, busyMs)
      if (!isTelling) return false
      behind = isBehind ? behind + 1 : 0
      calm = isBehind ? 0 : calm + 1
      if (behind >= behindWindows && level < shares.length - 1) {
        turn(1)
        return true
      }
      const faster = shares[level - 1]
      if (faster !== undefined && calm >= calmWindows && (busy * faster) / shares[level]! <= busiest) turn(-1)
      return false
    },
    reset() {
      level = 0
      behind = 0
      calm = 0
    },
  }
}

/** Whether the `n`th picture of a stream (from 0) is among those looked at: as even as it can be. */
export function isLookedAt(n: number, share: number): boolean {
  return Math.floor(((n + 1) * share) / shareOf) > Math.floor((n * share) / shareOf)
}
