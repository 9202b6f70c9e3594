// What a rehearsal writes down of a question, in place of the words that are for a model.
import { expect, it } from 'vitest'
import type { AgentQuestion } from '../../nodes/contract/capabilities.ts'
import { keepBack } from './kept-back.ts'

it('shows the question as a person knows it, with its answer, and asks and replays it whole', async () => {
  const asked: string[] = []
  const noted: unknown[] = []
  const clock = { nowMs: () => 0 }
  const agents = {
    ask: async (_name: string, { question }: AgentQuestion) => {
      asked.push(question)
      return { text: 'NO. It is a dog.' }
    },
  }
  const question: AgentQuestion = {
    question: 'Begin your answer with one word, YES, NO or UNCLEAR.\nThe alert: "A fall."',
    shown: 'A fall.',
    note: '',
    pictures: [],
    timeoutMs: 1000,
    sessionId: 's',
    taskId: 't',
  }
  const { signal } = new AbortController()
  const note = (_node: string, captured: unknown): void => void noted.push(captured)
  const first = keepBack(new Map(), { clock, agents, replies: [] }, note)
  await first.agents('check').ask('stronger', question, signal)
  const again = keepBack(new Map(), { clock, agents: undefined, replies: first.replies }, note)
  await again.agents('check').ask('stronger', question, signal)
  expect(asked).toEqual([question.question])
  const shown = { channel: 'agent', to: 'stronger', text: 'A fall.', answer: 'NO. It is a dog.' }
  expect(noted).toEqual([shown, shown])
})
