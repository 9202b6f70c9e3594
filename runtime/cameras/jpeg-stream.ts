// Cuts a run of JPEGs out of a byte stream, however its chunks fall. Walks the markers, so a thumbnail or a table
// that happens to hold FFD9 does not end a picture. Never holds more than one picture.
import type { Picture } from '../../nodes/contract/frames.ts'

const maxBytes = 8 * 1024 * 1024
const SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda

export class JpegSplitter {
  /** Bytes that belonged to no picture: a broken stream shows here. */
  skippedBytes = 0
  #buffer: Buffer = Buffer.alloc(0)
  #at = 0
  #started = false
  #inScan = false
  #width = 0
  #height = 0

  /** Takes the next chunk and gives back the pictures it completes. */
  push(chunk: Uint8Array): Picture[] {
    this.#buffer =
      this.#buffer.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([this.#buffer, chunk])
    const pictures: Picture[] = []
    for (let more = true; more;) more = this.#step(pictures)
    if (this.#buffer.length > maxBytes) this.#drop(this.#buffer.length)
    return pictures
  }

  /** One marker forward; false when more bytes are needed. */
  #step(pictures: Picture[]): boolean {
    if (!this.#started) return this.#findStart()
    if (this.#inScan) return this.#skipScan()
    const buffer = this.#buffer,
      at = this.#at
    if (buffer.length < at + 2) return false
    const marker = buffer[at + 1]!
    if (buffer[at] !== 0xff || marker === 0x00) return this.#drop(at)
    if (marker === EOI) return this.#finish(pictures)
    if (marker === SOI) return this.#drop(at)
    if (marker === 0xff) return this.#move(1)
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) return this.#move(2)
    if (buffer.length < at + 9) return false
    const length = buffer.readUInt16BE(at + 2)
    if (length < 2) return this.#drop(at)
    if (isFrameHeader(marker)) {
      this.#height = buffer.readUInt16BE(at + 5)
      this.#width = buffer.readUInt16BE(at + 7)
    }
    if (marker === SOS) this.#inScan = true
    return this.#move(2 + length)
  }

  #findStart(): boolean {
    const start = this.#buffer.indexOf('ffd8', 0, 'hex')
    if (start < 0) {
      const keep = this.#buffer.at(-1) === 0xff ? 1 : 0
      this.skippedBytes += this.#buffer.length - keep
      this.#buffer = this.#buffer.subarray(this.#buffer.length - keep)
      return false
    }
    this.skippedBytes += start
    this.#buffer = this.#buffer.subarray(start)
    this.#at = 2
    this.#started = true
    this.#width = this.#height = 0
    return true
  }

  /** Coded data runs to the next marker that is neither a stuffed zero nor a restart. */
  #skipScan(): boolean {
    if (this.#at >= this.#buffer.length) return false
    const next = this.#buffer.indexOf(0xff, this.#at)
    if (next < 0 || next + 1 >= this.#buffer.length) {
      this.#at = next < 0 ? this.#buffer.length : next
      return false
    }
    const marker = this.#buffer[next + 1]!
    this.#inScan = marker === 0x00 || (marker >= 0xd0 && marker <= 0xd7)
    this.#at = this.#inScan ? next + 2 : next
    return true
  }

  #finish(pictures: Picture[]): boolean {
    const end = this.#at + 2
    if (this.#width > 0 && this.#height > 0) {
      pictures.push({ width: this.#width, height: this.#height, jpeg: new Uint8Array(this.#buffer.subarray(0, end)) })
    } else this.skippedBytes += end
    this.#buffer = this.#buffer.subarray(end)
    this.#started = false
    return true
  }

  #move(bytes: number): boolean {
    this.#at += bytes
    return this.#at <= this.#buffer.length
  }

  /** Not a JPEG after all: give up on these bytes and look for the next start. */
  #drop(bytes: number): boolean {
    this.skippedBytes += bytes
    this.#buffer = this.#buffer.subarray(bytes)
    this.#started = this.#inScan = false
    return this.#buffer.length > 0
  }
}

/** A JPEG's size from its bytes; undefined when they are not one whole JPEG. */
export function readPicture(jpeg: Uint8Array): Picture | undefined {
  return new JpegSplitter().push(jpeg)[0]
}

/** SOF0..SOF15 without DHT, JPG and DAC, which share the range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
