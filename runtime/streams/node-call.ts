// One call of a node's onTick, waited for no longer than its deadline. A call that hangs stays known until it answers, so
// that a node never has two of them; what comes for it meanwhile is kept. Ends no node and writes nothing.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { Ports } from '../../nodes/contract/define.ts'
import type { Waiting } from './inbox.ts'
import { within } from '../time-limit.ts'

/** A node that only thinks is done in milliseconds; one that asks a model has time limits of its own, which come first. */
export const nodeDeadlineMs = { plain: 5_000, model: 45_000 } as const
/** After a stop, for what a node still has to say. */
const stopPatienceMs = 2_000
const mostKept = 200

export type Outcome = { sent: Record<string, unknown> | undefined } | { error: unknown }

export class NodeCall {
  readonly startedAtMs: number
  /** Undefined while it has not answered. */
  outcome: Outcome | undefined
  readonly #answer: Promise<Outcome>
  readonly #kept: Waiting[] = []

  constructor(answer: PromiseLike<Record<string, unknown> | undefined>, startedAtMs: number) {
    this.startedAtMs = startedAtMs
    this.#answer = Promise.resolve(answer).then(
      (sent) => (this.outcome = { sent }),
      (error: unknown) => (this.outcome = { error }),
    )
  }

  /** Resolves to what came of it, or undefined when it hangs. After a stop it is waited for a little and then left alone. */
  async within(limitMs: number, clock: Pick<Clock, 'sleep'>, signal: AbortSignal): Promise<Outcome | undefined> {
    const late = (): undefined => undefined
    try {
      return (await within(this.#answer, { ms: limitMs, clock, signal }, late)) ?? undefined
    } catch (error) {
      if (!signal.aborted) throw error
      return (await within(this.#answer, { ms: stopPatienceMs, clock }, late)) ?? undefined
    }
  }

  /** Keeps messages that came while it hangs; a picture is of its own second and is not kept. */
  keep(waiting: readonly Waiting[], ports: Ports): void {
    this.#kept.push(...waiting.filter(({ port }) => ports[port]?.kind !== 'frames'))
    this.#kept.splice(0, Math.max(0, this.#kept.length - mostKept))
  }

  get kept(): readonly Waiting[] {
    return this.#kept
  }
}
