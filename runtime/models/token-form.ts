// Reads the model's own words: `</silence>`, `</response> TEXT`, `</response> NOTE </delegation> QUESTION`, and everything
// odd that models print instead. Pure; never throws, whatever the text.
import type { DecisionAction } from '../../nodes/contract/events.ts'

export interface TokenForm {
  action: DecisionAction
  text: string
  question?: string
}

const silent: TokenForm = { action: 'silence', text: '' }
// With or without the slash: one prompt of the model spells `<delegation>`, a page of its makers `</delegate>`, and models mix them.
const marker = /<\s*\/?\s*(silence|response|delegation|delegate)\s*\/?\s*>/giu

/** The first marker counts. No marker at all: the first line was meant to be said. Nothing behind a marker: silence. */
export function parseTokenForm(content: string): TokenForm {
  const marks = [...content.matchAll(marker)].map((match) => ({
    kind: (match[1] ?? '').toLowerCase().replace('delegate', 'delegation'),
    from: match.index,
    to: match.index + match[0].length,
  }))
  const [first, second] = marks
  if (!first) return response(firstLine(content))
  const behind = firstLine(content.slice(first.to, second?.from))
  if (first.kind === 'silence') return silent
  if (first.kind === 'delegation') return delegate(firstLine(content.slice(0, first.from)), behind)
  if (second?.kind === 'delegation') return delegate(behind, firstLine(content.slice(second.to, marks[2]?.from)))
  return response(behind)
}

function response(text: string): TokenForm {
  return text === '' ? silent : { action: 'response', text }
}

function delegate(note: string, question: string): TokenForm {
  return question === '' ? response(note) : { action: 'delegate', text: note, question }
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '') ?? ''
  )
}
