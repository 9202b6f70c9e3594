// Lends a node its model session: opened when the connection allows, opened again when it did not, its memory kept for the
// next worker. Knows nothing of any protocol; never lets a missing connection end the stream.
import type { Clock, ModelPort, ModelSession, ModelVerdict } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { FastFrame } from '../../nodes/contract/frames.ts'

export interface ModelLinkOptions {
  models: ModelPort
  clock: Clock
  connection: string
  streamKey: string
  config: Record<string, unknown>
  timeoutMs: number
  /** From an earlier worker. */
  memory: ModelVerdict['memory']
  onRestarted(): void
}

const reopenMs = [1000, 2000, 4000, 10_000]

export class ModelLink implements ModelSession {
  readonly #options: ModelLinkOptions
  #session: ModelSession | null = null
  #opening: Promise<ModelSession> | null = null
  #failures = 0
  #tryAgainAtMs = 0
  #trouble: Error | null = null
  memory: ModelVerdict['memory']

  constructor(options: ModelLinkOptions) {
    this.#options = options
    this.memory = options.memory
  }

  /** Opens ahead of the first tick; a failure shows at that tick. */
  start(): void {
    this.#open().catch(() => undefined)
  }

  async tick(...[request, signal]: Parameters<ModelSession['tick']>): Promise<ModelVerdict> {
    const session = this.#session ?? await this.#open()
    const verdict = await session.tick(request, signal)
    if (verdict.memory) this.memory = verdict.memory
    if (verdict.restarted) this.#options.onRestarted()
    return verdict
  }

  feed(frame: FastFrame): void {
    this.#session?.feed?.(frame)
  }

  async finish(): Promise<ModelVerdict[]> {
    return await this.#session?.finish?.() ?? []
  }

  async close(): Promise<void> {
    await (await this.#letGo())?.close()
  }

  async release(): Promise<void> {
    const session = await this.#letGo()
    await (session?.release ? session.release() : session?.close())
  }

  async #letGo(): Promise<ModelSession | null> {
    const session = this.#session ?? await this.#opening?.catch(() => null)
    this.#session = null
    return session ?? null
  }

  #open(): Promise<ModelSession> {
    const { clock, config, connection, models, streamKey, timeoutMs } = this.#options
    if (this.#trouble && clock.nowMs() < this.#tryAgainAtMs) return Promise.reject(this.#trouble)
    this.#opening ??= models.open({ connection, streamKey, timeoutMs, config: { ...config, ...(this.memory ? { restore: this.memory } : {}) } })
      .then((session) => {
        this.#session = session
        this.#trouble = null
        return session
      })
      .catch((error: unknown) => {
        this.#opening = null
        this.#tryAgainAtMs = clock.nowMs() + (reopenMs[Math.min(this.#failures++, reopenMs.length - 1)] ?? 0)
        this.#trouble = isStopped(error) ? new RetryableError('MODEL_UNREACHABLE', 'The model is not open yet.') : toError(error)
        throw this.#trouble
      })
    return this.#opening
  }
}
