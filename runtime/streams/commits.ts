// Ticks with consequences on their way into the database: at once, each session's in order. While the database is away they are put
// on disk before anything else; what memory has no room for is read from there again. Must never lose one silently.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import { firstOf } from '../time-limit.ts'
import type { EngineStore, Spill, SpillTicket, TickCommit } from './records.ts'
import type { RunKey, TickRecord } from '../history/index.ts'

export interface CommitLimits {
  /** Commits kept per session, and how many of them keep their pictures: an alert matters more than its frame. */
  commits: number
  pictures: number
  /** What all commits of the process may take of memory. */
  commitBytes: number
  /** A commit that is not written after this goes to disk as well. */
  spillAfterMs: number
}

/** One session's commits that wait. */
export interface CommitLine {
  key: RunKey
  onStale(): void
  commits: Pending[]
  isCommitting: boolean
  lost: { decisions: number; commits: number }
  /** Resolves once the newest alert is on disk or in the database, or can be in neither. */
  secured: Promise<unknown>
}

interface Pending {
  commit: TickCommit
  bytes: number
  done(written: boolean): void
  late: AbortController
  /** On its way to disk, or there; absent: in memory alone. */
  spilling?: Promise<void>
  ticket?: SpillTicket
  isWritten?: true
  /** Decided while the database was away, as far as anybody could know. */
  isLate?: true
}

export interface CommitDeps {
  store: Pick<EngineStore, 'commitTick' | 'commitLate'>
  clock: Clock
  log: Log
  spill?: Spill
  /** A second at first, then up to five; false when nothing more is to be written. */
  pause(failures: number): Promise<boolean>
}

// Sizes are near enough: what they bound is the process, not the file.
export const recordBytes = (record: TickRecord): number =>
  record.decisions.reduce((sum, { text }) => sum + 300 + 2 * text.length, 200)
const commitBytes = (commit: TickCommit): number =>
  commit.events.reduce(
    (sum, { frame, recent = [], text }) =>
      sum + 500 + 2 * text.length + (frame?.length ?? 0) + recent.reduce((all, { jpeg }) => all + jpeg.length, 0),
    recordBytes(commit) + 2_000 * (commit.actions.length + commit.remote.length),
  )

export class Commits {
  readonly #deps: CommitDeps
  readonly #limits: CommitLimits
  /** Failures in a row to write, of commits and of quiet ticks; 0 while the database can be written. */
  readonly #writing: { failures: number }
  /** On disk and no longer in memory; written when the database is back. */
  readonly #left: SpillTicket[] = []
  #draining: Promise<void> | null = null
  #bytes = 0

  constructor(deps: CommitDeps, limits: CommitLimits, writing: { failures: number }) {
    this.#deps = deps
    this.#limits = limits
    this.#writing = writing
  }

  /** Resolves true once written, false when it was given up or is on disk alone. Never rejects. */
  add(line: CommitLine, commit: TickCommit): Promise<boolean> {
    const written = Promise.withResolvers<boolean>()
    const pending: Pending = {
      commit,
      bytes: commitBytes(commit),
      done: written.resolve,
      late: new AbortController(),
    }
    line.commits.push(pending)
    this.#bytes += pending.bytes
    const spilled = this.#spillInTime(pending)
    // What is to be sent counts as decided only once no crash takes it away.
    if (commit.actions.length > 0) line.secured = firstOf([spilled, written.promise])
    const { commits, pictures, commitBytes: mostBytes } = this.#limits
    // The first one may be on its way to the database; the one behind it is the oldest that can go.
    while (line.commits.length > 1 && (line.commits.length > commits || this.#bytes > mostBytes)) {
      const [dropped] = line.commits.splice(1, 1)
      if (dropped) this.#drop(line, dropped)
    }
    const aged = line.commits.at(-pictures - 1)
    if (aged && aged !== line.commits[0]) this.#dropPictures(line, aged)
    if (!line.isCommitting) void this.#run(line)
    return written.promise
  }

  /** Lets go of a session: what is unwritten is on disk once this resolves, as far as there is room. */
  async close(line: CommitLine): Promise<void> {
    const unwritten = line.commits.splice(0)
    for (const pending of unwritten) this.#drop(line, pending)
    await Promise.all(unwritten.flatMap(({ spilling }) => (spilling ? [spilling] : [])))
  }

  /** For the last moment of a process that breaks: what is in memory alone goes to disk. Throws what the disk throws. */
  spillNow(lines: Iterable<CommitLine>): void {
    const inMemory = [...lines].flatMap(({ commits }) => commits).filter(({ ticket }) => ticket === undefined)
    if (inMemory.length > 0) this.#deps.spill?.addNow(inMemory.map(({ commit }) => commit))
  }

  /** Out of memory: kept when it is on disk, or on its way there. */
  #drop(line: CommitLine, pending: Pending): void {
    this.#bytes -= pending.bytes
    pending.late.abort()
    const settle = (): void => {
      if (pending.ticket === undefined) {
        line.lost.commits++
        line.lost.decisions += pending.commit.decisions.length
      } else {
        this.#left.push(pending.ticket)
        this.#drain()
      }
      pending.done(false)
    }
    if (this.#deps.spill) void this.#toDisk(pending).then(settle)
    else settle()
  }

  #dropPictures(line: CommitLine, aged: Pending): void {
    // On disk it is whole, pictures and all.
    if (this.#deps.spill) {
      line.commits.splice(line.commits.indexOf(aged), 1)
      this.#drop(line, aged)
      return
    }
    aged.commit = { ...aged.commit, events: aged.commit.events.map((event) => ({ ...event, frame: null })) }
    this.#bytes -= aged.bytes
    aged.bytes = commitBytes(aged.commit)
    this.#bytes += aged.bytes
  }

