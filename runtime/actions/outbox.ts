// Turns written actions into jobs, beside the outboxes of other processes. Woken at once by a commit, and every second anyway: a lost nudge or a queue that forgot costs a second.
import type { ActionJobStore, ActionWork } from './records.ts'
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { lanes } from '../../nodes/contract/define.ts'
import type { WaitingAction } from './records.ts'
import { wakeAction } from './wake-cancelled.ts'
import { actionJobId } from '../queue/index.ts'
import type { ActionQueues, ActionRef, JobQueue } from '../queue/index.ts'
import type { ReportError } from '../queue/index.ts'

export interface OutboxDeps {
  store: Pick<ActionJobStore, 'drainActions'>
  queues: ActionQueues
  laneOf: ActionWork['laneOf']
  clock: Clock
  report: ReportError
  sweepMs: number
  /** An action without a sign of life for this long is given a job again; adding one that exists does nothing. */
  forgottenAfterMs: number
}

const batchSize = 100
// BullMQ's bulk insert makes a temporary table on Postgres: for a few jobs single inserts are quicker.
const fewJobs = 4

export class Outbox {
  readonly #deps: OutboxDeps
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #again = false
  #queued = 0

  constructor(deps: OutboxDeps) {
    this.#deps = deps
  }

  /** Jobs added since the start. */
  get queued(): number {
    return this.#queued
  }

  /** Empties the outbox now and then every `sweepMs`. */
  start(): void {
    void this.#sweep()
  }

  /** Something was written: never waits, and many calls at once cost one more look. */
  nudge(): void {
    if (this.#stopping.signal.aborted) return
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#empty().finally(() => {
      this.#running = undefined
      if (!this.#again) return
      this.#again = false
      this.nudge()
    })
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #sweep(): Promise<void> {
    const { clock, sweepMs } = this.#deps
    while (!this.#stopping.signal.aborted) {
      this.nudge()
      await clock.sleep(sweepMs, this.#stopping.signal).catch(() => undefined)
    }
  }

  async #empty(): Promise<void> {
    const { store, forgottenAfterMs, report } = this.#deps
    try {
      for (let isFull = true; isFull && !this.#stopping.signal.aborted;) {
        const options = { limit: batchSize, olderThanMs: forgottenAfterMs }
        const taken = await store.drainActions(options, (batch) => this.#add(batch))
        isFull = taken === batchSize
        this.#queued += taken
      }
    } catch (error) {
      report(error)
    }
  }

  async #add(batch: WaitingAction[]): Promise<void> {
    const { queues, laneOf } = this.#deps
    // Alerts first: nobody waits for their turn behind a question.
    for (const lane of lanes)
      await this.#addTo(
        queues[lane],
        batch.filter(({ type }) => laneOf(type) === lane),
      )
  }

  async #addTo(queue: JobQueue<ActionRef>, batch: WaitingAction[]): Promise<void> {
    // Its job may be there and wait for another try that nobody wants.
    for (const { id, isCancelled } of batch) if (isCancelled) await wakeAction(queue, id)
    const jobs = batch
      .filter(({ isCancelled }) => !isCancelled)
      .map(({ id, delayMs }) => ({
        name: 'action',
        data: { id },
        opts: { jobId: actionJobId(id), ...(delayMs > 0 ? { delay: delayMs } : {}) },
      }))
    if (jobs.length > fewJobs) await queue.addBulk(jobs)
    else await Promise.all(jobs.map((job) => queue.add(job.name, job.data, job.opts)))
  }
}
