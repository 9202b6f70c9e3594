// The one way to wait longer and longer between tries. Pure: the caller brings the dice.

/**
 * Before try `attempt` (from 1): doubles from `firstMs`, never above `mostMs`. Up to a quarter of it is taken off by chance, so that many
 * who failed together do not return together; `() => 1` takes nothing off.
 */
export function growingPauseMs(attempt: number, firstMs: number, mostMs: number, random: () => number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)))
  return Math.max(100, Math.round(full * (0.75 + random() * 0.25)))
}
