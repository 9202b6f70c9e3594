// Performs actions: begin (counted in the store), perform, end (one transaction with what follows). At least once, never lost.
// The only place that turns a FatalError into BullMQ's UnrecoverableError.
import { UnrecoverableError } from 'bullmq'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { FatalError, isStopped, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { Bus } from '../engine/deps.ts'
import { announceBegin, announceOutcome } from './announce.ts'
import type { ActionOrder, ActionOutcome, QueueStore, QueueWork } from './deps.ts'
import { handBack } from './hand-back.ts'
import { actionPauseMs } from './pauses.ts'
import { persist } from './persist.ts'
import { closeWorker, openWorker, queueNames } from './queue.ts'
import type { ActionRef, JobWorker, QueueDeps, QueueJob } from './queue.ts'

export interface ActionWorkerDeps extends QueueDeps {
  store: Pick<QueueStore, 'beginAction' | 'endAction' | 'unwantedActions'>
  work: Pick<QueueWork, 'performAction'>
  bus: Bus
  clock: Clock
  log: Log
  random(): number
  concurrency: number
  name?: string | undefined
  /** The next actions are in the outbox. */
  nudge(): void
  /** How often the store is asked whether what runs here is still wanted: a word on the bus may be lost. Default 5 s. */
  lookMs?: number | undefined
  /** Between tries; injectable so that tests need not wait. */
  pauseMs?: (attempt: number, random: () => number, retryAfterMs?: number) => number
}

type Performed = ActionOutcome & { retryAfterMs?: number }

// Only for bugs: a node that keeps throwing would otherwise be tried for ever. Troubles of receivers are counted by the node.
const maxThrows = 20
const keepTryingMs = 600_000

export class ActionWorker {
  readonly #deps: ActionWorkerDeps
  /** By action id: a queue that forgot and was told again must not perform twice at the same time. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #cancels = new Map<string, AbortController>()
  readonly #stopping = new AbortController()
  readonly #abandon = new AbortController()
  readonly #counts = { delivered: 0, failed: 0, retried: 0 }
  #worker: JobWorker<ActionRef> | undefined

  constructor(deps: ActionWorkerDeps) {
    this.#deps = deps
  }

  get stats(): { running: number; delivered: number; failed: number; retried: number } {
    return { running: this.#running.size, ...this.#counts }
  }

  /** Starts taking actions. */
  async start(): Promise<void> {
    const { random, concurrency, name, pauseMs = actionPauseMs } = this.#deps
    this.#worker = await openWorker<ActionRef>(
      queueNames.actions,
      (job, token) => this.#process(job, token),
      this.#deps,
      {
        concurrency,
        name,
        pauseMs: (attempt, error) =>
          error instanceof RetryableError && error.retryAfterMs !== undefined
            ? error.retryAfterMs
            : pauseMs(attempt, random),
      },
    )
    this.#worker
      .run()
      .catch((error: unknown) =>
        this.#deps.log.error({ error: toError(error).message }, 'The action worker stopped taking jobs.'),
      )
    void this.#watchCancels()
  }

  /** Takes no more actions, waits `limitMs` for those that run, then aborts them and hands their jobs back. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort()
    await this.#worker?.pause(true)
    if (!(await this.#allEnd(limitMs))) {
      this.#abandon.abort(new StoppedError('This worker is shutting down; the action is tried again by another one.'))
      await this.#allEnd(2_000)
    }
    await closeWorker(this.#worker, this.#running.size > 0, this.#deps.clock)
  }

  /** Ends a try that runs here; what runs elsewhere or waits for another try is marked in the store, and its job made to run now. */
  cancel(id: string): void {
    this.#cancels.get(id)?.abort(new FatalError('ACTION_CANCELLED', 'Cancelled by a person.'))
  }

  async #watchCancels(): Promise<void> {
    const { clock, store, lookMs = 5_000 } = this.#deps
    while (!this.#stopping.signal.aborted) {
      await clock.sleep(lookMs, this.#stopping.signal).catch(() => undefined)
      const running = [...this.#cancels.keys()]
      if (running.length === 0 || this.#stopping.signal.aborted) continue
      // A database that is away says nothing about what is wanted.
      for (const id of await store.unwantedActions(running).catch(() => [])) this.cancel(id)
    }
  }

  async #allEnd(limitMs: number): Promise<boolean> {
    const late = new AbortController()
    await Promise.race([
      Promise.allSettled(this.#running.values()),
      this.#deps.clock.sleep(limitMs, late.signal).catch(() => undefined),
    ])
    late.abort()
    return this.#running.size === 0
  }

  async #process(job: QueueJob<ActionRef>, token: string): Promise<void> {
    if (this.#stopping.signal.aborted) return handBack(job, token, this.#deps.clock, 2_000)
    const { id } = job.data
    const already = this.#running.get(id)
    if (already) return already
    const mine = this.#tryOnce(id, job, token).finally(() => {
      this.#running.delete(id)
      this.#cancels.delete(id)
    })
    this.#running.set(id, mine)
    return mine
  }

  async #tryOnce(id: string, job: QueueJob<ActionRef>, token: string): Promise<void> {
    const { store, bus, clock, random, nudge, pauseMs = actionPauseMs } = this.#deps
    const order = await store.beginAction(id)
    if (!order) return
    announceBegin(bus, order, clock.nowMs())
    const control = new AbortController()
    this.#cancels.set(id, control)
    if (order.isCancelled) this.cancel(id)
    const { outcome, fatal } = await this.#perform(order, control.signal)
    if (!outcome) return handBack(job, token, clock, 2_000)
    await persist(() => store.endAction(id, outcome), {
      clock,
      random,
      signal: this.#abandon.signal,
      limitMs: keepTryingMs,
    })
    announceOutcome(bus, order, outcome, clock.nowMs())
    if (outcome.actions.length > 0) nudge()
    if (outcome.state === 'retrying') {
      this.#counts.retried += 1
      // Cancelled while this try was written down: the next one says so at once.
      const retryAfterMs = control.signal.aborted ? 0 : pauseMs(order.attempt, random, outcome.retryAfterMs)
      throw new RetryableError('QUEUE_ACTION_RETRY', outcome.detail, { retryAfterMs })
    }
    this.#counts[outcome.state] += 1
    if (fatal) throw new UnrecoverableError(fatal.message)
  }

  /** No outcome means: aborted by our own shutdown, nothing is known. */
  async #perform(order: ActionOrder, cancelled: AbortSignal): Promise<{ outcome?: Performed; fatal?: FatalError }> {
    const { work, log } = this.#deps
    try {
      return { outcome: await work.performAction(order, AbortSignal.any([this.#abandon.signal, cancelled])) }
    } catch (thrown) {
      if (this.#abandon.signal.aborted && isStopped(thrown)) return {}
      const error = toError(thrown)
      log.error(
        {
          action: order.action.id,
          node: order.action.node,
          attempt: order.attempt,
          error: error.message,
          stack: error.stack,
        },
        'An action threw.',
      )
      const nothing = { detail: error.message, events: [], actions: [], inputs: [] }
      if (error instanceof FatalError) return { outcome: { ...nothing, state: 'failed' }, fatal: error }
      if (order.attempt >= maxThrows) return { outcome: { ...nothing, state: 'failed' } }
      const retryAfterMs = error instanceof RetryableError ? error.retryAfterMs : undefined
      return { outcome: { ...nothing, state: 'retrying', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } }
    }
  }
}
