// How the compiler words what is wrong: one place for severity, order and quoting.
// Never throws and never guesses: a problem is placed on the node, port or field that the person must touch.
import type { Problem } from '../../nodes/contract/errors.ts'

type Place = { [Key in 'node' | 'port' | 'field']?: string | null | undefined }

/** Something that stops a deploy. */
export function fault(code: string, message: string, place: Place = {}): Problem {
  return {
    node: place.node ?? null,
    port: place.port ?? null,
    field: place.field ?? null,
    code,
    message,
    severity: 'error',
  }
}

/** Something odd that a deploy survives. */
export function warning(code: string, message: string, place: Place = {}): Problem {
  return { ...fault(code, message, place), severity: 'warning' }
}

/** A name inside a sentence; long ones are cut. */
export function quote(text: string): string {
  return `“${text.length > 60 ? `${text.slice(0, 59)}…` : text}”`
}

/** `a`, `a or b`, `a, b or c`. */
export function listWords(words: readonly string[], joiner: 'or' | 'and' = 'or'): string {
  const shown = words.length > 12 ? [...words.slice(0, 12), 'others'] : [...words]
  const last = shown.pop()
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} ${joiner} ${last}`
}

/** By code unit, the same on every machine and in every language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function compareProblems(a: Problem, b: Problem): number {
  return (
    compareText(a.severity, b.severity) ||
    compareText(a.node ?? '', b.node ?? '') ||
    compareText(a.port ?? '', b.port ?? '') ||
    compareText(a.field ?? '', b.field ?? '') ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  )
}

/** Errors first, then by place: the order never depends on how the document was written down. Equal ones are said once. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const sorted = [...problems].sort(compareProblems)
  return sorted.filter((problem, index) => {
    const before = sorted[index - 1]
    return before === undefined || compareProblems(before, problem) !== 0
  })
}
