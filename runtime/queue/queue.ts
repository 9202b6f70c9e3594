// BullMQ's queues and workers, the same on both backends: names, job ids, job options. Jobs carry ids and nothing else.
import { isNotConnectionError, Queue, Worker } from 'bullmq'
import type { IQueueBackend, Job, JobProgress, WorkerOptions } from 'bullmq'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import type { Lane } from '../../nodes/contract/define.ts'
import type { StreamRef } from './records.ts'
import type { QueueConnection } from './connection.ts'
import { refusalPauseMs } from './pauses.ts'
import { createReporter, unreachable, answerOf } from './trouble.ts'

export const queueNames = {
  streams: 'streams',
  actions: 'actions',
  upkeep: 'upkeep',
  rehearsals: 'rehearsals',
} as const

/** The queue of each lane. That of alerts has the name that all actions shared once: its jobs find their lane from there. */
export const laneQueues: Readonly<Record<Lane, string>> = {
  alerts: queueNames.actions,
  questions: 'questions',
  speech: 'speech',
}

export type JobQueue<Data> = Queue<Data, void, string, Data, void, string, IQueueBackend, unknown>
export type JobWorker<Data> = Worker<Data, void, string, IQueueBackend, JobProgress, unknown>
export type QueueJob<Data> = Job<Data, void, string>
export interface ActionRef {
  id: string
}
export type ActionQueues = Readonly<Record<Lane, JobQueue<ActionRef>>>

/** A lock is a lease: renewed every 1–2 s, lost after 8; another worker looks for lost ones every 4 s, so takes over within 12. */
export const lease = { durationMs: 8_000, renewMs: 2_000, abortAfterMs: 7_000, checkMs: 4_000 } as const
/**
 * Where no other process can take a stream, nobody has to let go of it in time: while the database is away the session watches on, and on its
 * return the lease is renewed as if nothing had been. Longer than two minutes is a process that hangs.
 */
export const soleLease = { ...lease, durationMs: 130_000, abortAfterMs: 120_000 } as const

const closeLimitMs = 3_000

/** Whether to try again is decided by us, so BullMQ is told "for ever"; pauses come from the thrown error. */
const jobOptions = {
  attempts: 2_000_000_000,
  backoff: { type: 'custom' },
  // Kept jobs would make adding one under the same id do nothing: the store remembers, the queue forgets.
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
}

/** The id of a stream's job. Run is part of it: a new deployment is a new job. */
export function streamJobId(ref: StreamRef): string {
  return safeId(`${ref.streamId}.${ref.run}`)
}

/** The id of an action's job. */
export function actionJobId(id: string): string {
  return safeId(id)
}

// BullMQ keeps ":" for itself.
function safeId(id: string): string {
  return id.replaceAll('%', '%25').replaceAll(':', '%3A')
}

export interface QueueDeps {
  connection: QueueConnection
  clock: Clock
  log: Log
  random(): number
}

/** A queue to add to, ready to take jobs. */
export async function openQueue<Data>(name: string, { connection, clock, log }: QueueDeps): Promise<JobQueue<Data>> {
  return ready(() => {
    const queue: JobQueue<Data> = new Queue(
      name,
      {
        connection: {},
        prefix: connection.prefix,
        defaultJobOptions: jobOptions,
        streams: { events: { maxLen: 500 } },
      },
      connection.factory,
    )
    queue.on('error', createReporter(log, clock, { queue: name }))
    return queue
  }, name)
}

export type Processor<Data> = (job: QueueJob<Data>, token: string) => Promise<void>
export interface WorkerExtras {
  concurrency: number
  pauseMs(attempt: number, error: Error): number
  onRenewal?: Renewal
  name?: string | undefined
  /** Of its jobs; `lease` when absent. */
  lockMs?: number
}
export interface Renewal {
  renewed(jobIds: string[], atMs: number): void
  lost(jobIds: string[]): void
}

