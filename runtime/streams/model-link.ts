// Lends a node its model session: opened when the connection allows, opened again when it did not, its memory kept for the
// next worker. Knows nothing of any protocol; never lets a missing connection end the stream.
import type {
  AnsweredQuestion,
  Clock,
  FinishOptions,
  ModelMemory,
  ModelPort,
  ModelSession,
  ModelVerdict,
} from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { FastFrame } from '../../nodes/contract/frames.ts'
import { boundedMemory, withAnswer } from './memory.ts'

export interface ModelLinkOptions {
  models: ModelPort
  clock: Clock
  connection: string
  streamKey: string
  config: Record<string, unknown>
  timeoutMs: number
  /** From an earlier worker. */
  memory: ModelMemory | undefined
  /** The first session of a new run: a memory is from an earlier one, and its server cannot have lost anything. */
  isNew: boolean
  /** It was given its instruction and memory again; `isCorrected` because a person changed what it remembers. */
  onRestarted(isCorrected: boolean): void
  /** What the model's last verdict said of itself; null when all is well. */
  onTrouble(trouble: string | null): void
}

const reopenMs = [1000, 2000, 4000, 10_000]

export class ModelLink implements ModelSession {
  readonly #options: ModelLinkOptions
  #session: ModelSession | null = null
  #opening: Promise<ModelSession> | null = null
  #failures = 0
  #tryAgainAtMs = 0
  #trouble: Error | null = null
  #config: Record<string, unknown>
  #timeoutMs: number
  #isReplaced = false
  #isCorrected = false
  #hasOpened = false
  memory: ModelMemory | undefined

  constructor(options: ModelLinkOptions) {
    this.#options = options
    this.#config = options.config
    this.#timeoutMs = options.timeoutMs
    this.memory = options.memory
  }

  /** Opens ahead of the first tick; a failure shows at that tick. */
  start(): void {
    this.#open().catch(() => undefined)
  }

  /** Resolves once it is open, or is not for now. */
  async ready(): Promise<void> {
    if (!this.#session) await this.#open().catch(() => undefined)
  }

  async tick(...[request, signal]: Parameters<ModelSession['tick']>): Promise<ModelVerdict> {
    // Whoever is still to answer is heard first.
    if (this.#isReplaced && !this.#session?.isAwaiting?.()) await this.#beginAnew()
    const session = this.#session ?? (await this.#open())
    return this.#take(await session.tick(request, signal))
  }

  async catchUp(signal: AbortSignal): Promise<ModelVerdict | undefined> {
    const verdict = await this.#session?.catchUp?.(signal)
    return verdict && this.#take(verdict)
  }

  #take(verdict: ModelVerdict): ModelVerdict {
    if (verdict.memory && !this.#isReplaced)
      this.memory = boundedMemory({
        ...(this.memory?.questions ? { questions: this.memory.questions } : {}),
        ...verdict.memory,
      })
    if (verdict.restarted) this.#options.onRestarted(this.#isCorrected)
    this.#isCorrected = false
    this.#options.onTrouble(verdict.trouble ?? null)
    return verdict
  }

  /** Only for models that are asked things: a fall that the built-in one sees is no answer. */
  note(answered: AnsweredQuestion): void {
    if (!this.#session?.note) return
    this.#session.note(answered)
    this.memory = withAnswer(this.memory, answered)
  }

  /** A person has corrected what the model has in mind: its next tick begins a new session with this. */
  replace(memory: ModelMemory): void {
    this.memory = boundedMemory(memory)
    this.#isReplaced = true
  }

  /** Its node has other settings from now on: the session goes on with them. */
  change({ config, timeoutMs }: { config: Record<string, unknown>; timeoutMs: number }): void {
    this.#config = config
    this.#timeoutMs = timeoutMs
    this.#session?.change?.({ config, timeoutMs })
  }

  feed(frame: FastFrame): void {
    this.#session?.feed?.(frame)
  }

  async finish(options: FinishOptions): Promise<ModelVerdict[]> {
    return ((await this.#session?.finish?.(options)) ?? []).map((verdict) => this.#take(verdict))
  }

  async close(): Promise<void> {
    await (await this.#letGo())?.close()
  }

  async release(): Promise<void> {
    const session = await this.#letGo()
    await (session?.release ? session.release() : session?.close())
  }

  async #beginAnew(): Promise<void> {
    await (await this.#letGo())?.close()
    this.#opening = null
    this.#isReplaced = false
    this.#isCorrected = true
  }

  async #letGo(): Promise<ModelSession | null> {
    const session = this.#session ?? (await this.#opening?.catch(() => null))
    this.#session = null
    return session ?? null
  }

  #open(): Promise<ModelSession> {
    const { clock, connection, models, streamKey } = this.#options
    const [config, timeoutMs] = [this.#config, this.#timeoutMs]
    if (this.#trouble && clock.nowMs() < this.#tryAgainAtMs) return Promise.reject(this.#trouble)
    this.#opening ??= models
      .open({
        connection,
        streamKey,
        timeoutMs,
        config: {
          ...config,
          ...(this.memory ? { restore: this.memory } : {}),
          isReset: this.#isCorrected,
          isNew: this.#options.isNew && !this.#hasOpened,
        },
      })
      .then((session) => {
        this.#session = session
        if (this.#config !== config) session.change?.({ config: this.#config, timeoutMs: this.#timeoutMs })
        this.#hasOpened = true
        this.#trouble = null
        return session
      })
      .catch((error: unknown) => {
        this.#opening = null
        this.#tryAgainAtMs = clock.nowMs() + (reopenMs[Math.min(this.#failures++, reopenMs.length - 1)] ?? 0)
        this.#trouble = isStopped(error)
          ? new RetryableError('MODEL_UNREACHABLE', 'The model is not open yet.')
          : toError(error)
        throw this.#trouble
      })
    return this.#opening
  }
}
