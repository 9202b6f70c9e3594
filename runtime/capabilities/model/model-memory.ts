// A model's memory as the orchestrator reports it, and as the head of an instruction after the server has lost it.
import type { ModelVerdict } from '../../../nodes/contract/capabilities.ts'

export type ModelMemory = NonNullable<ModelVerdict['memory']>

/** Longer memories lose their oldest part: the head of an instruction must stay small beside the frames. */
const longestHead = 4000

/** Reads the `memory` block of an answer; nothing when there is none. */
export function readMemory(value: unknown): ModelMemory | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { long_term_memory: longTerm, mid_term_summaries: summaries } = value as { long_term_memory?: unknown; mid_term_summaries?: unknown }
  const midTerm = Array.isArray(summaries) ? summaries.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return []
    const { frame_range: range, summary_text: text } = each as { frame_range?: unknown; summary_text?: unknown }
    return typeof text === 'string' && text !== '' ? [{ range: typeof range === 'string' ? range : '', text }] : []
  }) : []
  return { longTerm: typeof longTerm === 'string' ? longTerm : '', midTerm }
}

/** The memory as plain text, empty when there is nothing to remember. */
export function memoryText(memory: ModelMemory | undefined): string {
  if (!memory) return ''
  const lines = [memory.longTerm, ...memory.midTerm.map(({ range, text }) => range === '' ? text : `${range}: ${text}`)]
  return lines.filter((line) => line !== '').join('\n').slice(-longestHead)
}

/** What the server remembers since it was started anew, behind what it knew before. */
export function joinMemory(before: string, now: ModelMemory | undefined): ModelMemory | undefined {
  if (before === '') return now
  return { longTerm: [before, now?.longTerm ?? ''].filter((text) => text !== '').join('\n').slice(-longestHead), midTerm: now?.midTerm ?? [] }
}

/** The instruction with what was known before at its head. */
export function withMemory(before: string, instruction: string): string {
  return before === '' ? instruction : `You were interrupted. What you saw before:\n${before}\n\n${instruction}`
}
