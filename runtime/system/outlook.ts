// What is measured, put into numbers a person can plan with: how many cameras a model carries, how much disk a month takes. Pure; every
// number here is a guess and is called one.

/** Of the second that a decision may take: the rest is for bad moments. */
const usableMs = 800

export interface Pace {
  /** Streams that ask it now, once a second each. */
  streams: number
  /** What all but the slowest twentieth of its answers took. */
  p95Ms: number
}

/**
 * How many streams would still be answered within their second, if answers take longer in step with how many ask. A server that works
 * on several at once carries more: what runs now is the least it carries.
 */
export function carries({ streams, p95Ms }: Pace): number {
  if (streams === 0 || p95Ms <= 0) return streams
  const guess = Math.floor((streams * usableMs) / p95Ms)
  return p95Ms < 1000 ? Math.max(streams, guess) : Math.max(0, Math.min(streams, guess))
}

export interface Growth {
  bytes: number
  /** Null while it is not known: the first hours of a day say nothing of the night. */
  perDay: number | null
  /** Older ones go; null for what stays until a person removes it. */
  keptDays: number | null
}

const monthDays = 30

/** In a month, if it goes on like this: no further than what is kept for so many days comes to. Null while that cannot be known. */
export function inMonth({ bytes, perDay, keptDays }: Growth): number | null {
  if (perDay === null) return null
  const grown = bytes + perDay * monthDays
  return Math.round(keptDays === null ? grown : Math.min(grown, Math.max(bytes, perDay * keptDays)))
}
