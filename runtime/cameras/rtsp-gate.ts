// What a camera answers over RTSP, before ffmpeg reads it: answers that would lead ffmpeg to another machine do not pass.
// Reads as ffmpeg does (libavformat/rtsp.c), and lets through only what both read alike. Pure; never connects.

import type { RtspSignIn } from './rtsp-sign-in.ts'

export interface Passed {
  bytes: Buffer
  /** In place of what was held back: goes to the camera. */
  again?: Buffer
  /** Why nothing more may pass: where the camera sends us, or that it speaks no RTSP. */
  refused?: { kind: 'redirect' | 'multicast'; to: string } | { kind: 'broken' }
}

/** Larger than any answer of a camera: descriptions have a few kB. */
const mostHeld = 256 * 1024
const nothing = Buffer.alloc(0)

/** For one connection, until ffmpeg plays: from then on it follows no redirect and sets no transport up. */
export class RtspGate {
  readonly #source: string
  readonly #signIn: RtspSignIn | undefined
  #held: Buffer = nothing
  #isBetween = true

  /**
   * `source` is the camera's address as a number: where ffmpeg sends its reports over UDP, whatever the camera says. `signIn`
   * takes for itself what asks for a password.
   */
  constructor(source: string, signIn?: RtspSignIn) {
    this.#source = source
    this.#signIn = signIn
  }

  /**
   * Whether ffmpeg now asks to play; it writes each request at once. Only at the start of one: what stands further in may be
   * a path that the camera has chosen.
   */
  asksToPlay(request: Buffer): boolean {
    const isPlay = this.#isBetween && request.subarray(0, 5).toString('latin1') === 'PLAY '
    this.#isBetween = request.subarray(-4).toString('latin1') === '\r\n\r\n'
    return isPlay
  }

  /** What has come and was not passed yet. */
  get rest(): Buffer {
    return this.#held
  }

  /** The connection is another one now: what an answer of the former lacks will not come. */
  forget(): void {
    this.#held = nothing
  }

  push(chunk: Buffer): Passed {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const passed: Buffer[] = []
    let again: Buffer | undefined
    for (;;) {
      const next = this.#next()
      if (next === undefined) break
      passed.push(next.bytes)
      again = next.again ?? again
      if (next.refused) return { bytes: Buffer.concat(passed), refused: next.refused }
    }
    const isTooMuch = this.#held.length > mostHeld
    return {
      bytes: passed.length === 1 ? passed[0]! : Buffer.concat(passed),
      ...(again ? { again } : {}),
      ...(isTooMuch ? { refused: { kind: 'broken' } } : {}),
    }
  }

  #next(): Passed | undefined {
    if (this.#held[0] === 0x24) return this.#held.length < 4 ? undefined : this.#take(4 + this.#held.readUInt16BE(2))
    const end = headEnd(this.#held)
    if (end === undefined) return undefined
    const lines = this.#held.subarray(0, end).toString('latin1').replaceAll('\r', '').split('\n').slice(0, -2)
    const refused = refusalIn(lines)
    if (refused) return { bytes: nothing, refused }
    const length = Number(
      lines.map((line) => /^content-length:\s*(\d+)/i.exec(line)?.[1]).find((each) => each !== undefined) ?? 0,
    )
    const message = this.#take(end + length)
    if (!message) return undefined
    const again = this.#signIn?.again(lines)
    if (again) return { bytes: nothing, again }
    // ffmpeg has no password of its own: asked for one it would only repeat what was refused.
    const kept = this.#signIn?.hasLogin ? lines.filter((line) => !/^www-authenticate:/i.test(line)) : lines
    if (kept.length === lines.length && !lines.some((line) => /^transport:/i.test(line))) return message
    const head = kept.map((line) => pinSource(line, this.#source))
    return {
      bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), message.bytes.subarray(end)]),
    }
  }

  #take(length: number): Passed | undefined {
    if (this.#held.length < length) return undefined
    const bytes = this.#held.subarray(0, length)
    this.#held = this.#held.subarray(length)
    return { bytes }
  }
}

/** Behind the first empty line; carriage returns do not count. */
function headEnd(bytes: Buffer): number | undefined {
  let isEmpty = true
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === 0x0a) {
      if (isEmpty) return at + 1
      isEmpty = true
    } else if (bytes[at] !== 0x0d) isEmpty = false
  }
  return undefined
}

function refusalIn(lines: readonly string[]): Passed['refused'] {
  const [first] = lines
  // An empty line is an empty message.
  if (first === undefined) return undefined
  const status = /^RTSP\/\d\.\d (\d{3})(?: |$)/.exec(first)?.[1]
  const isRequest = /^[A-Z_]{3,20} \S+ RTSP\/\d\.\d$/.test(first)
  const lengths = lines.filter((line) => /^content-length:/i.test(line))
  const isReadable =
    lengths.length <= 1 &&
    lengths.every((line) => /^content-length:\s*\d{1,6}\s*$/i.test(line)) &&
    !lines.some((line) => line.startsWith('$') || line.includes('\0'))
  if ((status === undefined && !isRequest) || !isReadable) return { kind: 'broken' }
  if (status?.startsWith('3'))
    return {
      kind: 'redirect',
      to: lines.map((line) => /^location:\s*(.*)$/i.exec(line)?.[1]).find((each) => each !== undefined) ?? '',
    }
  const multicast = lines.find((line) => /^transport:.*multicast/i.test(line))
  return multicast === undefined
    ? undefined
    : { kind: 'multicast', to: /destination=([^;,]*)/i.exec(multicast)?.[1] ?? '' }
}

/** The first transport counts. Over UDP ffmpeg would send its reports to whatever `source` says. */
function pinSource(line: string, source: string): string {
  const transport = /^transport:\s*([^,]*)/i.exec(line)?.[1]
  if (transport === undefined || /interleaved/i.test(transport)) return line
  return `Transport: ${[...transport.split(';').filter((each) => !/^\s*source\b/i.test(each)), `source=${source}`].join(';')}`
}
