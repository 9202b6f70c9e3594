// A minute of kept pictures in one file: a line of JSON that says whose they are, then picture after picture with its time. What a
// crash cuts off is the last picture, never the others. Says what is in a file; writes none.
import { z } from 'zod'
import { PictureFilterSchema, type PictureFilter } from '../../nodes/contract/frames.ts'
import type { KeptPicture } from './records.ts'

const format = 'heed.recording/1'
const HeadSchema = z.object({
  format: z.literal(format),
  forMs: z.number(),
  perS: z.number(),
  filters: z.array(PictureFilterSchema),
})

export interface SegmentHead {
  /** Afterwards it goes. */
  forMs: number
  perS: number
  filters: PictureFilter[]
}

/** Length and time before each picture. */
const recordHead = 12
const longestHead = 256 * 1024
const newline = 0x0a

export function writeHead(head: SegmentHead): Buffer {
  return Buffer.from(`${JSON.stringify({ format, ...head })}\n`, 'utf8')
}

export function writePicture({ atMs, jpeg }: KeptPicture): Buffer {
  const record = Buffer.alloc(recordHead + jpeg.length)
  record.writeUInt32BE(jpeg.length, 0)
  record.writeDoubleBE(atMs, 4)
  record.set(jpeg, recordHead)
  return record
}

/** Undefined for what is no segment. */
export function readHead(bytes: Buffer): SegmentHead | undefined {
  const end = bytes.subarray(0, longestHead).indexOf(newline)
  if (end < 0) return undefined
  try {
    const { forMs, perS, filters } = HeadSchema.parse(JSON.parse(bytes.toString('utf8', 0, end)))
    return { forMs, perS, filters }
  } catch {
    return undefined
  }
}

/** In the order they were written; stops where the file was cut off. */
export function* readPictures(bytes: Buffer): Generator<KeptPicture, void, void> {
  let at = bytes.indexOf(newline) + 1
  if (at === 0) return
  while (bytes.length >= at + recordHead) {
    const length = bytes.readUInt32BE(at)
    const end = at + recordHead + length
    if (bytes.length < end) return
    yield { atMs: bytes.readDoubleBE(at + 4), jpeg: new Uint8Array(bytes.subarray(at + recordHead, end)) }
    at = end
  }
}

/** `1700000000000-1700000060000.seg`: closed; `1700000000000.part`: being written, or left by a crash. */
const named = /^(\d{1,15})(?:-(\d{1,15})\.seg|\.part)$/

export function segmentName(fromMs: number, toMs?: number): string {
  return toMs === undefined ? `${Math.floor(fromMs)}.part` : `${Math.floor(fromMs)}-${Math.ceil(toMs)}.seg`
}

/** `toMs` is unknown for one that was not closed. */
export function readName(name: string): { fromMs: number; toMs: number | undefined } | undefined {
  const found = named.exec(name)
  if (!found) return undefined
  return { fromMs: Number(found[1]), toMs: found[2] === undefined ? undefined : Number(found[2]) }
}
