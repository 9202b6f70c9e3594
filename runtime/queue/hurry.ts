// Makes an action's job run now instead of after its pause: its first look finds that a person has cancelled it.
// Never performs anything, and never makes a second job for one that is there.
import { toError } from '../../nodes/contract/errors.ts'
import { actionJobId } from './queue.ts'
import type { ActionRef, JobQueue } from './queue.ts'
import { isAway } from './trouble.ts'

/** Ends the pause of the action's job, or gives it one. Throws only when the queue is away. */
export async function hurryAction(queue: JobQueue<ActionRef>, id: string): Promise<void> {
  const jobId = actionJobId(id)
  const job = await queue.getJob(jobId)
  if (!job) {
    await queue.add('action', { id }, { jobId })
    return
  }
  if (!await job.isDelayed()) return
  // Every process is told of a cancel: whoever comes second finds the pause over already.
  await job.promote().catch((error: unknown) => { if (isAway(toError(error))) throw error })
}
