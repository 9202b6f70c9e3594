// The models of a rehearsal: the real ones, with nobody waiting in front of them, what they say written down and their time counted;
// or an earlier run's answers in their place.
import type {
  Clock,
  ModelMemory,
  ModelPort,
  ModelConversation,
  ModelVerdict,
} from '../../nodes/contract/capabilities.ts'
import { RetryableError } from '../../nodes/contract/errors.ts'
import type { RecordedAnswer } from './records.ts'

/** Nobody waits: only what hangs for good is given up. */
const patienceMs = 300_000

export interface HeardModels extends ModelPort {
  answers: RecordedAnswer[]
  /** All models together. */
  readonly modelMs: number
}

/** Opens sessions with `models`; `nodeOf` reads the node out of a stream key. */
export function hearModels(models: ModelPort, wall: Pick<Clock, 'nowMs'>): HeardModels {
  const answers: RecordedAnswer[] = []
  let modelMs = 0
  const timed = async <T>(work: () => Promise<T>): Promise<T> => {
    const startedMs = wall.nowMs()
    try {
      return await work()
    } finally {
      modelMs += wall.nowMs() - startedMs
    }
  }
  return {
    answers,
    get modelMs() {
      return Math.round(modelMs)
    },
    open: async (options) => {
      const conversation = await models.open({ ...options, timeoutMs: patienceMs })
      const node = nodeOf(options.streamKey)
      const lean = leanMemory()
      let lastS = 0
      const keep = (verdict: ModelVerdict, isFinish: boolean): void => {
        const { late: _late, ...plain } = verdict
        answers.push({ node, mediaTimeS: lastS, ...(isFinish ? { isFinish } : {}), verdict: lean(plain) })
      }
      return {
        ...withoutTick(conversation),
        tick: async (request, signal) => {
          lastS = request.mediaTimeS
          const verdict = await timed(() => conversation.tick(request, signal))
          keep(verdict, false)
          return verdict
        },
        finish: async (options) => {
          const verdicts = (await timed(async () => await conversation.finish?.(options))) ?? []
          for (const verdict of verdicts) keep(verdict, true)
          return verdicts
        },
      }
    },
  }
}

/** Gives again what was said before, second by second. A second without an answer then has none now, and says so. */
export function replayModels(recorded: readonly RecordedAnswer[]): HeardModels {
  const answers: RecordedAnswer[] = []
  const byNode = Map.groupBy(recorded, ({ node }) => node)
  return {
    answers,
    modelMs: 0,
    open: async ({ streamKey }): Promise<ModelConversation> => {
      const mine = byNode.get(nodeOf(streamKey)) ?? []
      const bySecond = new Map(mine.filter(({ isFinish }) => !isFinish).map((answer) => [answer.mediaTimeS, answer]))
      const give = (answer: RecordedAnswer): ModelVerdict => {
        answers.push(answer)
        return answer.verdict
      }
      return {
        tick: async ({ mediaTimeS }) => {
          const answer = bySecond.get(mediaTimeS)
          if (answer) return give(answer)
          throw new RetryableError('REHEARSAL_NO_ANSWER', 'The recorded run has no answer for this second.')
        },
        finish: async () => mine.filter(({ isFinish }) => isFinish).map(give),
        close: async () => undefined,
      }
    },
  }
}

/** Stream keys are made by the session: stream, run, node; ids of nodes hold no dot. */
function nodeOf(streamKey: string): string {
  return streamKey.slice(streamKey.lastIndexOf('.') + 1)
}

/** Called on the session itself: it may be of a class. */
function withoutTick(conversation: ModelConversation): Omit<ModelConversation, 'tick' | 'finish'> {
  return {
    close: () => conversation.close(),
    ...(conversation.change ? { change: (settings) => conversation.change?.(settings) } : {}),
    ...(conversation.feed ? { feed: (frame) => conversation.feed?.(frame) } : {}),
    ...(conversation.isAwaiting ? { isAwaiting: () => conversation.isAwaiting?.() ?? false } : {}),
    ...(conversation.note ? { note: (answered) => conversation.note?.(answered) } : {}),
    ...(conversation.release ? { release: async () => await conversation.release?.() } : {}),
  }
}

/** What a model remembers is long and mostly as before: kept only where it has changed. */
function leanMemory(): (verdict: ModelVerdict) => ModelVerdict {
  let known: ModelMemory | undefined
  let text = ''
  return (verdict) => {
    const { memory, ...rest } = verdict
    if (!memory || memory === known) return rest
    const now = JSON.stringify(memory)
    known = memory
    if (now === text) return rest
    text = now
    return verdict
  }
}
