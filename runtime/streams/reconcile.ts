// Every few seconds: each wanted stream has a job, and no unwanted one runs here. Heals whatever a lost message or a lost queue left behind.
import type { StreamJobStore } from './records.ts'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { addStreams } from './control.ts'
import type { StreamRef } from '../queue/index.ts'
import { streamJobId } from '../queue/index.ts'
import type { JobQueue } from '../queue/index.ts'
import type { ReportError } from '../queue/index.ts'

export interface ReconcileDeps {
  store: Pick<StreamJobStore, 'wantedStreams'>
  queue: JobQueue<StreamRef>
  clock: Clock
  report: ReportError
  random(): number
  everyMs: number
  /** Ends sessions of this process that are not in the list, by job id; the values say by whose plan they should run. */
  keepOnly(wanted: ReadonlyMap<string, string | undefined>, askedAtMs: number): void
}

/** Runs until the signal aborts, the first time at once. */
export async function keepReconciled(deps: ReconcileDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await reconcileOnce(deps)
    } catch (error) {
      deps.report(error)
    }
    // Not all processes at the same moment.
    await deps.clock.sleep(deps.everyMs * (0.9 + deps.random() * 0.2), signal).catch(() => undefined)
  }
}

/** One comparison of what is wanted with what the queue has. */
export async function reconcileOnce({ store, queue, clock, keepOnly }: ReconcileDeps): Promise<void> {
  const askedAtMs = clock.nowMs()
  const wanted = await store.wantedStreams()
  keepOnly(new Map(wanted.map((ref) => [streamJobId(ref), ref.deploymentId])), askedAtMs)
  if (wanted.length === 0) return
  const present = new Set(await queue.getRanges(['active', 'waiting', 'delayed'], 0, -1))
  const missing = wanted.filter((ref) => !present.has(streamJobId(ref)))
  for (const ref of missing) await removeFinished(queue, streamJobId(ref))
  await addStreams(queue, missing)
}

/** A finished job under the same id would make adding do nothing. */
async function removeFinished(queue: JobQueue<StreamRef>, jobId: string): Promise<void> {
  const state = await queue.getJobState(jobId)
  if (state === 'completed' || state === 'failed') await queue.remove(jobId)
}
