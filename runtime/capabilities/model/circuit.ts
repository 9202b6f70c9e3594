// Keeps a model in trouble from stalling every tick: after a failure the server is left alone for a while, and ticks in
// between fail at once with the trouble already known. Knows nothing of protocols.
import type { Clock, ModelSession } from '../../../nodes/contract/capabilities.ts'
import { isStopped, toError } from '../../../nodes/contract/errors.ts'

/** After the first quick failure the very next tick tries again: one bad answer is not an outage. */
const pausesMs = [0, 1000, 2000, 4000, 8000, 10_000]

/** Wraps a session: 1, 2, 4 … 10 s between tries while the server is in trouble. */
export function withCircuit(session: ModelSession, clock: Clock): ModelSession {
  let failures = 0
  let tryAgainAtMs = 0
  let trouble: Error | null = null
  return {
    ...session,
    tick: async (request, signal) => {
      if (trouble && clock.nowMs() < tryAgainAtMs) throw trouble
      try {
        const verdict = await session.tick(request, signal)
        failures = 0
        trouble = null
        return verdict
      } catch (error) {
        if (isStopped(error)) throw error
        trouble = toError(error)
        // A server that hangs costs its whole timeout each time: leave it alone from the first time on.
        if ('code' in trouble && trouble.code === 'MODEL_TIMEOUT') failures = Math.max(failures, 1)
        tryAgainAtMs = clock.nowMs() + (pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0)
        failures++
        throw trouble
      }
    },
  }
}
