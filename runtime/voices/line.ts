// Who of this process is next to speak in a queue: the one that was meant to speak first, never one that is too late by then.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import { within } from '../time-limit.ts'

export interface Place {
  queue: string
  saidAtMs: number
  latestStartMs: number
}

interface Waiting {
  saidAtMs: number
  isCalled: boolean
  call(): void
}

/** Runs `speak` when nobody is before it any more, and the next one after it. Throws what `tooLate` gives. */
export function createLine(clock: Clock, tooLate: () => Error) {
  const lines = new Map<string, Waiting[]>()

  /** Rejects as too late when it has not come by then. */
  const before = async (coming: Promise<void>, latestMs: number, signal: AbortSignal): Promise<void> => {
    await within(coming, { ms: latestMs - clock.nowMs() + 1, clock, signal }, () => {
      throw tooLate()
    })
  }

  return async (
    { queue, saidAtMs, latestStartMs }: Place,
    signal: AbortSignal,
    speak: () => Promise<void>,
  ): Promise<void> => {
    const line = lines.get(queue) ?? []
    lines.set(queue, line)
    const called = Promise.withResolvers<void>()
    const me: Waiting = {
      saidAtMs,
      isCalled: false,
      call: () => {
        me.isCalled = true
        called.resolve()
      },
    }
    const place = line.findIndex((other) => !other.isCalled && other.saidAtMs > saidAtMs)
    line.splice(place < 0 ? line.length : place, 0, me)
    line[0]?.call()
    try {
      await before(called.promise, latestStartMs, signal)
      await speak()
    } finally {
      line.splice(line.indexOf(me), 1)
      if (line.length === 0) lines.delete(queue)
      line[0]?.call()
    }
  }
}
