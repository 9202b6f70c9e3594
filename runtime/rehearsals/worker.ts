// Rehearsals as jobs: one at a time in a process takes its clips, a lost lease ends it here, and another worker goes on. The store
// says what is wanted; the queue only makes it quick.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { isStopped, StoppedError, toError } from '../../nodes/contract/errors.ts'
import {
  actionJobId,
  closeWorker,
  handBack,
  openQueue,
  openWorker,
  queueNames,
  streamPauseMs,
  type ActionRef,
  type JobQueue,
  type JobWorker,
  type QueueDeps,
  type QueueJob,
  type ReportError,
} from '../queue/index.ts'

export interface RehearsalWork {
  /** Rejects with StoppedError when the signal aborts. */
  run(id: string, signal: AbortSignal): Promise<void>
  wanted(): Promise<string[]>
}

export interface RehearsalJobsDeps extends QueueDeps {
  work: RehearsalWork
  clock: Clock
  log: Log
  report: ReportError
  name?: string | undefined
}

/** Side by side in one process: the models' places are shared by all of them. */
const atATime = 4
const lookMs = 5_000
const endMs = 3_000

export class RehearsalJobs {
  readonly queue: JobQueue<ActionRef>
  readonly #deps: RehearsalJobsDeps
  readonly #running = new Map<string, AbortController>()
  #stopping = new AbortController()
  #worker: JobWorker<ActionRef> | undefined

  private constructor(deps: RehearsalJobsDeps, queue: JobQueue<ActionRef>) {
    this.#deps = deps
    this.queue = queue
  }

  static async open(deps: RehearsalJobsDeps): Promise<RehearsalJobs> {
    return new RehearsalJobs(deps, await openQueue<ActionRef>(queueNames.rehearsals, deps))
  }

  /** It is in the store: a worker may begin. */
  async add(id: string): Promise<void> {
    await this.queue.add('rehearsal', { id }, { jobId: actionJobId(id) })
  }

  /** Ends it here, if it runs here; elsewhere its worker sees it within a second. */
  cancel(id: string): void {
    this.#running.get(id)?.abort(new StoppedError())
  }

  /** Takes rehearsals from now on. */
  async start(): Promise<void> {
    this.#stopping = new AbortController()
    const { log, random, name } = this.#deps
    const worker = await openWorker<ActionRef>(
      queueNames.rehearsals,
      (job, token) => this.#process(job, token),
      this.#deps,
      {
        concurrency: atATime,
        name,
        pauseMs: (attempt) => streamPauseMs(attempt, random),
        onRenewal: {
          renewed: () => undefined,
          lost: (ids) => {
            for (const id of ids) this.cancel(id)
          },
        },
      },
    )
    this.#worker = worker
    worker
      .run()
      .catch((error: unknown) => log.error({ error: toError(error).message }, 'No more rehearsals are taken here.'))
    void this.#keepAdded(this.#stopping.signal)
  }

  /** Hands over what runs. */
  async stop(): Promise<void> {
    this.#stopping.abort(new StoppedError())
    await this.#worker?.pause(true)
    for (const running of this.#running.values()) running.abort(new StoppedError())
    for (let waitedMs = 0; this.#running.size > 0 && waitedMs < endMs; waitedMs += 50) await this.#deps.clock.sleep(50)
    await closeWorker(this.#worker, this.#running.size > 0, this.#deps.clock)
    this.#worker = undefined
  }

  /** A queue that forgot is told again; adding one that is there does nothing. */
  async #keepAdded(signal: AbortSignal): Promise<void> {
    const { clock, report, work } = this.#deps
    while (!signal.aborted) {
      await work
        .wanted()
        .then((ids) => Promise.all(ids.map((id) => this.add(id))))
        .catch(report)
      await clock.sleep(lookMs, signal).catch(() => undefined)
    }
  }

  async #process(job: QueueJob<ActionRef>, token: string): Promise<void> {
    const { clock, work } = this.#deps
    const { id } = job.data
    if (this.#stopping.signal.aborted) return handBack(job, token, clock, 2_000)
    if (this.#running.has(id)) return
    const running = new AbortController()
    this.#running.set(id, running)
    try {
      await work.run(id, running.signal)
    } catch (error) {
      if (!isStopped(error)) throw error
      if (this.#stopping.signal.aborted) return await handBack(job, token, clock, 2_000)
    } finally {
      this.#running.delete(id)
    }
  }
}
