// Writes what sessions leave behind, for all sessions of the process: quiet ticks in bulk, ticks with consequences at once
// and in order. Bounded while the database is away; whatever it must drop is counted and given back to the session to tell.
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { backoffMs } from './camera-state.ts'
import type { EngineStore, RunKey, TickCommit, TickRecord } from './deps.ts'

export interface RecorderLimits {
  flushMs: number
  /** Quiet ticks kept while the database is away: 150 streams for two minutes. */
  quietTicks: number
  /** Commits kept per session, and how many of them keep their pictures: an alert matters more than its frame. */
  commits: number
  pictures: number
  batch: number
}
export const recorderLimits: RecorderLimits = {
  flushMs: 500,
  quietTicks: 20_000,
  commits: 300,
  pictures: 50,
  batch: 500,
}

/** A session's own door to the recorder. */
export interface Ledger {
  quiet(record: TickRecord): void
  /** Resolves true once written, false when it was given up (stale run, buffer full). Never rejects. */
  commit(commit: TickCommit): Promise<boolean>
  status(status: StreamStatus): void
  /** Decisions and commits lost since the last call. */
  takeLost(): { decisions: number; commits: number }
  /** False while the database cannot be written. */
  readonly isWriting: boolean
  /** Waits until everything of this session is written, at most `ms`; then lets go of it. */
  close(ms: number): Promise<void>
}

interface Pending {
  commit: TickCommit
  done(written: boolean): void
}
interface Entry {
  key: RunKey
  onStale(): void
  commits: Pending[]
  isCommitting: boolean
  lost: { decisions: number; commits: number }
  status: StreamStatus | null
}

const refusalsBeforeLoss = 5

const keyOf = (key: RunKey): string => `${key.streamId} ${key.run} ${key.generation}`

export class Recorder {
  readonly #store: EngineStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #limits: RecorderLimits
  readonly #entries = new Map<string, Entry>()
  readonly #stopping = new AbortController()
  #quiet: TickRecord[] = []
  #flushing: Promise<void> | null = null
  #failures = 0
  #refusals = 0

