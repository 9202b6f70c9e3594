// Writes a result that exists only in memory: again and again while the database is away, without doing the work a second time.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import { reachPauseMs } from './pauses.ts'
import { isAway } from './trouble.ts'

/** Runs `write` until it succeeds; gives the last error up when it is not about a missing database, `signal` aborts or `limitMs` is over. */
export async function persist(
  write: () => Promise<void>,
  options: { clock: Clock; random(): number; signal: AbortSignal; limitMs: number },
): Promise<void> {
  const giveUpAtMs = options.clock.nowMs() + options.limitMs
  for (let attempt = 1; ; attempt++) {
    try {
      await write()
      return
    } catch (error) {
      const worthWaiting = isAway(error) || error instanceof RetryableError
      if (!worthWaiting || options.signal.aborted || options.clock.nowMs() >= giveUpAtMs) throw error
      await options.clock.sleep(reachPauseMs(attempt, options.random), options.signal).catch(() => undefined)
    }
  }
}
