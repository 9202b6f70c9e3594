// Writes what sessions leave behind, for all sessions of the process: quiet ticks in bulk, ticks with consequences by way of
// `commits.ts`, of node states those that changed. Bounded while the database is away; whatever it must drop is counted and given back to the session to tell.
import { isDeepStrictEqual } from 'node:util'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { StreamStatus } from '../../nodes/contract/events.ts'
import { growingPauseMs } from '../growing-pause.ts'
import { Commits, recordBytes } from './commits.ts'
import type { CommitLimits, CommitLine } from './commits.ts'
import type { EngineStore, Spill, TickCommit } from './records.ts'
import type { RunKey, TickRecord } from '../history/index.ts'
import { within } from '../time-limit.ts'

export interface RecorderLimits extends CommitLimits {
  flushMs: number
  /** Quiet ticks kept while the database is away: 150 streams for two minutes. */
  quietTicks: number
  /** What all quiet ticks may take of memory. */
  quietBytes: number
  batch: number
}
export const recorderLimits: RecorderLimits = {
  flushMs: 500,
  quietTicks: 20_000,
  commits: 300,
  pictures: 50,
  quietBytes: 32 * 1024 * 1024,
  commitBytes: 64 * 1024 * 1024,
  spillAfterMs: 500,
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
  /** Resolves once the alerts committed so far are on disk or in the database, or nothing more can be done for them now. Absent: at once. */
  secured?(): Promise<void>
  /** False while the database cannot be written. */
  readonly isWriting: boolean
  /** Why an alert that is decided now would be in memory alone; null when all is well. */
  readonly trouble: string | null
  /** Waits until everything of this session is written, at most `ms`; then lets go of it. */
  close(ms: number): Promise<void>
}

interface Entry extends CommitLine {
  status: StreamStatus | null
  /** The newest quiet tick that waits: of states only its are kept. */
  newest: TickRecord | null
  states: UnsavedStates
}

const refusalsBeforeLoss = 5

/**
 * Which states of a session the database does not have yet. One that is on its way counts as unsaved until it is there: the commit after it
 * may be all that a crash leaves.
 */
class UnsavedStates {
  readonly #saved = new Map<string, { tick: number; state: unknown; of: string | undefined }>()
  /** The newest tick that each one not known to be saved was given with. */
  readonly #given = new Map<string, number>()

