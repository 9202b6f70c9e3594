// One request to a model at a time, whatever happens: a tick waits so long and no longer, its answer counts whenever it comes,
// and a server in trouble is left alone for a while. Never sends while an answer is awaited; knows nothing of protocols.
import type {
  Clock,
  FinishOptions,
  ModelConversation,
  ModelTick,
  ModelVerdict,
} from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, StoppedError, toError } from '../../nodes/contract/errors.ts'

/** After the first quick failure the very next tick tries again: one bad answer is not an outage. */
const pausesMs = [0, 1000, 2000, 4000, 8000, 10_000]

/** At the end an answer on its way, and one to the newest picture, are waited for: both together so long. */
const lastAnswerMs = 30_000
/** A picture that could not be shown is news for so long. */
const unseenForMs = 60_000
/** Between two looks whether the machine of a late server is still there. */
const lookAgainMs = 2000
/** One look may fail for a lost packet. */
const mostMissed = 2

interface Asked {
  request: ModelTick
  sentAtMs: number
  /** Ends the request and nothing else. */
  control: AbortController
  /** Settles with the answer, never rejects. */
  done: Promise<void>
  outcome: { verdict: ModelVerdict } | { error: Error } | null
}

export interface FlightOptions {
  clock: Clock
  /** So long a tick waits for its answer. */
  waitMs: number
  /** Whether the server's machine answers to a new connection. A machine that vanished breaks no old one. */
  isThere?(signal: AbortSignal): Promise<boolean>
}

/**
 * Wraps a conversation. A tick whose answer is not there in time throws RetryableError MODEL_TIMEOUT, those after it MODEL_LATE, until the
 * answer is there: it is the verdict of the tick that finds it, `late` saying to which request it belongs. A late request whose
 * machine has vanished is given up (MODEL_UNREACHABLE): some 15 s after it was sent, with the usual wait of 5 s.
 */
