// One voice at a time: whoever speaks in a queue holds its turn, here and on every other worker. Who was meant to speak first
// is first in line; who can no longer begin in time is sent away; a worker that dies is passed over in a few seconds.
import { randomUUID } from 'node:crypto'
import type { Clock, Log, SpeechRequest } from '../../nodes/contract/capabilities.ts'
import { FatalError, RetryableError, toError } from '../../nodes/contract/errors.ts'
import { within } from '../time-limit.ts'

/** The one row of a queue, where all workers see it. */
export interface VoiceTurns {
  /** When what was said before has been said; undefined while another one holds the turn. */
  take(queue: string, holder: string, at: { nowMs: number; untilMs: number }): Promise<number | undefined>
  /** False when it is held no more. */
  renew(queue: string, holder: string, at: { untilMs: number; freeAtMs: number }): Promise<boolean>
  release(queue: string, holder: string, freeAtMs: number): Promise<void>
}

export interface Turn {
  /** What was said before has been said by then. */
  readonly freeAtMs: number
  /** Nobody else begins before `ms`. */
  occupyUntil(ms: number): void
  /** Aborts when the turn is lost: somebody else may be speaking. */
  readonly signal: AbortSignal
}

export interface TurnDeps {
  turns: VoiceTurns
  clock: Clock
  log: Log
}

export type Wish = Pick<SpeechRequest, 'queue' | 'saidAtMs' | 'latestStartMs'>

const leaseMs = 4000
const renewMs = 1000
/** Between two looks whether a holder elsewhere has finished. */
const lookMs = 100

export function tooLate(): FatalError {
  return new FatalError('SPEECH_STALE', 'By the time it could be said it would have been too late.')
}

interface Held {
  queue: string
  holder: string
  untilMs: number
  freeAtMs(): number
}

async function take(
  { turns, clock }: TurnDeps,
  { queue, latestStartMs }: Wish,
  holder: string,
  signal: AbortSignal,
): Promise<{ freeAtMs: number; untilMs: number }> {
  for (;;) {
    const nowMs = clock.nowMs()
    if (nowMs > latestStartMs) throw tooLate()
    const untilMs = nowMs + leaseMs
    const freeAtMs = await turns.take(queue, holder, { nowMs, untilMs })
    if (freeAtMs !== undefined) return { freeAtMs, untilMs }
    await clock.sleep(Math.min(lookMs, latestStartMs - nowMs + 1), signal)
  }
}

/** Renews the lease until `signal` aborts; resolves when it is lost. */
async function keep(
  { turns, clock, log }: TurnDeps,
  { queue, holder, untilMs, freeAtMs }: Held,
  signal: AbortSignal,
): Promise<void> {
  let heldUntilMs = untilMs
  for (;;) {
    await clock.sleep(renewMs, signal)
    const nextMs = clock.nowMs() + leaseMs
    try {
      if (!(await turns.renew(queue, holder, { untilMs: nextMs, freeAtMs: freeAtMs() }))) return
      heldUntilMs = nextMs
    } catch (error) {
      log.warn({ error: toError(error).message }, 'a turn to speak could not be renewed')
      if (clock.nowMs() >= heldUntilMs) return
    }
  }
}

/** Runs `work` while it alone holds the turn of its queue. Throws FatalError SPEECH_STALE, RetryableError SPEECH_TURN_LOST. */
export function createTurns(deps: TurnDeps) {
  const { turns, clock, log } = deps
  const inLine = createLine(clock, tooLate)

  const hold = async <T>(wish: Wish, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> => {
    const { queue } = wish
    const holder = randomUUID()
    const over = new AbortController()
    const lost = new AbortController()
    let busyUntilMs = 0
    try {
      const { freeAtMs, untilMs } = await take(deps, wish, holder, signal)
      keep(deps, { queue, holder, untilMs, freeAtMs: () => busyUntilMs }, over.signal).then(
        () => lost.abort(),
        () => undefined,
      )
      return await work({
        freeAtMs,
        occupyUntil: (ms) => {
          busyUntilMs = ms
        },
        signal: AbortSignal.any([signal, lost.signal]),
      })
    } catch (error) {
      if (!lost.signal.aborted || signal.aborted) throw error
      throw new RetryableError(
        'SPEECH_TURN_LOST',
        'The turn to speak was lost, because the database was away for too long.',
        { cause: error },
      )
    } finally {
      over.abort()
      // Also when taking it was cut short: nobody knows whether it was granted. If this fails, the lease runs out.
      await turns
        .release(queue, holder, busyUntilMs)
        .catch((error: unknown) =>
          log.warn({ error: toError(error).message }, 'a turn to speak could not be given back'),
        )
    }
  }

  return async <T>(wish: Wish, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> => {
    let result: { value: T } | undefined
    await inLine(wish, signal, async () => {
      result = { value: await hold(wish, signal, work) }
    })
    return (result as { value: T }).value
  }
}

// Who of this process is next to speak in a queue: the one that was meant to speak first, never one that is too late by then.
interface Place {
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
function createLine(clock: Clock, tooLate: () => Error) {
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