  /** An alert at once: the database may go away while it is on its way there. All else when that is away, or takes longer than it should. */
  #spillInTime(pending: Pending): Promise<void> {
    const { spill, clock } = this.#deps
    if (!spill) return Promise.resolve()
    const isAway = this.#writing.failures > 0
    if (isAway) pending.isLate = true
    else
      clock.sleep(this.#limits.spillAfterMs, pending.late.signal).then(
        () => {
          pending.isLate = true
          void this.#toDisk(pending)
        },
        () => undefined,
      )
    return isAway || pending.commit.actions.length > 0 ? this.#toDisk(pending) : Promise.resolve()
  }

  #toDisk(pending: Pending): Promise<void> {
    const { spill } = this.#deps
    if (!spill) return Promise.resolve()
    return (pending.spilling ??= spill.add(pending.commit).then((ticket) => {
      if (ticket === undefined) {
        // No room now; there may be some when it is asked for again.
        delete pending.spilling
        return
      }
      pending.ticket = ticket
      if (pending.isWritten) spill.done(ticket)
    }))
  }

  async #run(line: CommitLine): Promise<void> {
    line.isCommitting = true
    for (let failures = 0; line.commits.length > 0;) {
      const first = line.commits[0]
      if (!first) break
      const outcome = await this.#try(line, first)
      if (outcome === 'again') {
        first.isLate = true
        void this.#toDisk(first)
        if (await this.#deps.pause(failures++)) continue
        break
      }
      failures = 0
      // A session that was let go of has given its commits to the disk already.
      if (line.commits[0] !== first) continue
      line.commits.shift()
      this.#bytes -= first.bytes
      first.late.abort()
      first.isWritten = true
      if (first.ticket !== undefined) this.#deps.spill?.done(first.ticket)
      first.done(outcome === 'written')
    }
    line.isCommitting = false
  }

  async #try(line: CommitLine, pending: Pending): Promise<'written' | 'lost' | 'again'> {
    const { commit } = pending
    try {
      await this.#deps.store.commitTick(commit)
      this.#writing.failures = 0
      return 'written'
    } catch (error) {
      if (isStopped(error)) {
        line.onStale()
        // Decided while nobody could know of another worker: an alert decided is an alert.
        return pending.isLate ? await this.#tryLate(commit) : 'lost'
      }
      this.#writing.failures++
      if (error instanceof RetryableError) return 'again'
      this.#deps.log.error(
        { stream: line.key.streamId, tick: commit.tick, error: toError(error).message },
        'a tick with events cannot be written',
      )
      line.lost.commits++
      line.lost.decisions += commit.decisions.length
      this.#writing.failures = 0
      return 'lost'
    }
  }

  async #tryLate(commit: TickCommit): Promise<'written' | 'lost' | 'again'> {
    try {
      await this.#deps.store.commitLate(commit)
      return 'written'
    } catch (error) {
      return error instanceof RetryableError ? 'again' : 'lost'
    }
  }

  /** Writes what is on disk alone, oldest first, as soon as the database is back. */
  #drain(): void {
    this.#draining ??= this.#drainAll().finally(() => {
      this.#draining = null
    })
  }

  async #drainAll(): Promise<void> {
    const { spill, store, log, pause } = this.#deps
    for (let failures = 0; this.#left[0] !== undefined && spill;) {
      const [ticket] = this.#left
      try {
        const commit = await spill.read(ticket)
        if (commit) await store.commitLate(commit)
        spill.done(ticket)
        this.#left.shift()
        failures = 0
      } catch (error) {
        if (error instanceof RetryableError) {
          if (await pause(failures++)) continue
          return
        }
        // Its place on disk stays taken: the next start tries it again.
        log.error({ error: toError(error).message }, 'an alert on disk cannot be written')
        this.#left.shift()
      }
    }
  }
}
