// The actions of one rehearsed stream, performed when media time has come to them, in order. Takes the place of outbox, queue and
// workers; runs nothing by a wall clock and sends nothing: who performs is given.
import { StoppedError } from '../../nodes/contract/errors.ts'
import type { Target } from '../../nodes/contract/plan.ts'
import type { PlanStream } from '../../nodes/contract/plan.ts'
import type { ActionOrder, ActionOutcome, ActionRecord } from '../actions/index.ts'
import type { MediaClock } from '../streams/index.ts'

type Outcome = ActionOutcome & { retryAfterMs?: number }

export interface ActionDeskOptions {
  flow: { id: string; name: string; revision: number }
  plan: PlanStream
  clock: MediaClock
  signal: AbortSignal
  perform(order: ActionOrder, signal: AbortSignal): Promise<Outcome>
  /** What came of one: events and messages for the stream's nodes. */
  ended(outcome: Outcome): void
}

interface Waiting {
  record: ActionRecord
  attempt: number
  dueAtMs: number
}

/** More than any clip has reason for: a flow that answers itself would never end. */
const mostActions = 20_000
const firstPauseMs = 500

export class ActionDesk {
  readonly #options: ActionDeskOptions
  readonly #known = new Set<string>()
  #waiting: Waiting[] = []
  #isFull = false

  constructor(options: ActionDeskOptions) {
    this.#options = options
  }

  /** Something was left out, because there was too much of it. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Each once, by its id, as the outbox has it. */
  add(records: readonly ActionRecord[]): void {
    for (const record of records) {
      if (this.#known.has(record.id)) continue
      if (this.#known.size >= mostActions) {
        this.#isFull = true
        return
      }
      this.#known.add(record.id)
      this.#put({ record, attempt: 1, dueAtMs: record.dueAtMs ?? this.#options.clock.nowMs() })
    }
  }

  /** Does what is due by then, moving the clock on to each. */
  async settle(untilMs: number): Promise<void> {
    const { clock, signal } = this.#options
    for (;;) {
      const [next] = this.#waiting
      if (!next || next.dueAtMs > untilMs) return
      if (signal.aborted) throw new StoppedError()
      this.#waiting.shift()
      if (next.dueAtMs > clock.nowMs()) clock.moveTo(next.dueAtMs)
      await this.#perform(next)
    }
  }

  async #perform({ record, attempt }: Waiting): Promise<void> {
    const { clock, flow, plan, signal } = this.#options
    const node = plan.actions.find(({ id }) => id === record.node)
    if (!node) return
    const routes: Record<string, Target[]> = plan.routes
    const outcome = await this.#options.perform({ action: record, attempt, flow, node, routes }, signal)
    this.#options.ended(outcome)
    this.add(outcome.actions)
    if (outcome.state !== 'retrying') return
    const pauseMs = outcome.retryAfterMs ?? firstPauseMs * 2 ** Math.min(attempt, 7)
    this.#put({ record, attempt: attempt + 1, dueAtMs: clock.nowMs() + pauseMs })
  }

  /** Of those due at one moment the one that came first stays first. */
  #put(waiting: Waiting): void {
    const at = this.#waiting.findIndex(({ dueAtMs }) => dueAtMs > waiting.dueAtMs)
    if (at < 0) this.#waiting.push(waiting)
    else this.#waiting.splice(at, 0, waiting)
  }
}
