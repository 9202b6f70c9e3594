// What drives a session from pass to pass. Live: the wall clock, and the newest picture wins. lockstep.ts has the other one.
// A pace says when the next pass comes and with what; it never runs a node and writes nothing.
import type { Clock } from '../../nodes/contract/capabilities.ts'
import type { CameraStatus } from '../../nodes/contract/events.ts'
import type { Frame } from '../../nodes/contract/frames.ts'
import { lateTicks, missedFor, tickMs } from './gaps.ts'
import type { Mailbox } from './mailbox.ts'
import { nodeDeadlineMs } from './node-call.ts'
import { Source, type CameraView, type SourceOptions } from './source.ts'
import type { Unwatched } from './tick.ts'

/** One pass stands for at most this many late ticks; what is later still is recorded as dropped. */
const mostSeconds = 5
const lookMs = 250

/** A stream's pictures, as a session takes them. */
export interface StreamSource {
  readonly mailbox: Mailbox<Frame>
  start(): void
  /** Ends it and waits until it is closed. */
  stop(): Promise<void>
  look(): CameraView
  status(): CameraStatus
  /** For how long no picture has come, in ms. */
  quietMs(nowMs: number): number
  /** Passwords refused in a row. */
  readonly refusals: number
}

/** How long a node's call is waited for, in ms on this clock. */
export interface Patience {
  clock: Pick<Clock, 'sleep'>
  plain: number
  model: number
}

/** The next pass. With `ended` in its view it is the last one, with `failed` there is none any more. */
export interface Turn {
  view: CameraView
  /** So many seconds the pass stands for. */
  seconds: number
  /** Seconds before it in which nobody watched, the last of them at `endMs`. */
  missed?: { count: number; endMs: number; why: Unwatched }
}

/** What a pace asks of the session that it drives. */
export interface PaceHost {
  signal: AbortSignal
  /** Looks at the camera and shows on the card how it does. */
  look(): CameraView
  /** No picture will come soon: the model decides on those it has. */
  mustDecide(nowMs: number): boolean
  /** Resolves once the models are open, or are not for now. */
  ready(): Promise<void>
  /** The camera is there, or late: passes begin now. */
  begun(): void
  /** Resolves once all that earlier passes left behind is written. */
  written(): Promise<void>
  /** Fetches what has been sent to the stream's nodes by now. */
  readInputs(): Promise<void>
}

/** Of one session. */
export interface Pace {
  /** What nodes and the record see as the time. */
  readonly clock: Clock
  readonly patience: Patience
  /** The session's source; called once, before `turns`. */
  open(options: SourceOptions): StreamSource
  /** Passes as they come, until one says that the source has ended or failed. Throws StoppedError with the signal. */
  turns(host: PaceHost): AsyncGenerator<Turn, void, void>
}

/** One pass a second by the wall clock: late ones are made up with one picture, a picture a little late is waited for. */
export function livePace(clock: Clock): Pace {
  let source: StreamSource | undefined
  return {
    clock,
    patience: { clock, ...nodeDeadlineMs },
    open: (options) => (source = new Source(options)),
    turns: (host) => liveTurns(clock, source!.mailbox, host),
  }
}

async function* liveTurns(clock: Clock, mailbox: Mailbox<Frame>, host: PaceHost): AsyncGenerator<Turn, void, void> {
  const { signal } = host
  for (
    let view = host.look();
    mailbox.isEmpty && view.camera === 'ok' && !view.ended && !view.failed;
    view = host.look()
  )
    await mailbox.wait(clock, lookMs, signal)
  host.begun()
  let isWaiting = false
  for (let dueMs = clock.nowMs(); ;) {
    const view = host.look()
    const now = clock.nowMs()
    if (view.failed) return yield { view, seconds: 0 }
    if (view.ended) return yield { view, seconds: Math.min(mostSeconds, Math.max(1, lateTicks(now, dueMs))) }
    // A wall clock that was set back must not make the stream wait for it.
    if (dueMs - now > tickMs) dueMs = now + tickMs
    // Not due yet, or due without its picture: a frame that is a little late is waited for, the tick is made up with it.
    if (now < dueMs) await mailbox.wait(clock, dueMs - now, signal)
    else if (mailbox.isEmpty && view.camera === 'ok' && !host.mustDecide(now)) {
      isWaiting = true
      await mailbox.wait(clock, lookMs, signal)
    } else {
      const late = lateTicks(now, dueMs)
      dueMs += late * tickMs
      const over = late - mostSeconds
      const missed = { count: over, endMs: now - mostSeconds * tickMs, why: missedFor(isWaiting, view) }
      isWaiting = false
      yield { view, seconds: Math.min(late, mostSeconds), ...(over > 0 ? { missed } : {}) }
    }
  }
}
