// Takes "100 Continue", "102 Processing" and "103 Early Hints" out of what a server answers. Servers and proxies may send them
// unasked (RFC 9110, 15.2); undici ends the connection on some, after the request has arrived: a receiver would be told twice or
// never. Touches nothing else; 101 changes the protocol and is an answer.
import type { Duplex } from 'node:stream'

const start = 'HTTP/1.1 1'
const headEnd = '\r\n\r\n'
/** Whether these first bytes are, or may still become, those of an answer before the answer. */
function isInterim(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, start.length + 2)
  const digits = head.slice(start.length)
  return start.startsWith(head.slice(0, start.length)) && /^\d{0,2}$/.test(digits) && digits !== '01'
}

/** More than any server says with it. */
const longestHead = 16 * 1024
const nothing = Buffer.alloc(0)

/** One connection's answers, as they come: only at the start of one is there anything to take out. */
export class InterimAnswers {
  #isAtStart = true
  #held: Buffer = nothing

  /** A request goes out: an answer comes next. */
  asked(): void {
    if (this.#held.length === 0) this.#isAtStart = true
  }

  /** What is to be read of a piece; nothing while it is not clear what it is. */
  take(piece: Buffer): Buffer {
    if (!this.#isAtStart) return piece
    let bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece])
    for (;;) {
      if (!isInterim(bytes)) break
      const end = bytes.length < start.length + 2 ? -1 : bytes.indexOf(headEnd)
      if (end < 0) {
        if (bytes.length > longestHead) break
        this.#held = bytes
        return nothing
      }
      bytes = bytes.subarray(end + headEnd.length)
      if (bytes.length === 0) {
        this.#held = nothing
        return nothing
      }
    }
    this.#isAtStart = false
    this.#held = nothing
    return bytes
  }
}

/** Changes what is read of a connection that carries one request at a time. */
export function passOverContinue(socket: Duplex): void {
  const answers = new InterimAnswers()
  const read = socket.read.bind(socket)
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  socket.read = (size?: number): unknown => {
    const piece = read(size) as Buffer | null
    if (piece === null) return null
    const rest = answers.take(piece)
    return rest.length === 0 ? null : rest
  }
  socket.write = ((...given: unknown[]) => {
    answers.asked()
    return write(...given)
  }) as typeof socket.write
}
