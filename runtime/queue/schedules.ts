// Work by the clock: retention and partitions, as scheduled jobs so that one process does them, whichever is free.
import type { UpkeepStore } from './records.ts'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import { streamPauseMs } from './pauses.ts'
import { openWorker, queueNames } from './queue.ts'
import type { JobQueue, JobWorker, QueueDeps, QueueJob } from './queue.ts'
import type { ReportError } from './trouble.ts'

export interface UpkeepDeps extends QueueDeps {
  store: Pick<UpkeepStore, 'sweepRetention' | 'ensurePartitions'>
  queue: JobQueue<UpkeepData>
  clock: Clock
  log: Log
  report: ReportError
  random(): number
}
export type UpkeepData = Record<string, never>

const minuteMs = 60_000
const schedules = { retention: 10 * minuteMs, partitions: 60 * minuteMs } as const
type Task = keyof typeof schedules

// Small batches with a breath between them, so that ticks of running streams are not held up.
const batchPauseMs = 50
const maxBatches = 500

/** Makes sure that each schedule exists and is not stuck; a queue that lost its data gets them again. */
export async function ensureSchedules({ queue, clock }: Pick<UpkeepDeps, 'queue' | 'clock'>): Promise<void> {
  for (const task of Object.keys(schedules) as Task[]) {
    const every = schedules[task]
    const known = await queue.getJobScheduler(task)
    const isAlive = known?.every === every && (known.next ?? 0) > clock.nowMs() - 2 * every
    if (!isAlive) await queue.upsertJobScheduler(task, { every }, { name: task, opts: { attempts: 3 } })
  }
}

/** Repeats `ensureSchedules` until the signal aborts, the first time at once. */
export async function keepSchedules(deps: UpkeepDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await ensureSchedules(deps).catch(deps.report)
    await deps.clock.sleep(minuteMs, signal).catch(() => undefined)
  }
}

/** Takes scheduled jobs as they fall due. */
export async function startUpkeep(deps: UpkeepDeps, signal: AbortSignal): Promise<JobWorker<UpkeepData>> {
  const worker = await openWorker<UpkeepData>(queueNames.upkeep, (job) => runTask(job, deps, signal), deps, {
    concurrency: 1,
    pauseMs: (attempt) => streamPauseMs(attempt, deps.random),
  })
  worker
    .run()
    .catch((error: unknown) =>
      deps.log.error({ error: toError(error).message }, 'The upkeep worker stopped taking jobs.'),
    )
  return worker
}

async function runTask(
  job: Pick<QueueJob<UpkeepData>, 'name'>,
  { store, clock, log }: UpkeepDeps,
  signal: AbortSignal,
): Promise<void> {
  if (job.name === 'partitions') return store.ensurePartitions()
  if (job.name !== 'retention') return log.warn({ task: job.name }, 'An unknown scheduled task was left out.')
  for (let batch = 0; batch < maxBatches && !signal.aborted; batch++) {
    if (!(await store.sweepRetention())) return
    await clock.sleep(batchPauseMs, signal).catch(() => undefined)
  }
}
