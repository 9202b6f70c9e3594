// The one clock of tests: time stands still until a test moves it. Never sleeps for real.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { StoppedError } from '../../nodes/contract/errors.ts'

export interface FakeClock extends Clock {
  /** Moves time on, waking every sleeper that is due, in order, and lets what they do settle before the next one. */
  advance(ms: number): Promise<void>
  /** Lets everything that waits for no clock go on, without moving time. */
  settle(): Promise<void>
  /** How many sleepers wait: a test that ends with some left has forgotten to stop something. */
  waiting(): number
}

interface Sleeper {
  atMs: number
  order: number
  wake(): void
}

/** A clock for tests; `startMs` is its wall time at the start (default 2026-01-01T00:00:00Z). */
export function fakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let now = startMs
  let counter = 0
  const sleepers = new Set<Sleeper>()

  const nextDue = (untilMs: number): Sleeper | undefined =>
    [...sleepers].filter((sleeper) => sleeper.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0]

  return {
    nowMs: () => now,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(new StoppedError())
        const stop = (): void => {
          sleepers.delete(sleeper)
          reject(new StoppedError())
        }
        const sleeper: Sleeper = {
          atMs: now + Math.max(0, ms),
          order: counter++,
          wake: () => {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      }),
    advance: async (ms) => {
      const end = now + ms
      await settle()
      for (let due = nextDue(end); due; due = nextDue(end)) {
        now = Math.max(now, due.atMs)
        sleepers.delete(due)
        due.wake()
        await settle()
      }
      now = end
      await settle()
    },
    settle,
    waiting: () => sleepers.size,
  }
}

/** Two turns of the event loop: every chain of promises that waits for nothing from outside is through by then. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
}
