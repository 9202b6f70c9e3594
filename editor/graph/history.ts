// Undo and redo over whole documents: values in, values out. Documents share structure, so keeping many is cheap.

export interface History<T> {
  past: readonly T[]
  present: T
  future: readonly T[]
  /** What the last change was, so that typing in one field is undone as one. */
  last: { key: string; atMs: number } | null
}

const depth = 200
const mergeWithinMs = 900

/** A history with nothing to undo. */
export function startHistory<T>(present: T): History<T> {
  return { past: [], present, future: [], last: null }
}

/** Records a change. Changes of the same `key` in quick succession are one step. */
export function record<T>(history: History<T>, next: T, atMs: number, key = ''): History<T> {
  if (next === history.present) return history
  const merges = key !== '' && history.last?.key === key && atMs - history.last.atMs < mergeWithinMs
  const past = merges ? history.past : [...history.past, history.present].slice(-depth)
  return { past, present: next, future: [], last: { key, atMs } }
}

/** One step back; the same history at the beginning. */
export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1)
  if (previous === undefined) return history
  return {
    past: history.past.slice(0, -1),
    present: previous,
    future: [history.present, ...history.future],
    last: null,
  }
}

/** One step forward again; the same history when nothing was undone. */
export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future, last: null }
}

/** Carries every step over to what somebody else has made of it meanwhile, so that no undo takes that back. */
export function carry<T>(history: History<T>, over: (document: T) => T, present: T): History<T> {
  return { ...history, past: history.past.map(over), present, future: history.future.map(over) }
}

/** Replaces the present without a step: what the server made of the same document. */
export function amend<T>(history: History<T>, present: T): History<T> {
  return { ...history, present }
}
