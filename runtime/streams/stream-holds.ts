// Which streams this worker has open, as all workers see it: a row in the database, renewed until the session has really closed.
// The queue's lease is of one job; this is of the camera. Must never let two workers run one stream, whatever its run.
import { randomUUID } from 'node:crypto'
import type { StreamJobStore } from './records.ts'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import { lease, answerOf } from '../queue/index.ts'
import type { SessionLease } from './session-lease.ts'

export interface StreamHoldDeps {
  store: Pick<StreamJobStore, 'keepHolds' | 'releaseHold'>
  clock: Clock
  log: Log
  /** Given only when no other living process can bear it: what a dead one of this name held is free at once. */
  name?: string | undefined
}

/** A session told to end that has not closed by then is given up: a stream that runs nowhere guards nobody. */
const closeLimitMs = 60_000
const askAgainMs = 500
const releaseLimitMs = 2_000

export class StreamHolds {
  readonly #deps: StreamHoldDeps
  readonly #holder: string
  readonly #lose: (session: SessionLease) => void
  /** When a session was first seen to be ending, by this process's clock. */
  readonly #held = new Map<SessionLease, { endingSinceMs: number | undefined }>()
  readonly #stopping = new AbortController()
  #renewal: Promise<void> = Promise.resolve()

  /** `lose` is told of a session whose stream another worker took, which may happen only after the database was away. */
  constructor(deps: StreamHoldDeps, lose: (session: SessionLease) => void) {
    this.#deps = deps
    this.#holder = deps.name ?? randomUUID()
    this.#lose = lose
  }

  /** Holds the stream of this session. Throws a RetryableError QUEUE_STREAM_HELD while another worker holds it. */
  async take(session: SessionLease): Promise<void> {
    const { streamId } = session.ref
    const refused = await this.#deps.store.keepHolds([streamId], this.#holder, lease.durationMs)
    if (refused.length > 0)
      throw new RetryableError(
        'QUEUE_STREAM_HELD',
        'Another worker still has this stream open; it is asked for again.',
        {
          retryAfterMs: askAgainMs,
        },
      )
    this.#held.set(session, { endingSinceMs: undefined })
  }

  /** Lets go of the stream: the session has closed. Never throws; what cannot be released runs out. */
  async release(session: SessionLease): Promise<void> {
    if (!this.#held.delete(session)) return
    const { store, clock, log } = this.#deps
    const { streamId } = session.ref
    // A renewal on its way would take the stream again.
    const released = this.#renewal.then(() => store.releaseHold(streamId, this.#holder))
    await answerOf(released, releaseLimitMs, clock, 'The database').catch((error: unknown) =>
      log.warn({ stream: streamId, error: toError(error).message }, 'A stream was not released; its hold runs out.'),
    )
  }

  /** Renews the holds until `stop`. */
  async keep(): Promise<void> {
    const { clock } = this.#deps
    while (!this.#stopping.signal.aborted) {
      this.#renewal = this.#renew()
      await this.#renewal
      await clock.sleep(lease.renewMs, this.#stopping.signal).catch(() => undefined)
    }
  }

  stop(): void {
    this.#stopping.abort()
  }

  async #renew(): Promise<void> {
    const { store, clock, log } = this.#deps
    for (const [session, hold] of this.#held) {
      if (!session.signal.aborted) continue
      hold.endingSinceMs ??= clock.nowMs()
      if (clock.nowMs() - hold.endingSinceMs < closeLimitMs) continue
      this.#held.delete(session)
      log.error({ stream: session.ref.streamId }, 'A session does not close; its stream is left to other workers.')
    }
    const sessions = [...this.#held.keys()]
    if (sessions.length === 0) return
    try {
      const ids = sessions.map((session) => session.ref.streamId)
      const taken = new Set(await store.keepHolds(ids, this.#holder, lease.durationMs))
      for (const session of sessions) if (taken.has(session.ref.streamId)) this.#lose(session)
    } catch (error) {
      // A session outlives the database; so do the streams of all others, since nobody can take them either.
      log.warn({ error: toError(error).message }, 'The streams of this worker could not be held on; it is tried again.')
    }
  }
}
