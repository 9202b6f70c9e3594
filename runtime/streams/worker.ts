// Runs sessions: one long job per (stream, run), its lock being the lease. Never two sessions of one stream at a time, here or elsewhere.
// A session ends by itself (recorded), on request (recorded), or because this worker must let go (handed back, not recorded).
import type { StreamJobStore, StreamWork, WaitingStream } from './records.ts'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { ClipFinder } from '../cameras/index.ts'
import type { Bus } from '../live/index.ts'
import type { StreamRef } from '../queue/index.ts'
import { handBack } from '../queue/index.ts'
import { streamPauseMs } from '../queue/index.ts'
import { persist } from '../queue/index.ts'
import { closeWorker, lease, openWorker, queueNames, soleLease, streamJobId } from '../queue/index.ts'
import type { JobWorker, QueueDeps, QueueJob } from '../queue/index.ts'
import { SessionLease } from './session-lease.ts'
import type { EndCause } from './session-lease.ts'
import { StreamHolds } from './stream-holds.ts'
import { within } from '../time-limit.ts'
import { basename } from 'node:path'
import { StatusBoard } from './status.ts'

type StreamWorkerStore = Omit<StreamJobStore, 'wantedStreams'>

export interface StreamWorkerDeps extends QueueDeps {
  store: StreamWorkerStore
  /** Says which clips this machine and others have; absent: all are here. */
  clips?: ClipFinder | undefined
  bus: Pick<Bus, 'publish'>
  work: Pick<StreamWork, 'runStream'>
  clock: Clock
  log: Log
  random(): number
  concurrency: number
  /** Given only when no other living process can bear it. */
  name?: string | undefined
}

type Ending = Awaited<ReturnType<StreamWork['runStream']>>
const keepTryingMs = 60_000

export class StreamWorker {
  readonly #deps: StreamWorkerDeps
  readonly #sessions = new Set<SessionLease>()
  readonly #stopping = new AbortController()
  readonly #holds: StreamHolds
  readonly #lease: typeof lease | typeof soleLease
  #worker: JobWorker<StreamRef> | undefined
  #leasesLost = 0
  #handedBack = 0
  #leftForClip = 0

  constructor(deps: StreamWorkerDeps) {
    this.#deps = deps
    this.#lease = deps.name === undefined ? lease : soleLease
    this.#holds = new StreamHolds(deps, (session) => this.#lose(session))
  }

