// How long to wait before another try. Pure: the caller brings the dice. Must never return less than a tenth of a second.
import { growingPauseMs } from '../growing-pause.ts'

/** Between tries of an action: 0.5 s, 1 s, 2 s … 60 s, with jitter; the receiver's own wish wins when it is longer. */
export function actionPauseMs(attempt: number, random: () => number, retryAfterMs = 0): number {
  return Math.max(growingPauseMs(attempt, 500, 60_000, random), Math.min(retryAfterMs, 3_600_000))
}

/** Between starts of a stream that threw unexpectedly: 1 s, 2 s … 30 s. */
export function streamPauseMs(attempt: number, random: () => number): number {
  return growingPauseMs(attempt, 1_000, 30_000, random)
}

/** Between tries to reach a database or a Redis that is away: 0.1 s … 2 s, short because a restart takes seconds. */
export function reachPauseMs(attempt: number, random: () => number): number {
  return growingPauseMs(attempt, 150, 2_000, random)
}

/** Between tries to get a job from a backend that answers and refuses (full, without rights): 0.5 s … 10 s. */
export function refusalPauseMs(attempt: number, random: () => number): number {
  return growingPauseMs(attempt, 500, 10_000, random)
}
