// What time it is at the server, as far as its answers told: a tablet on a wall may be minutes off, and what is too old is
// dropped by the server's time, not by the tablet's.
let aheadMs = 0

/** Answers tell whole seconds: a difference below this is none. */
const coarseMs = 1500

/** Learns from the `Date` of an answer that has just come. */
export function noteServerDate(date: string | null, nowMs = Date.now()): void {
  const atMs = Date.parse(date ?? '')
  if (Number.isNaN(atMs)) return
  // Cut to whole seconds, so half a second later on average.
  const difference = atMs + 500 - nowMs
  aheadMs = Math.abs(difference) < coarseMs ? 0 : difference
}

/** The server's time, in ms since 1970. */
export function serverNowMs(nowMs = Date.now()): number {
  return nowMs + aheadMs
}