export function oneInFlight(conversation: ModelConversation, options: FlightOptions): ModelConversation {
  const flight = new Flight(conversation, options)
  const { change, feed, note, release } = conversation
  return {
    tick: (request, signal) => flight.tick(request, signal),
    isAwaiting: () => flight.isAwaiting,
    change: (settings) => {
      flight.waitMs = settings.timeoutMs
      change?.(settings)
    },
    catchUp: (signal) => flight.catchUp(signal),
    finish: (finish) => flight.finish(finish),
    close: () => flight.end(() => conversation.close()),
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
 *                  │ the request fails for good, or its machine is not there any more
 *                  ▼
 *               resting ──1, 2, 4 … 10 s──► idle
 */
class Flight {
  readonly #conversation: ModelConversation
  readonly #clock: Clock
  readonly #isThere: FlightOptions['isThere']
  waitMs: number
  /** Ends what is in flight together with the conversation, not with the tick that sent it. */
  readonly #ending = new AbortController()
  #asked: Asked | null = null
  /** The newest picture that could not be shown, because another one was at work or the server in trouble. */
  #unseen: ModelTick | null = null
  #failures = 0
  #tryAgainAtMs = 0
  #trouble: Error | null = null

  constructor(conversation: ModelConversation, options: FlightOptions) {
    this.#conversation = conversation
    this.#clock = options.clock
    this.#isThere = options.isThere
    this.waitMs = options.waitMs
  }

  get isAwaiting(): boolean {
    return this.#asked !== null
  }

  async tick(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    if (this.#asked) {
      this.#unseen = request
      return this.#takeLate()
    }
    return await this.#ask(request, signal)
  }

  async catchUp(signal: AbortSignal): Promise<ModelVerdict | undefined> {
    if (this.#asked) return this.#asked.outcome ? this.#takeLate() : undefined
    const unseen = this.#takeUnseen()
    return unseen ? lateVerdict(unseen, await this.#ask(unseen, signal)) : undefined
  }

  async #ask(request: ModelTick, signal: AbortSignal): Promise<ModelVerdict> {
    const { waitMs } = this
    if (this.#trouble && this.#clock.nowMs() < this.#tryAgainAtMs) {
      this.#unseen = request
      throw this.#trouble
    }
    const asked = this.#send(request)
    await settledWithin(asked.done, waitMs, signal)
    if (!asked.outcome) {
      void this.#watchMachine(asked)
      throw new RetryableError(
        'MODEL_TIMEOUT',
        `The model server did not answer within ${waitMs / 1000} s. Its answer is taken when it comes.`,
      )
    }
    return this.#settle(asked)
  }

  /** What was said late; at the end also what is said within the bound, to the newest picture as well. */
  async finish(options: FinishOptions): Promise<ModelVerdict[]> {
    const said: ModelVerdict[] = []
    const untilMs = performance.now() + (options.mayWait ? lastAnswerMs : 0)
    const signal = AbortSignal.any([this.#ending.signal, options.signal])
    while (!signal.aborted) {
      const unseen = this.#asked || !options.mayWait ? null : this.#takeUnseen()
      const asked = this.#asked ?? (unseen && this.#send(unseen))
      if (!asked) break
      await settledWithin(asked.done, Math.max(0, untilMs - performance.now()), signal).catch(() => undefined)
      if (!asked.outcome) break
      try {
        said.push(this.#takeLate())
      } catch {
        // It has come to nothing, and there is no tick any more that could show it.
        break
      }
    }
    return [...said, ...((await this.#conversation.finish?.(options)) ?? [])]
  }

  #takeUnseen(): ModelTick | null {
    const unseen = this.#unseen
    this.#unseen = null
    return unseen && this.#clock.nowMs() - unseen.atMs <= unseenForMs ? unseen : null
  }

  async end(letGo: () => Promise<void>): Promise<void> {
    this.#ending.abort(new StoppedError())
    await letGo()
  }

  #send(request: ModelTick): Asked {
    const control = new AbortController()
    const asked: Asked = { request, control, sentAtMs: this.#clock.nowMs(), done: Promise.resolve(), outcome: null }
    const signal = AbortSignal.any([this.#ending.signal, control.signal])
    asked.done = this.#conversation.tick(request, signal).then(
      (verdict) => {
        asked.outcome = { verdict }
      },
      (error: unknown) => {
        const { reason } = control.signal as { reason: unknown }
        asked.outcome = { error: toError(reason ?? error) }
      },
    )
    this.#asked = asked
    this.#unseen = null
    return asked
  }

  /** While an answer is late: a slow server still takes connections, a machine that is gone does not. */
  async #watchMachine({ control, done }: Asked): Promise<void> {
    const isThere = this.#isThere
    if (!isThere) return
    const over = new AbortController()
    void done.then(() => over.abort())
    try {
      for (let missed = 0; missed < mostMissed && !over.signal.aborted;) {
        missed = (await isThere(over.signal)) ? 0 : missed + 1
        if (missed < mostMissed) await this.#clock.sleep(lookAgainMs, over.signal)
      }
    } catch {
      // Answered meanwhile, or an address that may not be asked: the request itself has the words.
      return
    }
    control.abort(
      new RetryableError(
        'MODEL_UNREACHABLE',
        'The model server does not answer any more, and neither does its machine: it is switched off or cut from the network. It is asked again until it is back.',
      ),
    )
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
    return lateVerdict(asked.request, this.#settle(asked))
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
    this.#unseen ??= asked.request
    this.#trouble = error
    this.#tryAgainAtMs = this.#clock.nowMs() + (pausesMs[Math.min(this.#failures, pausesMs.length - 1)] ?? 0)
    this.#failures++
    throw error
  }
}

function lateVerdict(request: ModelTick, verdict: ModelVerdict): ModelVerdict {
  return { ...verdict, mediaTimeS: verdict.mediaTimeS ?? request.mediaTimeS, late: verdict.late ?? request }
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