  constructor(deps: { store: EngineStore; clock: Clock; log: Log }, limits: Partial<RecorderLimits> = {}) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#log = deps.log
    this.#limits = { ...recorderLimits, ...limits }
  }

  /** Opens a session's ledger. `onStale` is called when the store says that another worker has taken the run over. */
  open(key: RunKey, onStale: () => void): Ledger {
    const entry: Entry = {
      key,
      onStale,
      commits: [],
      isCommitting: false,
      lost: { decisions: 0, commits: 0 },
      status: null,
    }
    this.#entries.set(keyOf(key), entry)
    const isWriting = (): boolean => this.#failures === 0
    return {
      quiet: (record) => this.#addQuiet(record),
      commit: (commit) => this.#addCommit(entry, commit),
      status: (status) => {
        entry.status = status
        this.#wake()
      },
      takeLost: () => {
        const lost = entry.lost
        entry.lost = { decisions: 0, commits: 0 }
        return lost
      },
      get isWriting() {
        return isWriting()
      },
      close: (ms) => this.#close(entry, ms),
    }
  }

  /** Ends the waiting; what is still unwritten is lost with the process. */
  stop(): void {
    this.#stopping.abort()
  }

  #addQuiet(record: TickRecord): void {
    this.#quiet.push(record)
    if (this.#quiet.length > this.#limits.quietTicks) {
      const dropped = this.#quiet.shift()
      const entry = dropped && this.#entries.get(keyOf(dropped))
      if (entry) entry.lost.decisions += dropped.decisions.length
    }
    this.#wake()
  }

  #addCommit(entry: Entry, commit: TickCommit): Promise<boolean> {
    return new Promise((resolve) => {
      entry.commits.push({ commit, done: resolve })
      if (entry.commits.length > this.#limits.commits) {
        // The first one may be on its way to the database; the one behind it is the oldest that can go.
        const [dropped] = entry.commits.splice(1, 1)
        entry.lost.commits++
        entry.lost.decisions += dropped?.commit.decisions.length ?? 0
        dropped?.done(false)
      }
      const aged = entry.commits.at(-this.#limits.pictures - 1)
      if (aged && aged !== entry.commits[0])
        aged.commit = { ...aged.commit, events: aged.commit.events.map((event) => ({ ...event, frame: null })) }
      if (!entry.isCommitting) void this.#runCommits(entry)
    })
  }

  async #runCommits(entry: Entry): Promise<void> {
    entry.isCommitting = true
    for (let failures = 0; entry.commits.length > 0;) {
      const first = entry.commits[0]
      if (!first) break
      const outcome = await this.#tryCommit(entry, first.commit)
      if (outcome === 'again') {
        if (await this.#pause(failures++)) continue
        break
      }
      failures = 0
      entry.commits.shift()
      first.done(outcome === 'written')
    }
    entry.isCommitting = false
  }

  async #tryCommit(entry: Entry, commit: TickCommit): Promise<'written' | 'lost' | 'again'> {
    try {
      await this.#store.commitTick(commit)
      this.#failures = 0
      return 'written'
    } catch (error) {
      if (isStopped(error)) {
        entry.onStale()
        return 'lost'
      }
      this.#failures++
      if (error instanceof RetryableError) return 'again'
      this.#log.error(
        { stream: entry.key.streamId, tick: commit.tick, error: toError(error).message },
        'a tick with events cannot be written',
      )
      entry.lost.commits++
      entry.lost.decisions += commit.decisions.length
      this.#failures = 0
      return 'lost'
    }
  }

  /** Half a second at first, then up to five; false when the recorder is stopping. */
  async #pause(failures: number): Promise<boolean> {
    const ms = Math.min(5000, backoffMs(failures, 0.5))
    return this.#clock.sleep(ms, this.#stopping.signal).then(
      () => true,
      () => false,
    )
  }

  #wake(): void {
    this.#flushing ??= this.#flushLoop().finally(() => {
      this.#flushing = null
    })
  }

  async #flushLoop(): Promise<void> {
    let failures = 0
    while (this.#quiet.length > 0 || this.#statuses().length > 0) {
      const isOn = failures > 0 ? await this.#pause(failures) : await this.#pauseFlush()
      if (!isOn) return
      failures = (await this.flush()) ? 0 : failures + 1
    }
  }

  #pauseFlush(): Promise<boolean> {
    return this.#clock.sleep(this.#limits.flushMs, this.#stopping.signal).then(
      () => true,
      () => false,
    )
  }

  #statuses(): Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.status !== null)
  }

  /** Writes everything quiet now; false when the database did not take it. */
  async flush(): Promise<boolean> {
    let batch: TickRecord[] = []
    try {
      while (this.#quiet.length > 0) {
        batch = this.#quiet.slice(0, this.#limits.batch)
        const stale = await this.#store.writeTicks(batch)
        // By identity: while waiting, the oldest may have been dropped and new ones added.
        this.#forget(batch)
        this.#refusals = 0
        for (const key of stale) this.#entries.get(keyOf(key))?.onStale()
      }
      await this.#flushStatuses()
      this.#failures = 0
      return true
    } catch (error) {
      this.#failures++
      this.#log.warn({ waiting: this.#quiet.length, error: toError(error).message }, 'decisions wait for the database')
      if (!(error instanceof RetryableError) && ++this.#refusals >= refusalsBeforeLoss) this.#lose(batch)
      return false
    }
  }

  #forget(records: TickRecord[]): void {
    const gone = new Set(records)
    this.#quiet = this.#quiet.filter((record) => !gone.has(record))
  }

  /** The database is there and will not take this batch: keeping it would block everything behind it. */
  #lose(batch: TickRecord[]): void {
    this.#refusals = 0
    this.#forget(batch)
    for (const record of batch) {
      const entry = this.#entries.get(keyOf(record))
      if (entry) entry.lost.decisions += record.decisions.length
    }
  }

  async #flushStatuses(): Promise<void> {
    const entries = this.#statuses()
    if (entries.length === 0) return
    const rows = entries.flatMap((entry) => (entry.status ? [{ ...entry.key, status: entry.status }] : []))
    await this.#store.writeStatus(rows)
    for (const [index, entry] of entries.entries()) if (entry.status === rows[index]?.status) entry.status = null
  }

  async #close(entry: Entry, ms: number): Promise<void> {
    const untilMs = this.#clock.nowMs() + ms
    const key = keyOf(entry.key)
    const isLeft = (): boolean =>
      entry.commits.length > 0 || entry.status !== null || this.#quiet.some((record) => keyOf(record) === key)
    while (isLeft() && this.#clock.nowMs() < untilMs) {
      if ((await this.flush()) && entry.commits.length === 0) break
      await this.#clock.sleep(50)
    }
    this.#quiet = this.#quiet.filter((record) => keyOf(record) !== key)
    for (const pending of entry.commits.splice(0)) pending.done(false)
    this.#entries.delete(key)
  }
}
