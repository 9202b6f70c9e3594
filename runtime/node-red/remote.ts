// Hands messages to the process that runs Node-RED, when that is another one: over the bus, in pieces small enough for it, and answered
// the same way. A lost piece is a failed try, which the action's queue makes up for.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import type { Bus, LiveMessage } from '../live/index.ts'
import { away, type HandOver } from './child.ts'
import type { Asked } from './records.ts'

/** As JSON of any script, a piece stays well below what the bus can carry (8 KB over Postgres), so it is never cut. */
const pieceLength = 1_200
/** Without a sign of life from the one that runs it. */
const signLimitMs = 5_000
const graceMs = 5_000

export interface RemoteDeps {
  bus: Pick<Bus, 'publish' | 'subscribe'>
  clock: Clock
  newId(): string
  self: string
  /** Undefined when this process does not run it. */
  serve(over: HandOver, waitMs: number, signal: AbortSignal): Promise<Asked> | undefined
}

export interface Remote {
  ask(over: HandOver, waitMs: number, signal: AbortSignal): Promise<Asked>
  close(): void
}

type Piece = Extract<LiveMessage, { type: 'node-red' }>
type Word =
  | { word: 'ask'; over: HandOver; waitMs: number }
  | { word: 'took' }
  | { word: 'asked'; asked: Asked }
  | { word: 'failed'; reason: string }

interface Question {
  hear(word: Word): void
}

/** Puts pieces of one call together; a call that never becomes whole is forgotten with time. */
class Pieces {
  readonly #parts = new Map<string, string[]>()

  add({ call, from, n, of, part }: Piece): Word | undefined {
    const key = `${from} ${call} ${of}`
    const parts = this.#parts.get(key) ?? []
    parts[n] = part
    this.#parts.set(key, parts)
    if (this.#parts.size > 5_000) this.#parts.delete(this.#parts.keys().next().value ?? '')
    if (parts.length < of || parts.filter((each) => each !== undefined).length < of) return undefined
    this.#parts.delete(key)
    try {
      return JSON.parse(parts.join('')) as Word
    } catch {
      return undefined
    }
  }
}

/** Says one word of a call, in as many pieces as it takes. */
function createVoice(bus: RemoteDeps['bus'], self: string): (call: string, to: string, word: Word) => void {
  return (call: string, to: string, word: Word): void => {
    const text = JSON.stringify(word)
    const of = Math.ceil(text.length / pieceLength)
    for (let n = 0; n < of; n += 1)
      bus.publish({
        type: 'node-red',
        call,
        from: self,
        to,
        n,
        of,
        part: text.slice(n * pieceLength, (n + 1) * pieceLength),
      })
  }
}

/** Both sides of it, for one process. */
export function createRemote({ bus, clock, newId, self, serve }: RemoteDeps): Remote {
  const questions = new Map<string, Question>()
  const pieces = new Pieces()
  const closing = new AbortController()

  const say = createVoice(bus, self)
  const answer = async (call: string, to: string, { over, waitMs }: Extract<Word, { word: 'ask' }>): Promise<void> => {
    const served = serve(over, waitMs, closing.signal)
    if (!served) return
    say(call, to, { word: 'took' })
    try {
      say(call, to, { word: 'asked', asked: await served })
    } catch (error) {
      say(call, to, { word: 'failed', reason: toError(error).message })
    }
  }
  const unsubscribe = bus.subscribe((message) => {
    if (message.type !== 'node-red' || message.from === self || (message.to !== '' && message.to !== self)) return
    const word = pieces.add(message)
    if (!word) return
    if (word.word === 'ask') void answer(message.call, message.from, word)
    else questions.get(message.call)?.hear(word)
  })

  return {
    ask: async (over, waitMs, signal) => {
      const call = newId()
      const answered = new AbortController()
      try {
        return await new Promise<Asked>((resolve, reject) => {
          const limit = (ms: number, reason: string, ends: AbortSignal): void => {
            clock
              .sleep(ms, AbortSignal.any([ends, answered.signal, signal]))
              .then(() => reject(away(reason)))
              .catch(() => signal.aborted && reject(toError(signal.reason)))
          }
          const taken = new AbortController()
          limit(signLimitMs, 'The process that runs Node-RED does not answer.', taken.signal)
          limit(waitMs + graceMs, 'The process that runs Node-RED has not answered in time.', answered.signal)
          questions.set(call, {
            hear: (word) => {
              taken.abort()
              if (word.word === 'asked') resolve(word.asked)
              if (word.word === 'failed') reject(away(word.reason))
            },
          })
          say(call, '', { word: 'ask', over, waitMs })
        })
      } finally {
        answered.abort()
        questions.delete(call)
      }
    },
    close: () => {
      closing.abort()
      unsubscribe()
    },
  }
}
