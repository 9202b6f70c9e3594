// A model's own memory in the engine's hands: bounded before it is kept, and lent to the nodes wired into the model.
// Pure work but for the lending; knows nothing of any protocol.
import type { AnsweredQuestion, ModelMemory } from '../../nodes/contract/capabilities.ts'
import type { LentMemory } from '../../nodes/contract/define.ts'
import type { SessionOrder } from './records.ts'

/** A server may report anything; this much is kept of it, saved with every tick and given back. */
const most = { midTerm: 20, questions: 10, said: 20, summary: 2000, longTerm: 6000, words: 500 }

/** The memory cut down to what is kept; the oldest goes first. */
export function boundedMemory(memory: ModelMemory): ModelMemory {
  return {
    longTerm: memory.longTerm.slice(-most.longTerm),
    midTerm: memory.midTerm
      .slice(-most.midTerm)
      .map(({ range, text }) => ({ range: range.slice(0, 80), text: text.slice(0, most.summary) })),
    ...(memory.questions ? { questions: memory.questions.slice(-most.questions).map(boundedQuestion) } : {}),
    ...(memory.given
      ? {
          given: {
            memory: memory.given.memory.slice(-most.longTerm),
            questions: memory.given.questions.slice(-most.longTerm),
          },
        }
      : {}),
    ...(memory.began ? { began: memory.began } : {}),
    ...(memory.said
      ? { said: memory.said.slice(-most.said).map(({ atS, text }) => ({ atS, text: text.slice(0, most.words) })) }
      : {}),
  }
}

function boundedQuestion({ question, answer, at }: AnsweredQuestion): AnsweredQuestion {
  return { question: question.slice(0, most.words), answer: answer.slice(0, most.words), at }
}

/** The memory with one more answered question. */
export function withAnswer(memory: ModelMemory | undefined, answered: AnsweredQuestion): ModelMemory {
  return boundedMemory({
    ...(memory ?? { longTerm: '', midTerm: [] }),
    questions: [...(memory?.questions ?? []), answered],
  })
}

/** Where a model's memory lies among the states; node ids hold no "#". */
export function memoryKey(node: string): string {
  return `${node}#memory`
}

/** The memories of the models behind a node's out ports of kind `memory`. */
export function lentMemories(
  order: SessionOrder,
  node: string,
  ports: string[],
  models: { get(node: string): Pick<LentMemory, 'memory' | 'replace'> | undefined },
): LentMemory[] {
  const targets = ports
    .flatMap((port) => order.plan.routes[`${node}.${port}`] ?? [])
    .filter((target) => target.to === 'tick')
  return [...new Set(targets.map((target) => target.node))].flatMap((model) => {
    const link = models.get(model)
    return link
      ? [
          {
            node: model,
            get memory() {
              return link.memory
            },
            replace: (memory: ModelMemory) => link.replace(memory),
          },
        ]
      : []
  })
}
