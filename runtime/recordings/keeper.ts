// Writes one stream's pictures to disk, a file a minute, and lets the oldest go. A disk that is full or slow costs pictures, which are
// counted and said; it never costs the stream anything: nobody waits here and nothing is thrown.
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Log } from '../../nodes/contract/capabilities.ts'
import { toError } from '../../nodes/contract/errors.ts'
import type { KeepLimits, KeptPictures } from '../../nodes/contract/recording.ts'
import type { KeptPicture, PictureKeeper, RecordingOwner } from './records.ts'
import { segmentName, writeHead, writePicture } from './segment.ts'
import { holeMs, type Segment, type Shelf } from './shelf.ts'

export interface KeeperDeps {
  shelf: Shelf
  clock: Pick<Clock, 'nowMs'>
  log: Log
  /** Left on the disk of the data folder. */
  freeBytes(): Promise<number>
}

const segmentMs = 60_000
const segmentBytes = 32 * 1024 * 1024
/** Alerts need the disk more than rehearsals. */
const reserveBytes = 512 * 1024 * 1024
/** What waits for a slow disk. */
const mostWaiting = 16 * 1024 * 1024
const againMs = 30_000

interface Open {
  file: FileHandle
  path: string
  fromMs: number
  toMs: number
  bytes: number
}

export class Keeper implements PictureKeeper {
  readonly #owner: RecordingOwner
  readonly #limits: KeepLimits
  readonly #deps: KeeperDeps
  #segments: Segment[] = []
  #open: Open | undefined
  #waiting: KeptPicture[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #isClosed = false
  #trouble: string | null = null
  #notBeforeMs = -Infinity
  #dropped = 0
  #toldDropped = 0
  readonly #ready: Promise<void>

  constructor(owner: RecordingOwner, limits: KeepLimits, deps: KeeperDeps) {
    this.#owner = owner
    this.#limits = limits
    this.#deps = deps
    this.#ready = deps.shelf.segments(owner.flow, owner.camera).then(
      (segments) => {
        this.#segments = segments
      },
      () => undefined,
    )
  }

  add(picture: KeptPicture): void {
    if (this.#isClosed || this.#deps.clock.nowMs() < this.#notBeforeMs) return
    if (this.#waitingBytes + picture.jpeg.length > mostWaiting) {
      this.#dropped++
      return
    }
    this.#waiting.push(picture)
    this.#waitingBytes += picture.jpeg.length
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  kept(): KeptPictures {
    const first = this.#segments[0]?.fromMs ?? this.#open?.fromMs
    return {
      fromAt: first === undefined ? null : new Date(first).toISOString(),
      bytes: this.#segments.reduce((sum, { bytes }) => sum + bytes, this.#open?.bytes ?? 0),
      forMs: this.#limits.forMs,
      trouble: this.#trouble,
    }
  }

  async written(): Promise<void> {
    await this.#writing
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#writing
    await this.#closeSegment().catch(() => undefined)
  }

  async #write(): Promise<void> {
    await this.#ready
    while (this.#waiting.length > 0) {
      const pictures = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      try {
        for (const picture of pictures) await this.#put(picture)
        this.#tellDropped()
      } catch (error) {
        await this.#giveUp(error)
      }
    }
  }

  async #put(picture: KeptPicture): Promise<void> {
    const { atMs } = picture
    const now = this.#open
    const isOver =
      now &&
      (atMs - now.fromMs >= segmentMs || now.bytes >= segmentBytes || atMs < now.toMs || atMs - now.toMs > holeMs)
    if (isOver) await this.#closeSegment()
    const segment = (this.#open ??= await this.#openSegment(atMs))
    const record = writePicture(picture)
    await segment.file.appendFile(record)
    segment.toMs = atMs
    segment.bytes += record.length
  }

  async #openSegment(atMs: number): Promise<Open> {
    const { shelf, freeBytes } = this.#deps
    const { camera, flow, filters, perS } = this.#owner
    await this.#letGo()
    const free = await freeBytes()
    if (free < reserveBytes) throw new NoRoomError(free)
    const folder = shelf.folder(flow, camera)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, segmentName(atMs))
    const file = await open(path, 'w', 0o600)
    const head = writeHead({ forMs: this.#limits.forMs, perS, filters })
    try {
      await file.appendFile(head)
    } catch (error) {
      // Tried again every half minute: neither a handle nor an empty file may stay of each.
      await file.close()
      await rm(path, { force: true })
      throw error
    }
    this.#trouble = null
    return { file, path, fromMs: atMs, toMs: atMs, bytes: head.length }
  }

  async #closeSegment(): Promise<void> {
    const done = this.#open
    if (!done) return
    this.#open = undefined
    await done.file.close()
    const path = join(done.path, '..', segmentName(done.fromMs, done.toMs))
    await rename(done.path, path)
    const { fromMs, toMs, bytes } = done
    this.#segments.push({ path, fromMs, toMs, bytes })
  }

  /** What is too old, and of what is too much the oldest. */
  async #letGo(): Promise<void> {
    const beforeMs = this.#deps.clock.nowMs() - this.#limits.forMs
    let bytes = this.#segments.reduce((sum, each) => sum + each.bytes, 0)
    const average = this.#segments.length === 0 ? 0 : bytes / this.#segments.length
    for (const segment of [...this.#segments]) {
      // Room for the one that comes, too.
      if (segment.toMs >= beforeMs && bytes + average <= this.#limits.mostBytes) return
      await rm(segment.path, { force: true })
      this.#segments.shift()
      bytes -= segment.bytes
    }
  }

  async #giveUp(thrown: unknown): Promise<void> {
    const error = toError(thrown)
    const words = wordsOf(error)
    if (words !== this.#trouble)
      this.#deps.log.warn({ flow: this.#owner.flow, camera: this.#owner.camera, error: error.message }, words)
    this.#trouble = words
    this.#notBeforeMs = this.#deps.clock.nowMs() + againMs
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#closeSegment().catch(() => undefined)
  }

  #tellDropped(): void {
    if (this.#dropped === this.#toldDropped) return
    this.#deps.log.warn(
      { flow: this.#owner.flow, camera: this.#owner.camera, dropped: this.#dropped - this.#toldDropped },
      'The disk is too slow: pictures for rehearsals were left out.',
    )
    this.#toldDropped = this.#dropped
  }
}

class NoRoomError extends Error {
  constructor(free: number) {
    super(`${Math.round(free / 1024 / 1024)} MB are left on the disk`)
  }
}

function wordsOf(error: Error): string {
  if (error instanceof NoRoomError)
    return `Nothing is kept for rehearsal now: only ${error.message}, and alerts come first. Make room, and it goes on by itself.`
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
    return 'Nothing is kept for rehearsal now: the disk is full. Make room, and it goes on by itself.'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  return `Nothing is kept for rehearsal now: the data folder cannot be written${code}.`
}