/** A worker that is connected but takes no job before `run`. */
export async function openWorker<Data>(
  name: string,
  process: Processor<Data>,
  { connection, clock, log, random }: QueueDeps,
  extras: WorkerExtras,
): Promise<JobWorker<Data>> {
  return ready(() => {
    const options: WorkerOptions<unknown> = {
      connection: {},
      prefix: connection.prefix,
      autorun: false,
      concurrency: extras.concurrency,
      // Kept with each job it takes, see take-over.ts.
      ...(extras.name === undefined ? {} : { name: extras.name }),
      lockDuration: extras.lockMs ?? lease.durationMs,
      lockRenewTime: lease.renewMs,
      stalledInterval: lease.checkMs,
      // A stream may change hands for weeks; being killed is never its fault.
      maxStalledCount: 1_000_000_000,
      runRetryDelay: 500,
      drainDelay: 5,
      settings: {
        backoffStrategy: (attempt, _type, error) =>
          extras.pauseMs(attempt, error ?? new Error('The job gave no reason.')),
      },
    }
    const worker: JobWorker<Data> = new LeaseWorker<Data>(
      name,
      (job, token) => process(job, token ?? ''),
      options,
      connection.factory,
      { clock, random },
      extras.onRenewal,
    )
    worker.on('error', createReporter(log, clock, { worker: name }))
    return worker
  }, name)
}

/** Closes a worker, `force` when jobs are left that will not end. With the backend away it ends once the connection is cut. */
export async function closeWorker<Data>(
  worker: JobWorker<Data> | undefined,
  force: boolean,
  clock: Clock,
): Promise<void> {
  if (worker) await answerOf(worker.close(force), closeLimitMs, clock, 'The queue').catch(() => undefined)
}

/** Says when a lease was renewed, counted from before the question was asked: never later than the backend counts. */
class LeaseWorker<Data> extends Worker<Data, void, string, IQueueBackend, JobProgress, unknown> {
  readonly #deps: Pick<QueueDeps, 'clock' | 'random'>
  readonly #renewal: Renewal | undefined
  readonly #closed = new AbortController()
  #refusals = 0

  constructor(
    name: string,
    process: Processor<Data>,
    options: WorkerOptions<unknown>,
    factory: QueueConnection['factory'],
    deps: Pick<QueueDeps, 'clock' | 'random'>,
    renewal: Renewal | undefined,
  ) {
    super(name, (job, token) => process(job, token ?? ''), options, factory)
    this.#deps = deps
    this.#renewal = renewal
  }

  override async close(force?: boolean): Promise<void> {
    this.#closed.abort()
    await super.close(force)
  }

  /** BullMQ waits after a lost connection; a backend that answers and refuses it would ask hundreds of times a second. */
  protected override async moveToActive(token: string, name?: string): Promise<QueueJob<Data>> {
    try {
      const job = await super.moveToActive(token, name)
      this.#refusals = 0
      return job
    } catch (error) {
      if (isNotConnectionError(error as Error)) {
        const pauseMs = refusalPauseMs(++this.#refusals, this.#deps.random)
        await this.#deps.clock.sleep(pauseMs, this.#closed.signal).catch(() => undefined)
      }
      throw error
    }
  }

  override async extendJobLocks(jobIds: string[], tokens: string[], durationMs: number): Promise<string[]> {
    const askedAtMs = this.#deps.clock.nowMs()
    const lost = await super.extendJobLocks(jobIds, tokens, durationMs)
    this.#renewal?.renewed(
      jobIds.filter((id) => !lost.includes(id)),
      askedAtMs,
    )
    if (lost.length > 0) this.#renewal?.lost(lost)
    return lost
  }
}

/** BullMQ remembers a failed first connection for ever, so a queue born into an outage is thrown away and made anew. */
async function ready<T extends { waitUntilReady(): Promise<unknown>; close(): Promise<void> }>(
  make: () => T,
  name: string,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const made = make()
    try {
      await made.waitUntilReady()
      return made
    } catch (error) {
      await made.close().catch(() => undefined)
      if (attempt === 5) throw unreachable(`The queue "${name}"`, error)
    }
  }
}
