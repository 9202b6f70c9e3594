// The real clock. The only place from which the runtime sleeps; sessions, sources and nodes get it through deps.
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../nodes/contract/capabilities.ts'
import { StoppedError } from '../nodes/contract/errors.ts'

/** Wall time in ms and sleeps that a signal ends with StoppedError. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(Math.max(0, ms), undefined, signal ? { signal } : undefined)
    } catch (error) {
      if (signal?.aborted) throw new StoppedError()
      throw error
    }
  },
}
