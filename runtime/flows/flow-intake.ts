// Whatever somebody hands over, as a document: JSON text, a link, a picture that carries one, or one of them with wishes beside it. Reads
// only; stores and starts nothing.
import { BadRequestError } from '../../nodes/contract/errors.ts'
import { payloadIn } from '../../nodes/contract/flow-address.ts'
import { unpackFlow } from '../../nodes/contract/flow-link.ts'
import { parseInput } from '../../nodes/contract/input.ts'
import { readDocument } from '../../nodes/contract/read-document.ts'
import { z } from 'zod'
import { isPng, textIn } from './png-text.ts'

const WishesSchema = z.object({
  /** Its connections by mine. */
  connections: z.record(z.string().max(200), z.string().max(200)).default({}),
  /** Its cameras by mine. */
  cameras: z.record(z.string().max(200), z.string().max(200)).default({}),
  name: z.string().trim().min(1).max(200).optional(),
})

export interface Incoming extends z.infer<typeof WishesSchema> {
  document: unknown
  came: 'document' | 'link' | 'picture'
}

const plain = { connections: {}, cameras: {} }

/** First bytes of what is often sent instead of a flow. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^\xff\xd8\xff/, 'a JPEG picture: on its way a program has turned the PNG into one and lost the flow in it'],
  [/^RIFF....WEBP/s, 'a WebP picture: on its way a program has turned the PNG into one and lost the flow in it'],
  [/^GIF8/, 'a GIF picture'],
  [/^PK\x03\x04/, 'a ZIP archive: open it and choose the file inside'],
  [/^\x1f\x8b/, 'a compressed file: unpack it first'],
  [/^%PDF/, 'a PDF'],
  [/^....ftyp/s, 'a video'],
]

function textOf(bytes: Buffer): string {
  const head = bytes.toString('latin1', 0, 16)
  const other = others.find(([start]) => start.test(head))?.[1]
  if (other !== undefined)
    throw new BadRequestError('FLOW_IS_OTHER_FILE', `This is no flow, but ${other}. Ask for the file, or for a link.`)
  const encoding = head.startsWith('\xff\xfe') ? 'utf-16le' : head.startsWith('\xfe\xff') ? 'utf-16be' : 'utf-8'
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    throw new BadRequestError(
      'FLOW_NOT_TEXT',
      'This is neither text nor a picture of Heed. Choose a file whose name ends with .heed.json or .heed.png.',
      { cause: error },
    )
  }
}

async function fromLink(payload: string | undefined): Promise<unknown> {
  if (payload === undefined)
    throw new BadRequestError(
      'FLOW_LINK_BROKEN',
      'This is no link to a flow: such a link has “/s/#” in it and a long word behind it. Copy the whole link.',
    )
  return readDocument(await unpackFlow(payload))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a request brought; `takes` says which documents of other programs may pass. Throws in words, one sentence for each usual mistake. */
export async function readIncoming(
  bytes: Buffer,
  takes: (document: unknown) => boolean = () => false,
): Promise<Incoming> {
  if (isPng(bytes)) {
    const text = textIn(bytes)
    if (text === undefined)
      throw new BadRequestError(
        'FLOW_PICTURE_EMPTY',
        'This picture holds no flow. Programs that send pictures often take it out; ask for the picture as a file, or for a link.',
      )
    return { ...plain, document: readDocument(text), came: 'picture' }
  }
  const text = textOf(bytes)
  const start = text.slice(0, 4000).trimStart()
  if (/^[[{<`\ufeff]/.test(start) === false && payloadIn(start) !== undefined)
    return { ...plain, document: await fromLink(payloadIn(text)), came: 'link' }
  const body = readDocument(text, takes)
  if (takes(body)) return { ...plain, document: body, came: 'document' }
  if (!isRecord(body) || 'format' in body || 'nodes' in body) return { ...plain, document: body, came: 'document' }
  if (typeof body.link === 'string')
    return { ...parseInput(WishesSchema, body), document: await fromLink(payloadIn(body.link)), came: 'link' }
  if (isRecord(body.document) || takes(body.document))
    // Text again, so that what is wrapped is read as strictly as what is not.
    return { ...parseInput(WishesSchema, body), document: body.document, came: 'document' }
  return { ...plain, document: body, came: 'document' }
}
