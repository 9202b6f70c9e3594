// A model's memory as the orchestrator reports it, and as the head of an instruction after the server has lost it.
import type { AnsweredQuestion, ModelMemory } from '../../nodes/contract/capabilities.ts'

import { headingsInClockTime, inClockTime, type Began } from './model-clock.ts'

export type { ModelMemory }

/** So many answered questions are kept. */
const keptQuestions = 10

/** Longer memories lose their oldest part: the head of an instruction must stay small beside the frames. */
const longestHead = 4000

/**
 * Reads the `memory` block of an answer; nothing when there is none. Its seconds are those of one session and mean nothing in the
 * next: with the moment at which it began they become hours of the day.
 */
export function readMemory(value: unknown, began: Began | undefined): ModelMemory | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { long_term_memory: longTerm, mid_term_summaries: summaries } = value as {
    long_term_memory?: unknown
    mid_term_summaries?: unknown
  }
  const midTerm = Array.isArray(summaries)
    ? summaries.flatMap((each: unknown) => {
        if (typeof each !== 'object' || each === null) return []
        const { frame_range: range, summary_text: text } = each as { frame_range?: unknown; summary_text?: unknown }
        return typeof text === 'string' && text !== ''
          ? [{ range: typeof range === 'string' ? inClockTime(range, began) : '', text }]
          : []
      })
    : []
  return { longTerm: typeof longTerm === 'string' ? headingsInClockTime(longTerm, began) : '', midTerm }
}

/** The memory as plain text, empty when there is nothing to remember. */
export function memoryText(memory: ModelMemory | undefined): string {
  if (!memory) return ''
  const lines = [
    memory.longTerm,
    ...memory.midTerm.map(({ range, text }) => (range === '' ? text : `${range}: ${text}`)),
  ]
  return lines
    .filter((line) => line !== '')
    .join('\n')
    .slice(-longestHead)
}

/** What people asked and what was answered, as plain text. */
function questionsText(memory: ModelMemory | undefined): string {
  return (memory?.questions ?? [])
    .map(({ question, answer }) => `You were asked: ${question} You answered: ${answer}`)
    .join('\n')
    .slice(-longestHead)
}

/** Everything that is given back, as plain text. */
export function headText(memory: ModelMemory | undefined): string {
  return [memoryText(memory), questionsText(memory)].filter((text) => text !== '').join('\n')
}

/** The memory with one more answered question; the oldest goes. */
export function addAnswer(memory: ModelMemory | undefined, answered: AnsweredQuestion): ModelMemory {
  return {
    ...(memory ?? { longTerm: '', midTerm: [] }),
    questions: [...(memory?.questions ?? []), answered].slice(-keptQuestions),
  }
}

/** What stands at the head of a server's instruction since it lost the stream. */
export type Given = NonNullable<ModelMemory['given']>
export const nothingGiven: Given = { memory: '', questions: '' }

/** What is to be given back after a loss. */
export function toGive(memory: ModelMemory | undefined): Given {
  return { memory: memoryText(memory), questions: questionsText(memory) }
}

/** The memory from now on: what the server reports, behind what it was given, beside the questions that Heed keeps. */
export function grownMemory(
  known: ModelMemory | undefined,
  given: Given,
  reported: ModelMemory | undefined,
): ModelMemory | undefined {
  const now = joinMemory(given.memory, reported)
  if (!now) return known
  return {
    ...now,
    ...(known?.questions ? { questions: known.questions } : {}),
    ...(given.memory + given.questions === '' ? {} : { given }),
  }
}

/** What the server remembers since it was started anew, behind what it knew before. */
function joinMemory(before: string, now: ModelMemory | undefined): ModelMemory | undefined {
  if (before === '') return now
  return {
    longTerm: [before, now?.longTerm ?? '']
      .filter((text) => text !== '')
      .join('\n')
      .slice(-longestHead),
    midTerm: now?.midTerm ?? [],
  }
}

/** The instruction with what was known before at its head. */
export function withMemory(given: Given, instruction: string): string {
  const before = [given.memory, given.questions].filter((text) => text !== '').join('\n')
  return before === '' ? instruction : `You were interrupted. What you saw before:\n${before}\n\n${instruction}`
}
