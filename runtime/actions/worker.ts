// Performs actions: begin (counted in the store), perform, end (one transaction with what follows). At least once, never lost.
// The only place that turns a FatalError into BullMQ's UnrecoverableError.
import type { ActionJobStore, ActionWork } from './records.ts'
import { UnrecoverableError } from 'bullmq'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { lanes } from '../../nodes/contract/define.ts'
import type { Lane } from '../../nodes/contract/define.ts'
import { FatalError, isStopped, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'
import type { Bus } from '../live/index.ts'
import { announceBegin, announceOutcome } from './announce.ts'
import type { ActionAddress, ActionOrder, ActionOutcome } from './records.ts'
import { handBack } from '../queue/index.ts'
import { wakeJob } from './wake-cancelled.ts'
import { actionPauseMs } from '../queue/index.ts'
import { persist } from '../queue/index.ts'
import { actionJobId, closeWorker, laneQueues, openWorker } from '../queue/index.ts'
import type { ActionQueues, ActionRef, JobWorker, QueueDeps, QueueJob } from '../queue/index.ts'
import { Receivers } from './receivers.ts'
import type { Hold, ReceiverLimits } from './receivers.ts'
import type { ReportError } from '../queue/index.ts'
import { within } from '../time-limit.ts'

export interface ActionWorkerDeps extends QueueDeps {
  store: Pick<ActionJobStore, 'beginAction' | 'endAction' | 'unwantedActions'>
  work: Pick<ActionWork, 'performAction' | 'addressOf'>
  bus: Bus
  clock: Clock
  log: Log
  random(): number
  queues: ActionQueues
  limits: Record<Lane, LaneLimits>
  report: ReportError
  name?: string | undefined
  /** The next actions are in the outbox. */
  nudge(): void
  /** How often the store is asked whether what runs here is still wanted: a word on the bus may be lost. Default 5 s. */
  lookMs?: number | undefined
  /** Between tries; injectable so that tests need not wait. */
  pauseMs?: (attempt: number, random: () => number, retryAfterMs?: number) => number
}

type Performed = Awaited<ReturnType<ActionWork['performAction']>>

export interface LaneLimits extends ReceiverLimits {
  /** Tries at a time of the whole lane. */
  slots: number
}

// Places are promises, not threads: what matters is that no lane takes another's, and no receiver a whole lane.
// A silent receiver costs its places for one time-out (10–20 s), then one probe at a time.
const breaker = { patience: 3, firstPauseMs: 5_000, longestPauseMs: 60_000 }
export const laneLimits: Record<Lane, LaneLimits> = {
  alerts: { slots: 200, places: 8, ...breaker },
  questions: { slots: 300, places: 40, ...breaker },
  speech: { slots: 100, places: 25, ...breaker },
}

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
  readonly #receivers: Record<Lane, Receivers>
  #workers: JobWorker<ActionRef>[] = []

  constructor(deps: ActionWorkerDeps) {
    this.#deps = deps
    const { limits } = deps
    this.#receivers = {
      alerts: new Receivers(deps, limits.alerts),
      questions: new Receivers(deps, limits.questions),
      speech: new Receivers(deps, limits.speech),
    }
  }

  get stats(): { running: number; delivered: number; failed: number; retried: number; silent: string[] } {
    const silent = lanes.flatMap((lane) => this.#receivers[lane].silent)
    return { running: this.#running.size, ...this.#counts, silent }
  }

  /** Starts taking actions. */
  async start(): Promise<void> {
    this.#workers = await Promise.all(lanes.map((lane) => this.#openLane(lane)))
    for (const worker of this.#workers)
      worker
        .run()
        .catch((error: unknown) =>
          this.#deps.log.error({ error: toError(error).message }, 'The action worker stopped taking jobs.'),
        )
    void this.#watchCancels()
  }

  #openLane(lane: Lane): Promise<JobWorker<ActionRef>> {
    const { random, limits, name, pauseMs = actionPauseMs } = this.#deps
    return openWorker<ActionRef>(laneQueues[lane], (job, token) => this.#process(job, token, lane), this.#deps, {
      concurrency: limits[lane].slots,
      name,
      pauseMs: (attempt, error) =>
        error instanceof RetryableError && error.retryAfterMs !== undefined
          ? error.retryAfterMs
          : pauseMs(attempt, random),
    })
  }

  /** Takes no more actions, waits `limitMs` for those that run, then aborts them and hands their jobs back. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#workers.map((worker) => worker.pause(true)))
    if (!(await this.#allEnd(limitMs))) {
      this.#abandon.abort(new StoppedError('This worker is shutting down; the action is tried again by another one.'))
      await this.#allEnd(2_000)
    }
    const isBusy = this.#running.size > 0
    await Promise.all(this.#workers.map((worker) => closeWorker(worker, isBusy, this.#deps.clock)))
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
    await within(Promise.allSettled(this.#running.values()), { ms: limitMs, clock: this.#deps.clock }, () => undefined)
    return this.#running.size === 0
  }

  async #process(job: QueueJob<ActionRef>, token: string, lane: Lane): Promise<void> {
    if (this.#stopping.signal.aborted) return handBack(job, token, this.#deps.clock, 2_000)
    const { id } = job.data
    const already = this.#running.get(id)
    if (already) return already
    const mine = this.#tryOnce(id, job, token, lane).finally(() => {
      // Sent to another lane, it may run there already.
      if (this.#running.get(id) !== mine) return
      this.#running.delete(id)
      this.#cancels.delete(id)
    })
    this.#running.set(id, mine)
    return mine
  }

  async #tryOnce(id: string, job: QueueJob<ActionRef>, token: string, lane: Lane): Promise<void> {
    const { store, work, clock } = this.#deps
    const order = await store.beginAction(id)
    if (!order) return
    const address = work.addressOf(order)
    if (address.lane !== lane) return this.#changeLane(order, address)
    const { receiver } = address
    if (receiver === undefined || order.isCancelled) {
      await this.#tryHere(order, job, token)
      return
    }
    const isGone = order.trouble?.state === 'gone'
    const hold = isGone ? undefined : this.#receivers[lane].enter(receiver, id)
    if (hold) return this.#hold(order, address, hold)
    // Performed without being sent: it fails in words, and what hangs on that goes on.
    if (isGone) return void (await this.#tryHere(order, job, token))
    const startedAtMs = clock.nowMs()
    let answered: boolean | undefined
    try {
      await this.#tryHere(order, job, token, (isAnswered) => {
        answered = isAnswered
      })
    } finally {
      const next = this.#receivers[lane].leave(receiver, startedAtMs, answered)
      void this.#call(next, lane)
    }
  }

  /** A job from before there were lanes, or one whose lane nobody knew: it waits again, in its own line. */
  async #changeLane(order: ActionOrder, { lane }: ActionAddress): Promise<void> {
    await this.#end(order, { state: 'retrying', detail: '', events: [], actions: [], inputs: [], isHeld: true })
    const { id } = order.action
    this.#running.delete(id)
    await this.#deps.queues[lane].add('action', { id }, { jobId: actionJobId(id) })
  }

  /** Nothing is tried and no place is held; what is put off does not wait for the receiver. */
  async #hold(
    order: ActionOrder,
    { following, receiver = '' }: ActionAddress,
    { afterMs, reason, silence }: Hold,
  ): Promise<never> {
    const { bus, clock, nudge } = this.#deps
    const outcome: ActionOutcome = {
      state: 'retrying',
      detail: reason,
      events: [],
      actions: following,
      inputs: [],
      isHeld: true,
      ...(silence ? { trouble: { receiver, state: 'silent', ...silence, text: reason } } : {}),
    }
    await this.#end(order, outcome)
    announceOutcome(bus, { ...order, attempt: order.attempt - 1 }, outcome, clock.nowMs())
    if (following.length > 0) nudge()
    throw new RetryableError('QUEUE_ACTION_RETRY', reason, { retryAfterMs: afterMs })
  }

  /** Those who waited for a place: at once instead of after their pause. */
  async #call(ids: string[], lane: Lane): Promise<void> {
    for (const id of ids) await wakeJob(this.#deps.queues[lane], id).catch(this.#deps.report)
  }

  #end(order: ActionOrder, outcome: ActionOutcome): Promise<void> {
    const { store, clock, random } = this.#deps
    return persist(() => store.endAction(order.action.id, outcome), {
      clock,
      random,
      signal: this.#abandon.signal,
      limitMs: keepTryingMs,
    })
  }

  async #tryHere(
    order: ActionOrder,
    job: QueueJob<ActionRef>,
    token: string,
    noteAnswer: (isAnswered: boolean) => void = () => undefined,
  ): Promise<void> {
    const { bus, clock, random, nudge, pauseMs = actionPauseMs } = this.#deps
    const { id } = order.action
    announceBegin(bus, order, clock.nowMs())
    const control = new AbortController()
    this.#cancels.set(id, control)
    if (order.isCancelled) this.cancel(id)
    const { outcome, fatal } = await this.#perform(order, control.signal)
    if (!outcome) return handBack(job, token, clock, 2_000)
    if (!control.signal.aborted) noteAnswer(outcome.isUnanswered !== true)
    await this.#end(order, outcome)
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
