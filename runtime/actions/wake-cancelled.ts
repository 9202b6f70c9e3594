// Makes an action's job run now instead of after its pause: its first look finds that a person has cancelled it.
// Never performs anything, and never makes a second job for one that is there.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { isStopped, toError } from '../../nodes/contract/errors.ts'
import { actionJobId } from '../queue/index.ts'
import type { ActionQueues, ActionRef, JobQueue } from '../queue/index.ts'
import { isAway } from '../queue/index.ts'

/** A try that has just ended is on its way into its pause: the job is looked at again after these. */
const againMs = [50, 100, 200, 500, 1000, 2000]

/** Ends the pause of the action's job, or gives it one. False while a try of it runs. Throws only when the queue is away. */
export async function wakeAction(queue: JobQueue<ActionRef>, id: string): Promise<boolean> {
  const jobId = actionJobId(id)
  const isThere = await wakeJob(queue, id)
  if (isThere === undefined) await queue.add('action', { id }, { jobId })
  return isThere ?? true
}

/** Ends the pause of the action's job. False while a try of it runs, undefined when it has none here. Throws only when the queue is away. */
export async function wakeJob(queue: JobQueue<ActionRef>, id: string): Promise<boolean | undefined> {
  const job = await queue.getJob(actionJobId(id))
  if (!job) return undefined
  const state = await job.getState()
  // Every process is told of a cancel: whoever comes second finds the pause over already.
  if (state === 'delayed')
    await job.promote().catch((error: unknown) => {
      if (isAway(toError(error))) throw error
    })
  return state !== 'active'
}

/** The same, looking again for a few seconds while a try runs: one that runs on is ended by its worker. */
export async function wakeCancelled(
  queues: ActionQueues,
  id: string,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const pauseMs of againMs) {
      const found = await Promise.all([queues.questions, queues.speech].map((queue) => wakeJob(queue, id)))
      // One without a job gets it in the line of alerts: from there it finds its own lane.
      const isDone = found.every((each) => each === undefined)
        ? await wakeAction(queues.alerts, id)
        : !found.includes(false)
      if (isDone) return
      await clock.sleep(pauseMs, signal)
    }
  } catch (error) {
    if (!isStopped(error)) throw error
  }
}
