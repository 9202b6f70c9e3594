// How long to wait before another try. Pure: the caller brings the dice. Must never return less than a tenth of a second.

/** Between tries of an action: 0.5 s, 1 s, 2 s … 60 s, with jitter; the receiver's own wish wins when it is longer. */
export function actionPauseMs(attempt: number, random: () => number, retryAfterMs = 0): number {
  return Math.max(growing(attempt, 500, 60_000, random), Math.min(retryAfterMs, 3_600_000))
}

/** Between starts of a stream that threw unexpectedly: 1 s, 2 s … 30 s. */
export function streamPauseMs(attempt: number, random: () => number): number {
  return growing(attempt, 1_000, 30_000, random)
}

/** Between tries to reach a database or a Redis that is away: 0.1 s … 2 s, short because a restart takes seconds. */
export function reachPauseMs(attempt: number, random: () => number): number {
  return growing(attempt, 150, 2_000, random)
}

/** Between tries to get a job from a backend that answers and refuses (full, without rights): 0.5 s … 10 s. */
export function refusalPauseMs(attempt: number, random: () => number): number {
  return growing(attempt, 500, 10_000, random)
}

/** Doubles from `firstMs`, never above `maxMs`; a quarter of it is jitter, so that many who failed together do not return together. */
function growing(attempt: number, firstMs: number, maxMs: number, random: () => number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)))
  return Math.max(100, Math.round(full * (0.75 + random() * 0.25)))
}
