// What ffmpeg asks a camera over RTSP, cut into requests and packets; and the camera's answers once it plays. Pure: passes
// every byte on, in order, but for answers that its caller takes for itself. Judges nothing: rtsp-gate.ts does.
import type { RtspSignIn } from './rtsp-sign-in.ts'

/** Longer than any head that ffmpeg writes or reads; what is longer passes as it is. */
const mostHeld = 64 * 1024
const dollar = 0x24
const nothing: Buffer = Buffer.alloc(0)

/** What ffmpeg sends: whole requests, and packets (RTCP between the requests) in as many pieces as they come. */
export class RtspRequests {
  #held = nothing

  push(chunk: Buffer): { bytes: Buffer; isRequest: boolean }[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const parts: { bytes: Buffer; isRequest: boolean }[] = []
    for (;;) {
      const isRequest = this.#held[0] !== dollar
      const length = isRequest ? requestLength(this.#held) : packetLength(this.#held)
      if (length === undefined || this.#held.length < length) break
      parts.push({ bytes: this.#held.subarray(0, length), isRequest })
      this.#held = this.#held.subarray(length)
    }
    if (this.#held.length > 2 * mostHeld) {
      parts.push({ bytes: this.#held, isRequest: false })
      this.#held = nothing
    }
    return parts
  }
}

/**
 * A camera that plays, of which only an answer "401" is held back: its question may be renewed at any time (`stale`). Reads
 * lines and packets as ffmpeg does (libavformat/rtsp.c), and holds no packet.
 */
export class RtspPlaying {
  readonly #signIn: RtspSignIn
  #held = nothing
  #left = 0

  constructor(signIn: RtspSignIn) {
    this.#signIn = signIn
  }

  /** `again` goes to the camera, `bytes` to ffmpeg. */
  push(chunk: Buffer): { bytes: Buffer; again: Buffer | undefined } {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const passed: Buffer[] = []
    let again: Buffer | undefined
    while (rest.length > 0) {
      const next = this.#next(rest)
      if (next === undefined) break
      again = next.again ?? again
      if (!next.again) passed.push(rest.subarray(0, next.length))
      rest = rest.subarray(next.length)
    }
    this.#held = rest
    return { bytes: passed.length === 1 ? passed[0]! : Buffer.concat(passed), again }
  }

  /** How much of `bytes` belongs together; undefined where that cannot be said yet. */
  #next(bytes: Buffer): { length: number; again?: Buffer } | undefined {
    if (this.#left > 0) {
      const length = Math.min(this.#left, bytes.length)
      this.#left -= length
      return { length }
    }
    if (bytes[0] === dollar) {
      this.#left = packetLength(bytes) ?? 0
      return this.#left === 0 ? undefined : this.#next(bytes)
    }
    if (!'RTSP/'.startsWith(bytes.subarray(0, 5).toString('latin1'))) {
      const line = bytes.indexOf('\n')
      return { length: line < 0 ? bytes.length : line + 1 }
    }
    const length = requestLength(bytes)
    if (length === undefined || bytes.length < length)
      return bytes.length > mostHeld ? { length: bytes.length } : undefined
    const again = this.#signIn.again(linesOf(bytes))
    return { length, ...(again ? { again } : {}) }
  }
}

/** The lines of a head, without the empty one behind it. */
export function linesOf(message: Buffer): string[] {
  const end = message.indexOf('\r\n\r\n')
  return message
    .subarray(0, end < 0 ? message.length : end)
    .toString('latin1')
    .split('\r\n')
}

function packetLength(bytes: Buffer): number | undefined {
  return bytes.length < 4 ? undefined : 4 + bytes.readUInt16BE(2)
}

/** With its body. */
function requestLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const body = /^content-length:\s*(\d{1,6})\s*$/im.exec(bytes.subarray(0, end).toString('latin1'))?.[1]
  return end + 4 + Number(body ?? 0)
}
