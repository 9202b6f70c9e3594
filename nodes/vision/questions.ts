// Questions that people put to the model: each ends with the first thing said in time, or as expired, and its asker is told
// which. Never pairs a question with what was said too late, or about a picture from before it.
import type { TickContext } from '../contract/define.ts'
import { fromOutside, type Message } from '../contract/events.ts'
import { cutPart, type AskedQuestion, type Told } from './instruction.ts'

const mostOpen = 3
/** Of plans made before the setting was. */
const usualS = 30

type Asking = Pick<TickContext<{ questionS?: number }, { told: Told }>, 'clock' | 'config' | 'note' | 'state' | 'tick'>

/** What an answer says of the questions that it ends. */
export interface AnswerFields extends Record<string, unknown> {
  answersTo?: { id: string | null; question: string }[]
}

/** Takes in what was asked, and tells of what nobody answered in time. The oldest goes when there is too much. */
export function takeQuestions(ctx: Asking, asked: readonly Message[]): void {
  const { atMs } = ctx.tick
  keep(ctx, [...ctx.state.told.questions, ...asked.map((message) => questionOf(message, atMs))])
  dropLate(ctx, atMs)
  const { questions } = ctx.state.told
  const tooMany = questions.slice(0, -mostOpen)
  keep(ctx, questions.slice(-mostOpen))
  for (const question of tooMany) tell(ctx, question, `Given up for ${mostOpen} newer questions`)
}

/** The questions that what was just said answers, which are open no more; `late` tells of which picture it speaks. */
export function answeredBy(ctx: Asking, late: { atMs: number } | undefined): readonly AskedQuestion[] {
  dropLate(ctx, ctx.clock.nowMs())
  const { questions } = ctx.state.told
  const answered = questions.filter(({ atMs }) => !late || atMs <= late.atMs)
  keep(
    ctx,
    questions.filter((question) => !answered.includes(question)),
  )
  return answered
}

/** No picture comes any more, and so no answer. */
export function endQuestions(ctx: Asking): void {
  const { questions } = ctx.state.told
  keep(ctx, [])
  for (const question of questions) tell(ctx, question, 'Not answered before the end')
}

export function answerFields(answered: readonly AskedQuestion[]): AnswerFields {
  return answered.length === 0
    ? {}
    : { answersTo: answered.map(({ id, text }) => ({ id: id ?? null, question: text })) }
}

/** It counts from when a person asked, also while nobody watched; what a node asks is asked now. */
function questionOf({ at, id, source, text }: Message, nowMs: number): AskedQuestion {
  const askedAtMs = source.node === fromOutside ? Date.parse(at) : nowMs
  return { id, text: cutPart(text), atMs: Number.isNaN(askedAtMs) ? nowMs : Math.min(nowMs, askedAtMs) }
}

function dropLate(ctx: Asking, nowMs: number): void {
  const { questionS = usualS } = ctx.config
  const isOpen = ({ atMs }: AskedQuestion): boolean => nowMs - atMs < questionS * 1000
  const late = ctx.state.told.questions.filter((question) => !isOpen(question))
  keep(ctx, ctx.state.told.questions.filter(isOpen))
  for (const question of late) tell(ctx, question, `Not answered within ${questionS} s`)
}

function keep(ctx: Asking, questions: AskedQuestion[]): void {
  ctx.state.told = { ...ctx.state.told, questions }
}

function tell(ctx: Asking, { id, text }: AskedQuestion, why: string): void {
  ctx.note?.('question.expired', `${why}: ${text}`, { id: id ?? null, question: text })
}
