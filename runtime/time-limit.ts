// The one way to wait for something no longer than so long. Ends its timer in any case, and leaves nothing unheard of what comes too late.
import { setTimeout as wait } from 'node:timers/promises'
import { StoppedError } from '../nodes/contract/errors.ts'

interface Sleeper {
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Limit {
  ms: number
  /** Absent: the machine's own. What runs streams and actions always brings one. */
  clock?: Sleeper
  /** Whoever waits gives up: StoppedError. What was begun is not ended by it. */
  signal?: AbortSignal | undefined
}

const machine: Sleeper = {
  sleep: (ms, signal) => wait(Math.max(0, ms), undefined, signal ? { signal } : undefined),
}

/** What comes first of these, however it ends; no time-out, which is `within`. What comes later is left to whoever began it. */
export function firstOf<T extends readonly unknown[]>(waits: T): Promise<Awaited<T[number]>> {
  // eslint-disable-next-line no-restricted-properties -- the one race, so that no other is a time-out in disguise
  return Promise.race(waits)
}

/** What `work` comes to, which a package's JavaScript may give back at once, or, once the time is over, what `late` gives or throws. */
export async function within<T, L>(work: T | PromiseLike<T>, limit: Limit, late: () => L): Promise<T | L> {
  const { ms, clock = machine, signal } = limit
  const answer = Promise.resolve(work)
  const over = new AbortController()
  const stopped = Promise.withResolvers<never>()
  const stop = (): void => stopped.reject(new StoppedError())
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  const timeUp = clock.sleep(ms, over.signal).then(late)
  try {
    return await firstOf([answer, timeUp, stopped.promise])
  } finally {
    signal?.removeEventListener('abort', stop)
    over.abort()
  }
}
