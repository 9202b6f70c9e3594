// Puts a running job back so that any worker takes it at once, instead of after its lock has run out.
import { WaitingError } from 'bullmq'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { QueueJob } from './queue.ts'
import { isAway, within } from './trouble.ts'

/** Always throws BullMQ's WaitingError: the sign that the job is no longer this worker's business. */
export async function handBack<Data>(job: QueueJob<Data>, token: string, clock: Clock, limitMs: number): Promise<never> {
  const giveUpAtMs = clock.nowMs() + limitMs
  for (;;) {
    try {
      await within(job.moveToWait(token).then(() => undefined), Math.max(1, giveUpAtMs - clock.nowMs()), clock, 'The queue')
      break
    } catch (error) {
      // Not about a missing backend: somebody else has the job by now, or it is gone. Both are what we want.
      if (!isAway(error) || clock.nowMs() >= giveUpAtMs) break
      await clock.sleep(200)
    }
  }
  throw new WaitingError()
}
