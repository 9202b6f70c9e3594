// Lends a node its conversation with a model: opened when the connection allows, opened again when it did not, its memory kept for the
// next worker. Knows nothing of any protocol; never lets a missing connection end the stream.
import type {
  AnsweredQuestion,
  Clock,
  FinishOptions,
  ModelMemory,
  ModelPort,
  ModelConversation,
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

export class ModelLink implements ModelConversation {
  readonly #options: ModelLinkOptions
  #conversation: ModelConversation | null = null
  #opening: Promise<ModelConversation> | null = null
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
    if (!this.#conversation) await this.#open().catch(() => undefined)
  }

  async tick(...[request, signal]: Parameters<ModelConversation['tick']>): Promise<ModelVerdict> {
    // Whoever is still to answer is heard first.
    if (this.#isReplaced && !this.#conversation?.isAwaiting?.()) await this.#beginAnew()
    const conversation = this.#conversation ?? (await this.#open())
    return this.#take(await conversation.tick(request, signal))
  }

  async catchUp(signal: AbortSignal): Promise<ModelVerdict | undefined> {
    const verdict = await this.#conversation?.catchUp?.(signal)
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
    if (!this.#conversation?.note) return
    this.#conversation.note(answered)
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
    this.#conversation?.change?.({ config, timeoutMs })
  }

  feed(frame: FastFrame): void {
    this.#conversation?.feed?.(frame)
  }

  async finish(options: FinishOptions): Promise<ModelVerdict[]> {
    return ((await this.#conversation?.finish?.(options)) ?? []).map((verdict) => this.#take(verdict))
  }

  async close(): Promise<void> {
    await (await this.#letGo())?.close()
  }

  async release(): Promise<void> {
    const conversation = await this.#letGo()
    await (conversation?.release ? conversation.release() : conversation?.close())
  }

  async #beginAnew(): Promise<void> {
    await (await this.#letGo())?.close()
    this.#opening = null
    this.#isReplaced = false
    this.#isCorrected = true
  }

  async #letGo(): Promise<ModelConversation | null> {
    const conversation = this.#conversation ?? (await this.#opening?.catch(() => null))
    this.#conversation = null
    return conversation ?? null
  }

  #open(): Promise<ModelConversation> {
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
      .then((conversation) => {
        this.#conversation = conversation
        if (this.#config !== config) conversation.change?.({ config: this.#config, timeoutMs: this.#timeoutMs })
        this.#hasOpened = true
        this.#trouble = null
        return conversation
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
