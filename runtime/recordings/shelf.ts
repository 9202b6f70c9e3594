// What is kept, as the data folder has it: a folder for each camera of a flow, a file for each minute. The folder is the only truth,
// so that a restart, another process and a person with a shell see the same. Reads and deletes; never writes a picture.
import { readdir, readFile, rm, stat, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PictureFilter } from '../../nodes/contract/frames.ts'
import type { KeptPicture, StreamRecording, Stretch } from './records.ts'
import { readHead, readName, readPictures, type SegmentHead } from './segment.ts'

export interface Segment {
  path: string
  fromMs: number
  toMs: number
  bytes: number
}

/** Pictures further apart than this are two stretches. */
export const holeMs = 5_000
const headBytes = 64 * 1024
const minuteMs = 60_000
const mostOpen = 16

export class Shelf {
  readonly #root: string

  constructor(dataDir: string) {
    this.#root = join(dataDir, 'recordings')
  }

  folder(flow: string, camera?: string): string {
    const parts = [flow, ...(camera === undefined ? [] : [camera])]
    // Ids are letters, digits, "_" and "-"; anything else must not lead anywhere.
    return join(this.#root, ...parts.map((part) => encodeURIComponent(part).replaceAll('.', '%2E')))
  }

  flows(): Promise<string[]> {
    return namesIn(this.#root)
  }

  cameras(flow: string): Promise<string[]> {
    return namesIn(this.folder(flow))
  }

  /** Oldest first. */
  async segments(flow: string, camera: string, looks = 3): Promise<Segment[]> {
    const folder = this.folder(flow, camera)
    let hasMoved = false
    const found = await Promise.all(
      (await readdir(folder).catch(() => [])).map(async (name): Promise<Segment[]> => {
        const known = readName(name)
        const path = join(folder, name)
        const info = known && (await stat(path).catch(() => undefined))
        if (!info) {
          hasMoved ||= known !== undefined
          return []
        }
        const toMs = Math.max(known.fromMs, known.toMs ?? info.mtimeMs)
        return [{ path, fromMs: known.fromMs, toMs, bytes: info.size }]
      }),
    )
    // The one that is written gets its last name between two looks: without another its whole minute would seem to be lost.
    if (hasMoved && looks > 1) return await this.segments(flow, camera, looks - 1)
    return found.flat().sort((a, b) => a.fromMs - b.fromMs)
  }

  async recording(flow: string, camera: string): Promise<StreamRecording | undefined> {
    const segments = await this.segments(flow, camera)
    const [first] = segments
    if (!first) return undefined
    // Some at a time: a week of one camera is ten thousand files.
    const heads: (SegmentHead | undefined)[] = []
    for (let at = 0; at < segments.length; at += mostOpen)
      heads.push(
        ...(await Promise.all(segments.slice(at, at + mostOpen).map((segment) => readMoving(segment, headOf)))),
      )
    const iso = (ms: number): string => new Date(ms).toISOString()
    const stretches: (Stretch & { toMs: number })[] = []
    for (const [at, { fromMs, toMs }] of segments.entries()) {
      const head = heads[at]
      if (!head) continue
      const last = stretches.at(-1)
      if (last && fromMs - last.toMs <= holeMs && isSame(last.filters, head.filters) && last.perS === head.perS)
        Object.assign(last, { toMs, to: iso(toMs) })
      else stretches.push({ from: iso(fromMs), to: iso(toMs), toMs, perS: head.perS, filters: head.filters })
    }
    return {
      stream: `${flow}-${camera}`,
      camera,
      bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
      from: iso(first.fromMs),
      to: iso(Math.max(...segments.map(({ toMs }) => toMs))),
      stretches: stretches.map(({ toMs: _toMs, ...stretch }) => stretch),
    }
  }

  async *pictures(
    { flow, camera }: { flow: string; camera: string },
    fromMs: number,
    toMs: number,
  ): AsyncGenerator<KeptPicture, void, void> {
    for (const segment of await this.segments(flow, camera)) {
      // One that is still written may hold a little more than its time says.
      if (segment.toMs + minuteMs < fromMs || segment.fromMs > toMs) continue
      const bytes = await readMoving(segment, (path) => readFile(path).catch(() => undefined))
      if (!bytes) continue
      for (const picture of readPictures(bytes)) if (picture.atMs >= fromMs && picture.atMs <= toMs) yield picture
    }
  }

  async pictureAt(stream: { flow: string; camera: string }, atMs: number): Promise<KeptPicture | undefined> {
    let newest: KeptPicture | undefined
    for await (const picture of this.pictures(stream, atMs - minuteMs, atMs)) newest = picture
    return newest
  }

  async remove(flow: string, camera?: string): Promise<void> {
    await rm(this.folder(flow, camera), { recursive: true, force: true, maxRetries: 3 })
  }

  /** Each segment says itself how long it is to be kept. */
  async removeOld(flow: string, camera: string, nowMs: number): Promise<void> {
    for (const segment of await this.segments(flow, camera)) {
      const head = await readMoving(segment, headOf)
      if (head ? segment.toMs < nowMs - head.forMs : segment.toMs < nowMs - minuteMs)
        await rm(segment.path, { force: true })
    }
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => decodeURIComponent(name))
}

/** Reads it under the name that it has by now: it may have been whole since it was listed. */
async function readMoving<T>(
  { path, fromMs }: Segment,
  read: (path: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await read(path)
  if (found !== undefined) return found
  const folder = dirname(path)
  const others = (await readdir(folder).catch(() => [])).filter((name) => join(folder, name) !== path)
  const name = others.find((each) => readName(each)?.fromMs === fromMs)
  return name === undefined ? undefined : await read(join(folder, name))
}

async function headOf(path: string): Promise<SegmentHead | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  if (!file) return undefined
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return readHead(buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

function isSame(a: readonly PictureFilter[], b: readonly PictureFilter[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
