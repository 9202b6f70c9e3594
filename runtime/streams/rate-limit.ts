// Counts how often something was asked for, by key, and says how long to wait. Never waits itself; memory is bounded.

export interface RateLimit {
  /** Counts one more; gives the milliseconds to wait when it is one too many, else 0. */
  take(key: string): number
}

const mostKeys = 1000

/** At most `most` in `perMs`, counted from the first of them. */
export function createRateLimit(nowMs: () => number, { most, perMs }: { most: number; perMs: number }): RateLimit {
  const counts = new Map<string, { count: number; sinceMs: number }>()
  return {
    take: (key) => {
      const now = nowMs()
      const known = counts.get(key)
      // A clock that was set back begins a new window.
      if (!known || now - known.sinceMs >= perMs || now < known.sinceMs) {
        counts.delete(key)
        if (counts.size >= mostKeys) counts.delete(counts.keys().next().value ?? '')
        counts.set(key, { count: 1, sinceMs: now })
        return 0
      }
      if (known.count >= most) return known.sinceMs + perMs - now
      known.count++
      return 0
    },
  }
}
