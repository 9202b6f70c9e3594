// Puts a running job back so that any worker takes it at once, instead of after its lock has run out.
import { DelayedError, WaitingError } from 'bullmq'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { QueueJob } from './queue.ts'
import { isAway, answerOf } from './trouble.ts'

/**
 * Always throws BullMQ's WaitingError or DelayedError: the sign that the job is no longer this worker's business. A worker that
 * goes on taking jobs must give a pause: it may get the same job again before BullMQ has let go of it here, and BullMQ, which
 * knows jobs by their id alone, then stops renewing the new lease.
 */
export async function handBack<Data>(
  job: QueueJob<Data>,
  token: string,
  clock: Clock,
  limitMs: number,
  pauseMs = 0,
): Promise<never> {
  const move = (): Promise<unknown> =>
    pauseMs === 0 ? job.moveToWait(token) : job.moveToDelayed(clock.nowMs() + pauseMs, token)
  const giveUpAtMs = clock.nowMs() + limitMs
  for (;;) {
    try {
      await answerOf(
        move().then(() => undefined),
        Math.max(1, giveUpAtMs - clock.nowMs()),
        clock,
        'The queue',
      )
      break
    } catch (error) {
      // Not about a missing backend: somebody else has the job by now, or it is gone. Both are what we want.
      if (!isAway(error) || clock.nowMs() >= giveUpAtMs) break
      await clock.sleep(200)
    }
  }
  throw pauseMs === 0 ? new WaitingError() : new DelayedError()
}
