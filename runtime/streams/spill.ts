// Where decided alerts wait while the database is away: one file of this process in the data folder, appended and synced record
// by record, read again after any crash. Must never grow beyond its bound, and never believe a record whose checksum is wrong.
import { closeSync, fstatSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { createHash, randomBytes } from 'node:crypto'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import type { Log } from '../../nodes/contract/capabilities.ts'
import { isStopped, RetryableError, toError } from '../../nodes/contract/errors.ts'
import type { Spill, SpillTicket, TickCommit } from './records.ts'
import { birthOf } from '../database/index.ts'

/** Minutes of alerts of many streams, with their pictures. */
export const spillBytes = 256 * 1024 * 1024
/** From here on only what is to be sent is taken: an alert matters more than a note. */
const alertsOnlyFrom = 0.75

/** A file of this size that is mostly done with is written anew: it may never be without any record that waits. */
const compactFrom = 8 * 1024 * 1024
/** What waits no longer than this is on its way into the database, as every alert is for a moment. */
const momentMs = 2_000

const magic = 0x48454544
const headBytes = 12
const fileName = /^(\d+)-([0-9a-f]{12})(?:-[0-9a-f]{8})?\.spill$/

// Of this process: its worker part may be begun anew, and takes over what the one before has left.
const held = new Set<string>()

function birthMark(pid: number): string {
  return createHash('sha256').update(birthOf(pid)).digest('hex').slice(0, 12)
}

/** Length and checksum before the bytes: a torn tail is seen as one. */
export function encodeRecord(commit: TickCommit): Buffer {
  const body = serialize(commit)
  const head = Buffer.alloc(headBytes)
  head.writeUInt32BE(magic, 0)
  head.writeUInt32BE(body.length, 4)
  head.writeUInt32BE(crc32(body), 8)
  return Buffer.concat([head, body])
}

/** Every whole record, in order. What is torn or damaged is counted and passed over, to the next record that is whole. */
export function decodeRecords(bytes: Buffer): { commits: TickCommit[]; damaged: number } {
  const commits: TickCommit[] = []
  const mark = Buffer.alloc(4)
  mark.writeUInt32BE(magic, 0)
  let damaged = 0
  for (let at = 0; at < bytes.length;) {
    const body = bodyAt(bytes, at)
    if (body) {
      commits.push(deserialize(body) as TickCommit)
      at += headBytes + body.length
      continue
    }
    damaged += 1
    const next = bytes.indexOf(mark, at + 1)
    at = next < 0 ? bytes.length : next
  }
  return { commits, damaged }
}

function bodyAt(bytes: Buffer, at: number): Buffer | undefined {
  if (at + headBytes > bytes.length || bytes.readUInt32BE(at) !== magic) return undefined
  const end = at + headBytes + bytes.readUInt32BE(at + 4)
  if (end > bytes.length) return undefined
  const body = bytes.subarray(at + headBytes, end)
  return crc32(body) === bytes.readUInt32BE(at + 8) ? body : undefined
}

export interface SpillOptions {
  dataDir: string
  log: Log
  mostBytes?: number
  /** For the age of what waits. */
  nowMs(): number
}

/** Opens the spill of this process; makes no file before there is something to write. Throws when the folder cannot be made. */
export async function openSpill(options: SpillOptions): Promise<SpillFile> {
  const folder = join(options.dataDir, 'spill')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const { log, mostBytes = spillBytes } = options
  return new SpillFile(folder, { log, mostBytes, nowMs: () => options.nowMs() })
}

/** For the health of this process. */
export interface SpillReport {
  ok: boolean
  /** Decisions that are on disk and not in the database. */
  waiting: number
  bytes: number
  detail?: string
}

export class SpillFile implements Spill {
  readonly #folder: string
  readonly #name: string
  readonly #path: string
  readonly #log: Log
  readonly #mostBytes: number
  readonly #nowMs: () => number
  readonly #waiting = new Map<SpillTicket, { at: number; length: number; sinceMs: number }>()
  #file: FileHandle | undefined
  #size = 0
  #nextTicket = 1
  #trouble: string | null = null
  #line: Promise<unknown> = Promise.resolve()

  constructor(folder: string, { log, mostBytes, nowMs }: { log: Log; mostBytes: number; nowMs: () => number }) {
    this.#folder = folder
    this.#name = `${process.pid}-${birthMark(process.pid)}-${randomBytes(4).toString('hex')}.spill`
    this.#path = join(folder, this.#name)
    held.add(this.#name)
    this.#log = log
    this.#mostBytes = mostBytes
    this.#nowMs = nowMs
  }

  get trouble(): string | null {
    return this.#trouble
  }

  report(): SpillReport {
    const beforeMs = this.#nowMs() - momentMs
    const waiting = [...this.#waiting.values()].filter(({ sinceMs }) => sinceMs <= beforeMs)
    const bytes = waiting.reduce((sum, { length }) => sum + length, 0)
    const words =
      waiting.length === 1
        ? 'decision waits on disk until the database takes it.'
        : 'decisions wait on disk until the database takes them.'
    const detail = this.#trouble ?? (waiting.length > 0 ? `${waiting.length} ${words}` : undefined)
    return { ok: detail === undefined, waiting: waiting.length, bytes, ...(detail === undefined ? {} : { detail }) }
  }

  add(commit: TickCommit): Promise<SpillTicket | undefined> {
    return this.#inLine(() => this.#append(commit))
  }

  addNow(commits: readonly TickCommit[]): void {
    const descriptor = openSync(this.#path, 'a', 0o600)
    try {
      this.#size = fstatSync(descriptor).size
      for (const commit of commits) {
        const record = encodeRecord(commit)
        if (!this.#fits(record, commit)) continue
        writeSync(descriptor, record)
        this.#admit(record.length)
      }
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  read(ticket: SpillTicket): Promise<TickCommit | undefined> {
    return this.#inLine(async () => {
      const place = this.#waiting.get(ticket)
      if (!place || !this.#file) return undefined
      const bytes = Buffer.alloc(place.length)
      await this.#file.read(bytes, 0, place.length, place.at)
      return decodeRecords(bytes).commits[0]
    })
  }

  done(ticket: SpillTicket): void {
    this.#waiting.delete(ticket)
    if (this.#waiting.size > 0 && this.#size < compactFrom) return
    this.#inLine(() => (this.#waiting.size > 0 ? this.#compact() : this.#empty())).catch((error: unknown) =>
      this.#log.warn({ error: toError(error).message }, 'the spill file cannot be emptied'),
    )
  }

  /**
   * Hands over what dead processes of this data folder have left and removes their files. A file whose records were not all taken
   * stays. Resolves to the number of records taken; rejects when the database is away.
   */
  recover(write: (commit: TickCommit) => Promise<void>): Promise<number> {
    return recoverFiles(this.#folder, this.#log, write)
  }

  /** Closes the file; what is still in it waits there for the next start. */
  stop(): Promise<void> {
    return this.#inLine(async () => {
      await this.#file?.close()
      this.#file = undefined
      held.delete(this.#name)
      if (this.#waiting.size === 0) await unlink(this.#path).catch(() => undefined)
    })
  }

  async #append(commit: TickCommit): Promise<SpillTicket | undefined> {
    const record = encodeRecord(commit)
    if (!this.#fits(record, commit)) return undefined
    try {
      const file = await this.#opened()
      await file.appendFile(record)
      await file.datasync()
      return this.#admit(record.length)
    } catch (error) {
      this.#say(`Alerts cannot be kept on disk while the database is away: ${toError(error).message}.`)
      // What a broken write has left is passed over when the file is read.
      this.#size = (await this.#file?.stat().catch(() => undefined))?.size ?? this.#size
      return undefined
    }
  }

  async #opened(): Promise<FileHandle> {
    // Taken for a dead process's by one that cannot see this one, and removed: what was in it has been handed over.
    if (this.#file && (await this.#file.stat()).nlink > 0) return this.#file
    await this.#file?.close()
    this.#file = await open(this.#path, 'a+', 0o600)
    await syncFolder(this.#folder)
    this.#size = (await this.#file.stat()).size
    return this.#file
  }

  async #empty(): Promise<void> {
    if (this.#waiting.size > 0 || this.#size === 0 || !this.#file) return
    await this.#file.truncate(0)
    this.#size = 0
    this.#say(null)
  }

  /** The records that wait alone, in a new file of the same name: a crash finds the old one or the new one, never half of one. */
  async #compact(): Promise<void> {
    const waiting = [...this.#waiting.values()]
    const bytes = waiting.reduce((sum, { length }) => sum + length, 0)
    if (!this.#file || this.#size < compactFrom || bytes > this.#size / 2) return
    const path = `${this.#path}.new`
    const file = await open(path, 'w+', 0o600)
    try {
      for (const { at, length } of waiting) {
        const record = Buffer.alloc(length)
        await this.#file.read(record, 0, length, at)
        await file.appendFile(record)
      }
      await file.datasync()
      await rename(path, this.#path)
      await syncFolder(this.#folder)
    } finally {
      await file.close()
    }
    await this.#file.close()
    this.#file = await open(this.#path, 'a+', 0o600)
    let at = 0
    for (const place of waiting) {
      place.at = at
      at += place.length
    }
    this.#size = at
  }

  #fits(record: Buffer, commit: TickCommit): boolean {
    const isAlert = commit.actions.length > 0
    if (this.#size + record.length <= this.#mostBytes * (isAlert ? 1 : alertsOnlyFrom)) return true
    const megabytes = Math.round(this.#mostBytes / 1_048_576)
    if (isAlert)
      this.#say(`The database is away and ${megabytes} MB of alerts wait on disk: there is no room for more.`)
    return false
  }

  #admit(length: number): SpillTicket {
    const ticket = this.#nextTicket++
    this.#waiting.set(ticket, { at: this.#size, length, sinceMs: this.#nowMs() })
    this.#size += length
    this.#say(null)
    return ticket
  }

  #say(trouble: string | null): void {
    if (trouble !== null && this.#trouble === null) this.#log.error({ file: this.#path, bytes: this.#size }, trouble)
    if (trouble === null && this.#trouble !== null)
      this.#log.info({ file: this.#path }, 'Alerts can be kept on disk again.')
    this.#trouble = trouble
  }

  #inLine<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#line.then(work)
    this.#line = done.catch(() => undefined)
    return done
  }
}

/** A new file's name is on disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** True for a file that is still written: of this process, or of another one that lives and has the same data folder. */
function isOfTheLiving(name: string): boolean {
  const [, pid, mark] = fileName.exec(name) ?? []
  if (pid === undefined || birthMark(Number(pid)) !== mark) return false
  return Number(pid) !== process.pid || held.has(name)
}

async function recoverFiles(folder: string, log: Log, write: (commit: TickCommit) => Promise<void>): Promise<number> {
  let count = 0
  for (const name of (await readdir(folder)).filter((each) => fileName.test(each)).sort()) {
    if (isOfTheLiving(name)) continue
    const path = join(folder, name)
    const { commits, damaged } = decodeRecords(await readFile(path))
    let refused = 0
    for (const commit of commits) {
      try {
        await write(commit)
        count += 1
      } catch (error) {
        if (error instanceof RetryableError) throw error
        if (isStopped(error)) throw error
        refused += 1
        log.error(
          { file: path, stream: commit.streamId, tick: commit.tick, error: toError(error).message },
          'an alert from before the crash cannot be written',
        )
      }
    }
    log.info(
      { file: path, records: commits.length, damaged, refused },
      'What was decided while the database was away is in it now.',
    )
    if (refused === 0) await unlink(path).catch(() => undefined)
  }
  return count
}
