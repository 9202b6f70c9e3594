// One request to a model at a time, whatever happens: a tick waits so long and no longer, its answer counts whenever it comes,
// and a server in trouble is left alone for a while. Never sends while an answer is awaited; knows nothing of protocols.
import type { Clock, ModelSession, ModelTick, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'

/** After the first quick failure the very next tick tries again: one bad answer is not an outage. */
const pausesMs = [0, 1000, 2000, 4000, 8000, 10_000]

interface Asked {
  request: ModelTick
  sentAtMs: number
  /** Settles with the answer, never rejects. */
  done: Promise<void>
  outcome: { verdict: ModelVerdict } | { error: Error } | null
}

/**
 * Wraps a session. `waitMs`: so long a tick waits for its answer; throws RetryableError MODEL_TIMEOUT then, MODEL_LATE at the ticks
 * after it, until the answer is there: it is the verdict of the tick that finds it, `late` saying to which request it belongs.
 */
export function oneInFlight(session: ModelSession, options: { clock: Clock; waitMs: number }): ModelSession {
  const flight = new Flight(session, options)
  const { change, feed, note, release } = session
  return {
    tick: (request, signal) => flight.tick(request, signal),
    isAwaiting: () => flight.isAwaiting,
    change: (settings) => {
      flight.waitMs = settings.timeoutMs
      change?.(settings)
    },
    finish: () => flight.finish(),
    close: () => flight.end(() => session.close()),
    ...(feed ? { feed } : {}),
    ...(note ? { note } : {}),
    ...(release ? { release: () => flight.end(release) } : {}),
  }
}

/*
 * idle ──tick──► asked ──answer within the wait──► idle
 *                  │ the wait is over
 *                  ▼
 *                late ──answer──► taken by the next tick, idle      every tick before that is silent
 *                  │ the request fails for good
 *                  ▼
 *               resting ──1, 2, 4 … 10 s──► idle
 */
class Flight {
  readonly #session: ModelSession
  readonly #clock: Clock
  waitMs: number
  /** Ends what is in flight together with the session, not with the tick that sent it. */
  readonly #ending = new AbortController()
  #asked: Asked | null = null
  #failures = 0
  #tryAgainAtMs = 0
  #trouble: Error | null = null

  constructor(session: ModelSession, options: { clock: Clock; waitMs: number }) {
    this.#session = session
    this.#clock = options.clock
    this.waitMs = options.waitMs
  }

  get isAwaiting(): boolean {
    return this.#asked !== null
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    if (this.#asked) return this.#takeLate()
    const { waitMs } = this
    if (this.#trouble && this.#clock.nowMs() < this.#tryAgainAtMs) throw this.#trouble
    const asked = this.#send(request)
    await settledWithin(asked.done, waitMs, signal)
    if (!asked.outcome)
      throw new RetryableError(
        'MODEL_TIMEOUT',
        `The model server did not answer within ${waitMs / 1000} s. Its answer is taken when it comes.`,
      )
    return this.#settle(asked)
  }

  /** At the end of the source an answer on its way is waited for once more. */
  async finish(): Promise<ModelVerdict[]> {
    const asked = this.#asked
    if (asked) await settledWithin(asked.done, this.waitMs, this.#ending.signal)
    const late = asked?.outcome && 'verdict' in asked.outcome ? [this.#lateVerdict(asked, asked.outcome.verdict)] : []
    if (late.length > 0) this.#asked = null
    return [...late, ...((await this.#session.finish?.()) ?? [])]
  }

  async end(letGo: () => Promise<void>): Promise<void> {
    this.#ending.abort(new StoppedError())
    await letGo()
  }

  #send(request: ModelTick): Asked {
    const asked: Asked = { request, sentAtMs: this.#clock.nowMs(), done: Promise.resolve(), outcome: null }
    asked.done = this.#session.tick(request, this.#ending.signal).then(
      (verdict) => {
        asked.outcome = { verdict }
      },
      (error: unknown) => {
        asked.outcome = { error: toError(error) }
      },
    )
    this.#asked = asked
    return asked
  }

  #takeLate(): ModelVerdict {
    const asked = this.#asked
    if (!asked?.outcome) {
      const seconds = Math.max(1, Math.round((this.#clock.nowMs() - (asked?.sentAtMs ?? 0)) / 1000))
      throw new RetryableError(
        'MODEL_LATE',
        `The model server is still at work on the picture of ${seconds} s ago. Nothing more is sent until it has answered.`,
      )
    }
    // A request that took longer than a tick may and failed in the end: that server is not asked again at once.
    if ('error' in asked.outcome) this.#failures = Math.max(this.#failures, 1)
    return this.#lateVerdict(asked, this.#settle(asked))
  }

  #lateVerdict(asked: Asked, verdict: ModelVerdict): ModelVerdict {
    return { ...verdict, mediaTimeS: verdict.mediaTimeS ?? asked.request.mediaTimeS, late: asked.request }
  }

  #settle(asked: Asked): ModelVerdict {
    this.#asked = null
    const { outcome } = asked
    if (outcome && 'verdict' in outcome) {
      this.#failures = 0
      this.#trouble = null
      return outcome.verdict
    }
    const error = outcome?.error ?? new StoppedError()
    if (isStopped(error)) throw error
    this.#trouble = error
    this.#tryAgainAtMs = this.#clock.nowMs() + (pausesMs[Math.min(this.#failures, pausesMs.length - 1)] ?? 0)
    this.#failures++
    throw error
  }
}

/** Returns when `done` has settled, or when the time is over. Throws StoppedError with the signal. */
function settledWithin(done: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new StoppedError())
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      settle()
    }
    const stop = (): void => end(() => reject(new StoppedError()))
    const timer = setTimeout(() => end(resolve), ms)
    signal.addEventListener('abort', stop, { once: true })
    void done.then(() => end(resolve))
  })
}
