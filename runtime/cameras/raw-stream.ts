// Cuts raw pictures and their time stamps out of ffmpeg's extra pipes. Sizes of luma travel in each picture's own
// header, so a camera that changes its size mid-stream stays in step.
import type { GrayImage } from '../../nodes/contract/frames.ts'

const maxBytes = 64 * 1024 * 1024

/** Pictures in PGM ("P5\nwidth height\n255\n" and the pixels). Throws on anything else. */
export class PgmSplitter {
  #buffer: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): GrayImage[] {
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#buffer, chunk])
    const images: GrayImage[] = []
    for (;;) {
      const head = this.#buffer.subarray(0, 32).toString('latin1')
      const match = /^P5\s(\d{1,5})\s(\d{1,5})\s255\s/.exec(head)
      if (!match) {
        if (head.length === 32) throw new Error('The luma pipe does not carry PGM.')
        return images
      }
      const width = Number(match[1]),
        height = Number(match[2])
      const start = match[0].length,
        end = start + width * height
      if (this.#buffer.length < end) return images
      images.push({ width, height, data: new Uint8Array(this.#buffer.subarray(start, end)) })
      this.#buffer = this.#buffer.subarray(end)
    }
  }
}

/** Pictures of one fixed size in bytes. */
export class FixedSplitter {
  #current: Uint8Array<ArrayBuffer>
  #filled = 0

  constructor(bytes: number) {
    if (bytes < 1 || bytes > maxBytes) throw new Error(`A raw picture of ${bytes} bytes is out of bounds.`)
    this.#current = new Uint8Array(bytes)
  }

  push(chunk: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const pictures: Uint8Array<ArrayBuffer>[] = []
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#current.length - this.#filled)
      this.#current.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled < this.#current.length) break
      pictures.push(this.#current)
      this.#current = new Uint8Array(this.#current.length)
      this.#filled = 0
    }
    return pictures
  }
}

/** The sizes in bytes of a list of packets (ffmpeg's `framecrc`). */
export class SizeReader {
  #rest = ''

  push(chunk: Uint8Array): number[] {
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => (line.startsWith('#') ? [] : [Number(line.split(',')[4])]))
  }
}

/** Presentation times in seconds from the lines of ffmpeg's `metadata=print`. */
export class StampReader {
  #rest = ''

  push(chunk: Uint8Array): number[] {
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => {
      const match = /\bpts_time:(-?[\d.]+(?:e[+-]?\d+)?)/i.exec(line)
      return match ? [Number(match[1])] : []
    })
  }
}
