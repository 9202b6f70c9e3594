// Sends bytes whole or the part that a player asks for. Browsers play no sound from a server that cannot do this.
import type { Request, Response } from 'express'

interface Part {
  from: number
  to: number
}

/** The one part that a `Range` header names; undefined for none or several, null for one that lies outside. */
export function readRange(header: string | undefined, size: number): Part | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return from > to || from >= size ? null : { from, to }
}

/** 200, 206 or 416, as RFC 9110 has it. */
export function sendRange(request: Request, response: Response, bytes: Uint8Array): void {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  response.set('Accept-Ranges', 'bytes')
  const part = readRange(request.headers.range, whole.length)
  if (part === undefined) {
    response.send(whole)
  } else if (part === null) {
    response
      .status(416)
      .set({ 'Content-Range': `bytes */${whole.length}`, 'Cache-Control': 'no-store' })
      .end()
  } else {
    response.status(206).set('Content-Range', `bytes ${part.from}-${part.to}/${whole.length}`)
    // `end`, not `send`: express would take the range a second time out of the part.
    response.set('Content-Length', String(part.to - part.from + 1)).end(whole.subarray(part.from, part.to + 1))
  }
}