  /** `leftForClip`: how often a stream was left to other machines because its clip is not here. */
  get stats(): { running: number; leasesLost: number; handedBack: number; leftForClip: number } {
    const counts = { leasesLost: this.#leasesLost, handedBack: this.#handedBack, leftForClip: this.#leftForClip }
    return { running: this.#sessions.size, ...counts }
  }

  /** Starts taking streams. */
  async start(): Promise<void> {
    const { random, concurrency, name } = this.#deps
    this.#worker = await openWorker<StreamRef>(
      queueNames.streams,
      (job, token) => this.#process(job, token),
      this.#deps,
      {
        concurrency,
        name,
        lockMs: this.#lease.durationMs,
        pauseMs: (attempt, error) =>
          error instanceof RetryableError && error.retryAfterMs !== undefined
            ? error.retryAfterMs
            : streamPauseMs(attempt, random),
        onRenewal: {
          renewed: (ids, atMs) => this.#each(ids, (session) => session.renewed(atMs)),
          lost: (ids) => this.#each(ids, (session) => this.#lose(session)),
        },
      },
    )
    this.#worker
      .run()
      .catch((error: unknown) =>
        this.#deps.log.error({ error: toError(error).message }, 'The stream worker stopped taking jobs.'),
      )
    void this.#watchLeases()
    void this.#holds.keep()
  }

  /** Ends the session of this run, if it is here, or gives it the plan that it is to go by now. */
  control({ stream: streamId, run, order }: { stream: string; run: number; order: 'stop' | 'change' }): void {
    this.#each([streamJobId({ streamId, run })], (session) => {
      if (order === 'stop') session.end('stop')
      else void this.#change(session)
    })
  }

  /**
   * Ends sessions that are no longer wanted, and changes those that another deployment's plan is wanted of: by job id, whose.
   * `askedAtMs` is when the list was asked for, younger sessions are left alone.
   */
  keepOnly(wanted: ReadonlyMap<string, string | undefined>, askedAtMs: number): void {
    for (const session of this.#sessions) {
      if (session.startedAtMs >= askedAtMs) continue
      const deploymentId = wanted.get(session.jobId)
      if (!wanted.has(session.jobId)) session.end('stop')
      else if (deploymentId !== undefined && deploymentId !== session.deploymentId) void this.#change(session)
    }
  }

  /** A store that is away now is asked again by the next comparison of what is wanted with what runs. */
  async #change(session: SessionLease): Promise<void> {
    const known = session.deploymentId
    if (known === undefined) return
    try {
      const change = await this.#deps.store.changedPlan(session.ref, known)
      if (!change || session.deploymentId !== known) return
      session.changed(change)
      this.#deps.log.info({ stream: session.ref.streamId, revision: change.flow.revision }, 'Plan changed.')
    } catch (error) {
      this.#deps.log.warn(
        { stream: session.ref.streamId, error: toError(error).message },
        'The changed plan of a stream could not be read now.',
      )
    }
  }

  /** Takes no more streams, tells all sessions to end and hands their jobs back, waiting `limitMs` at most. */
  async stop(limitMs: number): Promise<void> {
    this.#stopping.abort()
    await this.#worker?.pause(true)
    for (const session of this.#sessions) session.end('shutdown')
    const all = Promise.allSettled([...this.#sessions].map((session) => session.ended))
    await within(all, { ms: limitMs, clock: this.#deps.clock }, () => undefined)
    if (this.#sessions.size > 0)
      this.#deps.log.warn({ sessions: this.#sessions.size }, 'Sessions did not end in time; their leases run out.')
    this.#holds.stop()
    await closeWorker(this.#worker, this.#sessions.size > 0, this.#deps.clock)
  }

  #each(jobIds: string[], act: (session: SessionLease) => void): void {
    for (const session of this.#sessions) if (jobIds.includes(session.jobId)) act(session)
  }

  #lose(session: SessionLease): void {
    if (session.cause === 'lease') return
    this.#leasesLost += 1
    this.#deps.log.warn(
      { stream: session.ref.streamId, run: session.ref.run },
      'The lease of a stream was lost; its session ends here.',
    )
    session.end('lease')
  }

  /** A lease that is not renewed ends the session a second before the backend would give the stream away. */
  async #watchLeases(): Promise<void> {
    const { clock } = this.#deps
    while (!this.#stopping.signal.aborted) {
      for (const session of this.#sessions) {
        if (session.isOverdue(clock.nowMs(), this.#lease.abortAfterMs)) this.#lose(session)
      }
      await clock.sleep(250, this.#stopping.signal).catch(() => undefined)
    }
  }

  async #process(job: QueueJob<StreamRef>, token: string): Promise<void> {
    const { clock } = this.#deps
    if (this.#stopping.signal.aborted) return handBack(job, token, clock, 2_000)
    const ref = { streamId: job.data.streamId, run: job.data.run }
    const former = [...this.#sessions].filter((session) => session.ref.streamId === ref.streamId)
    const session = new SessionLease(streamJobId(ref), ref, job.processedOn ?? clock.nowMs(), clock.nowMs())
    const forgotten = former.filter((other) => other.jobId === session.jobId)
    if (forgotten.length > 0) {
      // The queue lost our job and gave it out anew. BullMQ keeps one lease per job id, so the two may not overlap here.
      for (const other of forgotten) this.#lose(other)
      throw new RetryableError('QUEUE_SESSION_ENDING', 'The former session of this stream is still ending here.', {
        retryAfterMs: 1_000,
      })
    }
    this.#sessions.add(session)
    try {
      // A camera can be opened once: the former run must be gone.
      await Promise.all(former.map((other) => other.ended))
      if (!session.signal.aborted) await this.#holds.take(session)
      await this.#run(session, job, token)
    } finally {
      await this.#holds.release(session)
      this.#sessions.delete(session)
      session.close()
    }
  }

  async #run(session: SessionLease, job: QueueJob<StreamRef>, token: string): Promise<void> {
    const { store, work, clock, log } = this.#deps
    const fields = { stream: session.ref.streamId, run: session.ref.run }
    const pauseMs = session.signal.aborted ? null : await this.#leftToOthers(session)
    if (pauseMs !== null && !session.signal.aborted) {
      this.#leftForClip += 1
      return handBack(job, token, clock, 2_000, pauseMs)
    }
    const order = session.signal.aborted ? null : await store.claimStream(session.ref)
    let ending: Ending | undefined
    if (order && !session.signal.aborted) {
      log.info({ ...fields, generation: order.generation }, 'Session started.')
      session.deploymentId = order.deploymentId
      try {
        ending = await work.runStream(order, session.signal, session.changes)
      } catch (error) {
        if (session.cause === undefined || !isStopped(error))
          log.error({ ...fields, error: toError(error).message, stack: toError(error).stack }, 'A session threw.')
        if (session.cause === undefined) throw error
      }
      // Before the job goes back, or whoever gets it would still be refused.
      await this.#holds.release(session)
      log.info(
        {
          ...fields,
          generation: order.generation,
          ending: ending?.state,
          reason: ending?.reason,
          cause: session.cause,
        },
        'Session ended.',
      )
    }
    const verdict = verdictOf(session.cause, ending, order !== null)
    if (verdict === 'hand-back') {
      this.#handedBack += 1
      return session.cause === 'lease' ? handBack(job, token, clock, 10_000, 1_000) : handBack(job, token, clock, 2_000)
    }
    if (verdict === 'again')
      throw new RetryableError(
        'QUEUE_SESSION_ENDED',
        'The session ended without being asked to; it is started again while wanted.',
        { retryAfterMs: 1_000 },
      )
    if (order && verdict === 'record') {
      const { state, reason } = ending ?? { state: 'stopped' as const, reason: null }
      await this.#record({ ...session.ref, generation: order.generation }, state, reason)
    }
  }

  #leftToOthers(session: SessionLease): Promise<number | null> {
    const { store, bus, clips, name } = this.#deps
    return leaveToOthers(session.ref, { store, bus, clips, isSole: name !== undefined })
  }

  async #record(
    key: Parameters<StreamJobStore['endStream']>[0],
    state: Ending['state'],
    reason: string | null,
  ): Promise<void> {
    const { store, clock, random } = this.#deps
    await persist(() => store.endStream(key, state, reason), {
      clock,
      random,
      signal: this.#stopping.signal,
      limitMs: keepTryingMs,
    })
  }
}

/** What becomes of the job: end it silently, record how it ended, hand it to another worker, or start it again here. */
function verdictOf(
  cause: EndCause | undefined,
  ending: Ending | undefined,
  claimed: boolean,
): 'nothing' | 'record' | 'hand-back' | 'again' {
  if (cause === 'lease') return 'hand-back'
  const endedByItself = ending?.state === 'finished' || ending?.state === 'failed'
  if (endedByItself) return 'record'
  if (cause === 'shutdown') return 'hand-back'
  if (!claimed) return 'nothing'
  return cause === 'stop' ? 'record' : 'again'
}

// Whether this machine has the clip that a stream plays, and what is said when none has. Claims nothing and opens nothing.
interface ClipPlaceDeps {
  store: Pick<StreamJobStore, 'waitingStream' | 'deferStream'>
  bus: Pick<Bus, 'publish'>
  /** Absent: every clip is taken to be here. */
  clips: ClipFinder | undefined
  /** No other process can run this stream, ever. */
  isSole: boolean
}

/** Another machine that has it comes by soon; one that gets it by an upload, later. */
const elsewhereMs = 1_000
const nowhereMs = 5_000

/** For how many milliseconds the stream is to be left to other machines; null when it is to be run here. */
async function leaveToOthers(ref: StreamRef, deps: ClipPlaceDeps): Promise<number | null> {
  const { store, bus, clips, isSole } = deps
  const stream = clips ? await store.waitingStream(ref) : null
  const path = stream && clipOf(stream)
  if (!clips || !stream || !path) return null
  const found = await clips.find(path)
  if (found.place === 'here') return null
  if (found.place === 'elsewhere') return elsewhereMs
  // Alone with a stream that never ran: it fails with the reason. One that has run elsewhere waits for that machine.
  if (found.isAlone && (isSole || stream.tick === 0)) return null
  const reason = `No running machine has the clip ${basename(path)}. Upload it again, or share the media folder.`
  await store.deferStream(ref, reason)
  bus.publish({ type: 'status', flow: stream.flowId, status: waitingStatus(stream, reason) })
  return nowhereMs
}

function clipOf({ source: { config } }: WaitingStream): string | null {
  return config.kind === 'file' && typeof config.path === 'string' && config.path !== '' ? config.path : null
}

function waitingStatus(
  { streamId, source, tick, status }: WaitingStream,
  reason: string,
): ReturnType<StatusBoard['snapshot']> {
  const board = new StatusBoard({ streamId, plan: { source }, resume: status && { tick, status } })
  board.setState('degraded', reason)
  return board.snapshot()
}
