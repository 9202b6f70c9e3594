// A flow inside of an address: `…/s/#1…`, compressed behind the hash, where no browser sends it to a server. For browser and
// server alike. Unpacks no more than a flow may be long.
import { BadRequestError } from './errors.ts'

/** As much text as a flow may be, however it comes. */
export const mostFlowBytes = 2 * 1024 * 1024

/** Says how the rest is packed: raw deflate of UTF-8, in base64url. */
const packing = '1'
/** A letter at the end: programs that find links in a text leave a dash there out. */
const endMark = 'e'

function broken(): BadRequestError {
  return new BadRequestError(
    'FLOW_LINK_BROKEN',
    'This link does not hold a whole flow: a part of it is missing or was changed on the way. Copy the whole link, or ask for the file.',
  )
}

async function through(bytes: Uint8Array<ArrayBuffer>, change: GenericTransformStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const reader = new Blob([bytes]).stream().pipeThrough(change).getReader() as ReadableStreamDefaultReader<Uint8Array>
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    length += next.value.length
    if (length > mostFlowBytes) {
      await reader.cancel().catch(() => undefined)
      throw new BadRequestError(
        'FLOW_LINK_TOO_LARGE',
        'What this link holds is larger than any flow may be (2 MB). It does not come from Heed.',
      )
    }
    parts.push(next.value)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  // In portions: a function takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

/** What stands behind the hash. */
export async function packFlow(document: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  return packing + toBase64Url(await through(bytes, new CompressionStream('deflate-raw'))) + endMark
}

/** The text of the flow behind a hash; throws in words. */
export async function unpackFlow(payload: string): Promise<string> {
  if (!/^1[A-Za-z0-9_-]+e$/.test(payload)) {
    if (/^[2-9][A-Za-z0-9_-]+$/.test(payload))
      throw new BadRequestError(
        'FLOW_LINK_NEWER',
        'This link was made by a newer version of Heed. Update Heed, or ask for the file.',
      )
    throw broken()
  }
  const packed = payload.slice(1, -1).replaceAll('-', '+').replaceAll('_', '/')
  try {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(
      await through(bytes, new DecompressionStream('deflate-raw')),
    )
  } catch (error) {
    throw error instanceof BadRequestError ? error : broken()
  }
}
