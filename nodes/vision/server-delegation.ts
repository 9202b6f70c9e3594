// Questions that the model's server takes to an agent of its own: what is told of them once each, and what was never told. Keeps
// plain JSON; asks and answers nothing itself.
import type { ServerDelegation } from '../contract/capabilities.ts'

/** So long an answer is waited for. The server tells one thing a tick and may swallow an answer, so that some never come. */
const forgottenAfterMs = 15 * 60_000
const mostKept = 20

/** Kept in the node's state. */
export interface ServerTasks {
  open: { task: string; question: string; sinceMs: number }[]
  /** What was told already: a server may repeat itself. */
  told: string[]
}

export const noTasks: ServerTasks = { open: [], told: [] }

/** What is new, for the record. */
export interface TaskNews {
  made: string | null
  answered: { question: string; digest: string; media?: ServerDelegation['media'] } | null
  failed: string[]
}

/** Takes in what a tick said of the server's own questions. */
export function followTasks(
  tasks: ServerTasks,
  said: ServerDelegation | undefined,
  nowMs: number,
): { tasks: ServerTasks; news: TaskNews } {
  const lost = tasks.open.filter(({ sinceMs }) => nowMs - sinceMs > forgottenAfterMs)
  const open = tasks.open.filter((task) => !lost.includes(task))
  const failed = lost.map(({ question }) => `The model server never told what it found out: ${question}`)
  const news: TaskNews = { made: null, answered: null, failed }
  const key = said ? `${said.status} ${said.task} ${said.question} ${said.digest}`.slice(0, 400) : ''
  if (!said || (tasks.told.includes(key) && said.status !== 'submitted')) return { tasks: { ...tasks, open }, news }
  const others = open.filter(({ task }) => task !== said.task)
  const question = said.question || open.find(({ task }) => task === said.task)?.question || ''
  if (said.status === 'submitted') {
    const isKnown = open.some((each) => each.task === said.task && each.question === question)
    return {
      tasks: {
        open: isKnown ? open : [...others, { task: said.task, question, sinceMs: nowMs }].slice(-mostKept),
        // A server that was started anew counts its tasks from the beginning.
        told: isKnown ? tasks.told : tasks.told.filter((each) => !each.includes(` ${said.task} `)),
      },
      news: { ...news, made: isKnown || question === '' ? null : question },
    }
  }
  const after = { open: others, told: [...tasks.told, key].slice(-mostKept) }
  if (said.status === 'error') {
    const reason = said.digest || 'It gave no reason.'
    return {
      tasks: after,
      news: { ...news, failed: [...failed, `The model server could not find out: ${question} ${reason}`] },
    }
  }
  return {
    tasks: after,
    news: { ...news, answered: { question, digest: said.digest, ...(said.media ? { media: said.media } : {}) } },
  }
}