  /** Of all states at a tick those to write with it. */
  take({ tick, states, types }: Pick<TickRecord, 'tick' | 'states' | 'types'>): Record<string, unknown> {
    for (const known of [this.#saved, this.#given])
      for (const node of known.keys()) if (!Object.hasOwn(states, node)) known.delete(node)
    const unsaved = Object.entries(states).filter(([node, state]) => {
      const saved = this.#saved.get(node)
      const isSaved = saved && saved.of === types?.[node] && isDeepStrictEqual(saved.state, state)
      return !isSaved || this.#given.has(node)
    })
    for (const [node] of unsaved) this.#given.set(node, tick)
    return Object.fromEntries(unsaved)
  }

  written({ tick, states, types }: Pick<TickRecord, 'tick' | 'states' | 'types'>): void {
    for (const [node, state] of Object.entries(states)) {
      if (tick >= (this.#saved.get(node)?.tick ?? 0)) this.#saved.set(node, { tick, state, of: types?.[node] })
      if (this.#given.get(node) === tick) this.#given.delete(node)
    }
  }
}

const keyOf = (key: RunKey): string => `${key.streamId} ${key.run} ${key.generation}`

export class Recorder {
  readonly #store: EngineStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #limits: RecorderLimits
  readonly #entries = new Map<string, Entry>()
  readonly #stopping = new AbortController()
  readonly #spill: Spill | undefined
  readonly #commits: Commits
  readonly #writing = { failures: 0 }
  #quietBytes = 0
  #quiet: TickRecord[] = []
  #flushing: Promise<void> | null = null
  #refusals = 0

  constructor(
    deps: { store: EngineStore; clock: Clock; log: Log; spill?: Spill },
    limits: Partial<RecorderLimits> = {},
  ) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#log = deps.log
    this.#spill = deps.spill
    this.#limits = { ...recorderLimits, ...limits }
    this.#commits = new Commits({ ...deps, pause: (failures) => this.#pause(failures) }, this.#limits, this.#writing)
  }

  /** Opens a session's ledger. `onStale` is called when the store says that another worker has taken the run over. */
  open(key: RunKey, onStale: () => void): Ledger {
    const entry: Entry = {
      key,
      onStale,
      commits: [],
      isCommitting: false,
      lost: { decisions: 0, commits: 0 },
      secured: Promise.resolve(),
      status: null,
      newest: null,
      states: new UnsavedStates(),
    }
    this.#entries.set(keyOf(key), entry)
    const isWriting = (): boolean => this.#writing.failures === 0
    const trouble = (): string | null => (isWriting() ? null : (this.#spill?.trouble ?? null))
    return {
      quiet: (record) => this.#addQuiet(record),
      commit: (commit) => this.#commit(entry, commit),
      status: (status) => {
        entry.status = status
        this.#wake()
      },
      takeLost: () => {
        const lost = entry.lost
        entry.lost = { decisions: 0, commits: 0 }
        return lost
      },
      secured: () => this.#secured(entry),
      get isWriting() {
        return isWriting()
      },
      get trouble() {
        return trouble()
      },
      close: (ms) => this.#close(entry, ms),
    }
  }

  /** Ends the waiting; what is still unwritten is lost with the process. */
  stop(): void {
    this.#stopping.abort()
  }

  async #commit(entry: Entry, commit: TickCommit): Promise<boolean> {
    const lean = { ...commit, states: entry.states.take(commit) }
    const isWritten = await this.#commits.add(entry, lean)
    if (isWritten) entry.states.written(lean)
    return isWritten
  }

  async #secured({ secured }: Entry): Promise<void> {
    // A disk that hangs must not hold up the stream for ever.
    await within(Promise.resolve(secured), { ms: this.#limits.spillAfterMs, clock: this.#clock }, () => undefined)
  }

  #addQuiet(record: TickRecord): void {
    const own = this.#entries.get(keyOf(record))
    if (own) {
      record.states = own.states.take(record)
      // Whatever of it is not written yet is in the new one too.
      if (own.newest) own.newest.states = {}
      own.newest = record
    }
    this.#quiet.push(record)
    this.#quietBytes += recordBytes(record)
    while (this.#quiet.length > this.#limits.quietTicks || this.#quietBytes > this.#limits.quietBytes) {
      const dropped = this.#quiet.shift()
      if (!dropped) break
      this.#quietBytes -= recordBytes(dropped)
      const entry = this.#entries.get(keyOf(dropped))
      if (entry) entry.lost.decisions += dropped.decisions.length
    }
    this.#wake()
  }

  /** For the last moment of a process that breaks: puts on disk whatever is decided and in memory alone. Throws what the disk throws. */
  spillNow(): void {
    this.#commits.spillNow(this.#entries.values())
  }

  /** A second at first, then up to five; false when the recorder is stopping. */
  async #pause(failures: number): Promise<boolean> {
    const ms = growingPauseMs(failures, 1_125, 5_000, () => 1)
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
        for (const record of batch) this.#entries.get(keyOf(record))?.states.written(record)
        // By identity: while waiting, the oldest may have been dropped and new ones added.
        this.#forget(batch)
        this.#refusals = 0
        for (const key of stale) this.#entries.get(keyOf(key))?.onStale()
      }
      await this.#flushStatuses()
      this.#writing.failures = 0
      return true
    } catch (error) {
      this.#writing.failures++
      this.#log.warn({ waiting: this.#quiet.length, error: toError(error).message }, 'decisions wait for the database')
      if (!(error instanceof RetryableError) && ++this.#refusals >= refusalsBeforeLoss) this.#lose(batch)
      return false
    }
  }

  #forget(records: TickRecord[]): void {
    const gone = new Set(records)
    this.#quiet = this.#quiet.filter((record) => {
      if (!gone.has(record)) return true
      this.#quietBytes -= recordBytes(record)
      const entry = this.#entries.get(keyOf(record))
      if (entry?.newest === record) entry.newest = null
      return false
    })
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
    this.#forget(this.#quiet.filter((record) => keyOf(record) === key))
    await this.#commits.close(entry)
    this.#entries.delete(key)
  }
}
