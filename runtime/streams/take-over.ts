// Gives back at once what a dead process of this name still holds, instead of when its leases run out.
// Must only be called under a name that no living process bears, and before this process takes jobs itself.
import type { Log } from '../../nodes/contract/capabilities.ts'
import type { StreamRef } from '../queue/index.ts'
import type { ActionRef, JobQueue } from '../queue/index.ts'

/** BullMQ's word for "whoever holds the lock". */
const anyToken = '0'

/** Puts every job that a worker called `name` is said to be at back into its line; without a name it does nothing. */
export async function takeOver(
  queues: (JobQueue<StreamRef> | JobQueue<ActionRef>)[],
  name: string | undefined,
  log: Log,
): Promise<void> {
  if (name === undefined) return
  for (const queue of queues) {
    const held = (await queue.getActive(0, -1)).filter((job) => job.processedBy === name)
    for (const job of held) await job.moveToWait(anyToken)
    if (held.length > 0)
      log.info(
        { queue: queue.name, jobs: held.length },
        'What the former process of this name held is taken over at once.',
      )
  }
}
