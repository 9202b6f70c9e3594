// Brings messages from outside (answers, questions, other cameras) to a session: read when the bus says so and every five
// seconds, handed out once. Never makes a tick wait for the database.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import type { Bus } from '../live/index.ts'
import type { EngineStore } from './records.ts'
import type { SessionInput } from '../actions/index.ts'

const everyMs = 5000
const rememberedIds = 2000

export interface InputDeps {
  store: Pick<EngineStore, 'readInputs'>
  bus: Bus
  clock: Clock
  log: Log
}

export class Inputs {
  readonly #streamId: string
  readonly #deps: InputDeps
  readonly #unsubscribe: () => void
  readonly #seen = new Set<string>()
  #pending: SessionInput[] = []
  #isReading = false
  #isAskedAgain = false
  #readAtMs = -Infinity

  constructor(streamId: string, deps: InputDeps) {
    this.#streamId = streamId
    this.#deps = deps
    this.#unsubscribe = deps.bus.subscribe((message) => {
      if (message.type === 'input' && message.stream === streamId) void this.read()
    })
  }

  /** What has arrived since the last call, oldest first; also reads when it is time. */
  take(): SessionInput[] {
    if (this.#deps.clock.nowMs() - this.#readAtMs >= everyMs) void this.read()
    const pending = this.#pending
    this.#pending = []
    return pending
  }

  stop(): void {
    this.#unsubscribe()
  }

  /** Reads now; while it is being read, once more after that. */
  async read(): Promise<void> {
    if (this.#isReading) {
      this.#isAskedAgain = true
      return
    }
    this.#isReading = true
    this.#readAtMs = this.#deps.clock.nowMs()
    try {
      do {
        this.#isAskedAgain = false
        for (const input of await this.#deps.store.readInputs(this.#streamId)) this.#add(input)
      } while (this.#isAskedAgain)
    } catch (error) {
      this.#deps.log.warn(
        { stream: this.#streamId, error: toError(error).message },
        'questions and answers wait for the database',
      )
    } finally {
      this.#isReading = false
    }
  }

  #add(input: SessionInput): void {
    if (this.#seen.has(input.id)) return
    this.#seen.add(input.id)
    if (this.#seen.size > rememberedIds) this.#seen.delete(this.#seen.values().next().value ?? '')
    this.#pending.push(input)
  }
}
