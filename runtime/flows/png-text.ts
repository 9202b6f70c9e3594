// A text inside of a PNG, as its format has a place for: an iTXt chunk. Reads no pixel, and unpacks no more than a flow may be long.
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { mostFlowBytes } from '../../nodes/contract/flow-link.ts'

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
/** Names the chunk's content. */
const keyword = 'heed.flow'

/** True for the first bytes of a PNG. */
export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, 8).equals(signature)
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(content.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

/** The same picture with the text in it, right behind its header. */
export function addText(png: Buffer, text: string): Buffer {
  const headerEnd = 8 + 25
  const content = Buffer.concat([
    Buffer.from(`${keyword}\0\x01\0\0\0`, 'latin1'),
    deflateSync(Buffer.from(text, 'utf8'), { level: 9 }),
  ])
  return Buffer.concat([png.subarray(0, headerEnd), chunk('iTXt', content), png.subarray(headerEnd)])
}

function broken(): BadRequestError {
  return new BadRequestError(
    'FLOW_PICTURE_BROKEN',
    'This picture is damaged or ends in the middle, so the flow in it cannot be read. Copy it again, or ask for the file.',
  )
}

/** The text in a picture that Heed has written; undefined when there is none. Throws for one that is damaged. */
export function textIn(png: Buffer): string | undefined {
  let at = 8
  while (at < png.length) {
    if (at + 12 > png.length) throw broken()
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const end = at + 12 + length
    if (end > png.length) throw broken()
    const body = png.subarray(at + 4, end - 4)
    if (type === 'iTXt' && body.toString('latin1', 4, 4 + keyword.length + 1) === `${keyword}\0`) {
      if (crc32(body) !== png.readUInt32BE(end - 4)) throw broken()
      return textOf(body.subarray(4 + keyword.length + 1))
    }
    if (type === 'IEND') return undefined
    at = end
  }
  throw broken()
}

/** Behind the keyword: whether it is compressed and how, language, translated keyword, text. */
function textOf(content: Buffer): string {
  const language = content.indexOf(0, 2)
  const translated = language < 0 ? -1 : content.indexOf(0, language + 1)
  if (translated < 0) throw broken()
  const packed = content.subarray(translated + 1)
  try {
    const bytes = content[0] === 1 ? inflateSync(packed, { maxOutputLength: mostFlowBytes }) : packed
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw new BadRequestError(
        'FLOW_PICTURE_TOO_LARGE',
        'What this picture holds is larger than any flow may be (2 MB). It does not come from Heed.',
      )
    throw broken()
  }
}
