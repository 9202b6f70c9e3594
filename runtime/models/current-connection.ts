// Keeps a conversation on its connection as it is now: one that is deleted is said within seconds and waited for, one that is changed
// is opened anew with what is remembered. A tick never waits for the look at it.
import type { Clock, ModelMemory, ModelConversation } from '../../nodes/contract/capabilities.ts'
import type { Connection } from '../../nodes/contract/connections.ts'
import { FatalError, RetryableError, toError } from '../../nodes/contract/errors.ts'

/** So old may be what is known of a connection. */
const lookMs = 2000

export interface CurrentOptions {
  name: string
  get(name: string): Promise<Connection>
  /** `isElsewhere`: at a server that knows nothing of this stream yet. With the settings of the last `change`. */
  open(
    connection: Connection,
    restore: ModelMemory | undefined,
    isElsewhere: boolean,
  ): Promise<ModelConversation> | ModelConversation
  clock: Pick<Clock, 'nowMs'>
  /** What the next `open` is to open with. */
  onChange?: ModelConversation['change']
}

/** One read of a connection for all conversations that ask within two seconds. */
export function sharedLook(
  get: (name: string) => Promise<Connection>,
  clock: Pick<Clock, 'nowMs'>,
): (name: string) => Promise<Connection> {
  const known = new Map<string, { atMs: number; answer: Promise<Connection> }>()
  return (name) => {
    const last = known.get(name)
    if (last && Math.abs(clock.nowMs() - last.atMs) < lookMs) return last.answer
    const answer = get(name)
    known.set(name, { atMs: clock.nowMs(), answer })
    return answer
  }
}

/** `first` was opened over `connection`. */
export function onCurrentConnection(
  first: ModelConversation,
  connection: Connection,
  restore: ModelMemory | undefined,
  options: CurrentOptions,
): ModelConversation {
  const held = new Held(first, connection, restore, options)
  const { catchUp, feed, finish, note } = first
  const { onChange } = options
  return {
    tick: (request, signal) => held.tick(request, signal),
    isAwaiting: () => held.conversation.isAwaiting?.() ?? false,
    change: (settings) => {
      onChange?.(settings)
      held.conversation.change?.(settings)
    },
    close: () => held.conversation.close(),
    release: async () => {
      await (held.conversation.release ? held.conversation.release() : held.conversation.close())
    },
    ...(feed ? { feed: (frame) => held.conversation.feed?.(frame) } : {}),
    ...(catchUp ? { catchUp: async (signal) => held.conversation.catchUp?.(signal) } : {}),
    ...(finish ? { finish: async (options) => (await held.conversation.finish?.(options)) ?? [] } : {}),
    ...(note ? { note: (answered) => held.conversation.note?.(answered) } : {}),
  }
}

class Held {
  conversation: ModelConversation
  readonly #options: CurrentOptions
  #connection: Connection
  #memory: ModelMemory | undefined
  /** What a look has found since the last tick. */
  #found: Connection | undefined
  #trouble: Error | undefined
  #lookedAtMs: number

  constructor(
    conversation: ModelConversation,
    connection: Connection,
    restore: ModelMemory | undefined,
    options: CurrentOptions,
  ) {
    this.conversation = conversation
    this.#connection = connection
    this.#memory = restore
    this.#options = options
    this.#lookedAtMs = options.clock.nowMs()
  }

  async tick(...[request, signal]: Parameters<ModelConversation['tick']>): ReturnType<ModelConversation['tick']> {
    this.#look()
    if (this.#trouble) throw this.#trouble
    // Whoever is still to answer is heard first.
    if (this.#found && !isSame(this.#found, this.#connection) && !this.conversation.isAwaiting?.())
      await this.#moveTo(this.#found)
    const verdict = await this.conversation.tick(request, signal)
    this.#memory = verdict.memory ?? this.#memory
    return verdict
  }

  #look(): void {
    const { clock, get, name } = this.#options
    if (Math.abs(clock.nowMs() - this.#lookedAtMs) < lookMs) return
    this.#lookedAtMs = clock.nowMs()
    get(name).then(
      (connection) => {
        this.#found = connection
        this.#trouble = undefined
      },
      (error: unknown) => {
        // A database that is away says nothing about the connection.
        if (!(error instanceof RetryableError)) this.#trouble = toError(error)
      },
    )
  }

  async #moveTo(connection: Connection): Promise<void> {
    const before = this.conversation
    const isElsewhere =
      connection.kind !== this.#connection.kind || connection.config.url !== this.#connection.config.url
    try {
      this.conversation = await this.#options.open(connection, this.#memory, isElsewhere)
    } catch (error) {
      this.#trouble = error instanceof FatalError ? error : undefined
      throw error
    }
    this.#connection = connection
    if (isElsewhere || !before.release) void before.close()
    else await before.release()
  }
}

function isSame(one: Connection, other: Connection): boolean {
  return JSON.stringify([one.kind, one.config, one.secret]) === JSON.stringify([other.kind, other.config, other.secret])
}
