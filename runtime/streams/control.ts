// StreamControl for the API: tells the queue what the store already knows. Must answer quickly even when the backend is away:
// what does not get through now is made up by the reconcile sweep.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { StreamControl } from './records.ts'
import type { Bus } from '../live/index.ts'
import type { StreamRef } from '../queue/index.ts'
import { streamJobId } from '../queue/index.ts'
import type { ActionQueues, ActionRef, JobQueue } from '../queue/index.ts'
import { answerOf } from '../queue/index.ts'
import type { ReportError } from '../queue/index.ts'

export interface ControlDeps {
  backend: 'postgres' | 'redis'
  /** Why the backend takes no jobs though it answers, see connection.ts. */
  trouble(): Promise<string | undefined>
  streams: JobQueue<StreamRef>
  actions: ActionQueues
  bus: Bus
  clock: Clock
  report: ReportError
}

type Health = Awaited<ReturnType<StreamControl['isHealthy']>>
const startLimitMs = 2_000
const healthLimitMs = 900

/** Builds the control the API steers streams with. */
export function createControl(deps: ControlDeps): StreamControl {
  // One question at a time: while Redis is away each would wait in the client's memory.
  let asked: Promise<Health> | undefined

  const ask = async (): Promise<Health> => {
    try {
      const [trouble, ...counted] = await Promise.all([
        deps.trouble(),
        ...[deps.streams, ...Object.values(deps.actions)].map(count),
      ])
      return {
        ok: trouble === undefined,
        backend: deps.backend,
        waiting: counted.reduce((sum, { waiting }) => sum + waiting, 0),
        active: counted.reduce((sum, { active }) => sum + active, 0),
        ...(trouble === undefined ? {} : { detail: trouble }),
      }
    } finally {
      asked = undefined
    }
  }

  return {
    start: async (refs) => {
      try {
        await answerOf(addStreams(deps.streams, refs), startLimitMs, deps.clock, 'The queue')
      } catch (error) {
        deps.report(error)
      }
    },
    stop: async (refs) => {
      for (const { streamId, run } of refs) deps.bus.publish({ type: 'control', stream: streamId, run, order: 'stop' })
    },
    change: async (refs) => {
      for (const { streamId, run } of refs)
        deps.bus.publish({ type: 'control', stream: streamId, run, order: 'change' })
    },
    isHealthy: async () => {
      try {
        asked ??= ask()
        return await answerOf(asked, healthLimitMs, deps.clock, 'The queue')
      } catch (error) {
        return { ok: false, backend: deps.backend, waiting: 0, active: 0, detail: (error as Error).message }
      }
    },
  }
}

/** Gives each of these streams a job; one that has a job keeps it. */
export async function addStreams(queue: JobQueue<StreamRef>, refs: StreamRef[]): Promise<void> {
  for (const { streamId, run } of refs)
    await queue.add('stream', { streamId, run }, { jobId: streamJobId({ streamId, run }) })
}

async function count(queue: JobQueue<StreamRef> | JobQueue<ActionRef>): Promise<{ waiting: number; active: number }> {
  const counts = await queue.getJobCounts('waiting', 'active')
  return { waiting: counts['waiting'] ?? 0, active: counts['active'] ?? 0 }
}
