// What the model is told: the standing instruction with what was remembered, answered and asked since. Pure text work.

const longestPart = 2000
const keptFacts = 5

/** Kept in the node's state. */
export interface Told {
  memory: string
  facts: { question: string; answer: string }[]
  /** Open ones, and when each was put, in ms since 1970. */
  questions: AskedQuestion[]
}

export interface AskedQuestion {
  /** Of the message that put it; absent in states of older versions. */
  id?: string
  text: string
  atMs: number
}

export const nothingTold: Told = { memory: '', facts: [], questions: [] }

/** What of a text is told at most. */
export const cutPart = (text: string): string => text.trim().slice(0, longestPart)

/** As people compare two questions: not by their capitals and spaces. */
const plain = (question: string): string => question.replace(/\s+/g, ' ').trim().toLowerCase()

/** Of a question asked again only the newest answer; what answers no question in particular stays. */
function newestOfEach(facts: Told['facts']): Told['facts'] {
  return facts.filter(
    ({ question }, at) =>
      question === '' || !facts.slice(at + 1).some((later) => plain(later.question) === plain(question)),
  )
}

/** Adds what arrived at this tick; the oldest goes when there is too much. */
export function tell(told: Told, news: { memory?: string; facts: Told['facts'] }): Told {
  const facts = news.facts.map(({ question, answer }) => ({ question: cutPart(question), answer: cutPart(answer) }))
  return {
    memory: news.memory === undefined ? told.memory : cutPart(news.memory),
    facts: newestOfEach([...told.facts, ...facts]).slice(-keptFacts),
    questions: told.questions,
  }
}

/** One text for the server: memory first, then the standing instruction, then answers and open questions. */
export function wholeInstruction(standing: string, told: Told): string {
  return [
    told.memory && `What you remember from before:\n${told.memory}`,
    standing.trim(),
    ...told.facts.map(({ question, answer }) => `${question ? `You asked: ${question}\n` : ''}The answer: ${answer}`),
    ...told.questions.map(({ text }) => `A person asks you now: ${text}`),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}
