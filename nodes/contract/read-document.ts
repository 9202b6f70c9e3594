// Whatever text somebody hands over, read as a flow's document, for browser and server alike. Each usual mistake has its own sentence. Looks before it
// parses, so that a hostile text costs next to nothing; what the document means is read elsewhere.
import { BadRequestError, FlowInvalidError } from './errors.ts'
import { flowFormat } from './flow.ts'
import { mostFlowBytes } from './flow-link.ts'

/** One deeper than a document may go, for what wraps it. */
const mostDepth = 72
/** Lists, groups and entries: more than any document may hold. */
const mostMarks = 200_000

function unreadable(code: string, message: string): BadRequestError {
  return new BadRequestError(code, message)
}

/** JSON, but no flow. */
function noFlow(code: string, message: string): FlowInvalidError {
  return new FlowInvalidError('FLOW_INVALID', message, [
    { node: null, port: null, field: null, code, message, severity: 'error' },
  ])
}

const tooLarge = (): FlowInvalidError =>
  noFlow('FLOW_TOO_LARGE', 'This is larger than any flow may be (2 MB, a hundred thousand entries). Split the flow.')

const quote = 0x22
const comma = 0x2c
const openList = 0x5b
const openGroup = 0x7b

/** One look at the brackets, without parsing: endless depth, endless length, and an end in the middle. Makes nothing on its way. */
function scan(text: string): void {
  let depth = 0
  let marks = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === quote) {
      at = endOfString(text, at + 1)
      if (at < 0) throw cutOff(text)
      continue
    }
    const opens = sign === openList || sign === openGroup
    // A closing bracket lies two behind its opening one.
    const closes = sign === openList + 2 || sign === openGroup + 2
    if (!opens && !closes && sign !== comma) continue
    if (++marks > mostMarks) throw tooLarge()
    if (opens) depth++
    if (closes) depth--
    if (depth > mostDepth)
      throw noFlow('FLOW_TOO_DEEP', 'This holds lists inside of lists without end. No flow goes that deep.')
  }
  if (depth > 0) throw cutOff(text)
}

function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from)
  while (end >= 0) {
    let slashes = 0
    while (text[end - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return -1
}

function cutOff(text: string): BadRequestError {
  return unreadable(
    'FLOW_CUT_OFF',
    `This flow ends in the middle of line ${text.split('\n').length}: a part of the file is missing. Copy or download it again, to its end.`,
  )
}

/** Text as it is sent and pasted: without a byte order mark, blanks around it, and the fence of a chat. */
function bare(raw: string): string {
  const text = raw.replace(/^[\ufeff\u200b\s]+/, '').trimEnd()
  const fence = /^```[a-z]*\s*\n([^]*?)\n?```$/i.exec(text)
  return unquoted(fence?.[1]?.trim() ?? text)
}

/** Out of a program or a log: the text of a text, with its quotes and line breaks written out. */
function unquoted(text: string): string {
  const isText = /^"\s*(?:\\[nrt]\s*)*[[{]/.test(text)
  if (!isText && !/^[[{](?:[\s[{]|\\[nrt])*\\"/.test(text)) return text
  try {
    const inner: unknown = JSON.parse(isText ? text : `"${text.replace(/\s/g, ' ')}"`)
    return typeof inner === 'string' ? inner.trim() : text
  } catch {
    return text
  }
}

/** Line breaks that somebody wrote out between the entries; all strings are known to end. */
function withoutWrittenBreaks(text: string): string {
  return text.replace(/"(?:[^"\\]|\\[^])*"|\\[nrt]/g, (part) => (part.startsWith('"') ? part : ' '))
}

function refuseOther(text: string): void {
  if (text === '') throw unreadable('FLOW_EMPTY', 'There is nothing in it. Choose a file that Heed has exported.')
  if (/^<(?:!doctype|html|head|body|!--)/i.test(text))
    throw unreadable(
      'FLOW_IS_WEB_PAGE',
      'This is a web page, not a flow: probably the page that shows the file, or one that asks to sign in. Download the file itself.',
    )
  if (text.startsWith('<'))
    throw unreadable('FLOW_IS_XML', 'This is XML, not a flow. Choose a file whose name ends with .heed.json.')
  if (!/^[[{]/.test(text))
    throw unreadable(
      'FLOW_NO_DOCUMENT',
      'This is no flow. Paste a link of Heed, which has “/s/#” in it, or a document that begins with {.',
    )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(/[[\]{},]\s*\\[nrt]/.test(text) ? withoutWrittenBreaks(text) : text)
  } catch (error) {
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    const line = place === undefined ? 0 : text.slice(0, Number(place)).split('\n').length
    throw unreadable(
      'FLOW_BROKEN_JSON',
      `This is not JSON that can be read${line > 0 ? `: something is wrong in line ${line}` : ''}. A comma, a quote or a bracket is missing or too many. Export the flow again.`,
    )
  }
}

/** Names that would reach into the program, text that ends in half a character, and zero bytes: nothing of it is in any flow. */
function refuseTricks(text: string, document: unknown): void {
  if (!/__proto__|\\u(?:0000|005f|d[89a-f])/i.test(text) && !text.includes('\0') && text.isWellFormed()) return
  const waiting: unknown[] = [document]
  const check = (word: string): void => {
    if (word.includes('\0'))
      throw noFlow('FLOW_ZERO_BYTE', 'There is a zero byte in this flow, which cannot be stored. Leave it out.')
    if (!word.isWellFormed())
      throw noFlow(
        'FLOW_HALF_CHARACTER',
        'This flow holds half a character, as texts do that were cut in the middle of a sign. Export it again.',
      )
    if (word === '__proto__')
      throw noFlow(
        'FLOW_FORBIDDEN_NAME',
        'This flow has a setting called “__proto__”, which no flow of Heed has. It is not taken in.',
      )
  }
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value === 'string') {
      if (value !== '__proto__') check(value)
    } else if (typeof value === 'object' && value !== null) {
      if (!Array.isArray(value)) for (const name of Object.keys(value)) check(name)
      for (const each of Object.values(value)) waiting.push(each)
    }
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** Empty for what is no text: an object may not even let itself be made one. */
const formatOf = ({ format }: Record<string, unknown>): string => (typeof format === 'string' ? format : '')

const isNodeRed = (list: readonly unknown[]): boolean =>
  list.some(
    (each) =>
      isRecord(each) && typeof each.type === 'string' && ('wires' in each || 'z' in each || each.type === 'tab'),
  )

/** JSON of somebody else's, and lists of flows. */
function refuseForeign(document: unknown): void {
  const list = Array.isArray(document)
    ? document
    : isRecord(document) && Array.isArray(document.flows)
      ? document.flows
      : null
  if (list && isNodeRed(list))
    throw noFlow(
      'FLOW_IS_NODE_RED',
      'This is a flow of Node-RED, which Heed does not read. Import it in Node-RED; Heed and Node-RED can send each other messages.',
    )
  if (Array.isArray(document)) {
    const isOfFlows = document.some((each) => isRecord(each) && formatOf(each).startsWith('heed.flow/'))
    throw noFlow(
      'FLOW_IS_LIST',
      isOfFlows
        ? `This is a list of ${document.length} flows; Heed takes one at a time. Save each as a file of its own.`
        : 'This is a list, not a flow: a flow is one JSON object whose "format" is "heed.flow/1".',
    )
  }
  if (isRecord(document) && formatOf(document).startsWith('heed.template/'))
    throw noFlow(
      'FLOW_IS_TEMPLATE',
      'This is a template, not a flow. Offer it through HEED_TEMPLATE_INDEX, or make a flow of it there and export that.',
    )
}

/** Cards that were copied on a canvas are a flow without a name. */
function fromClip(document: unknown): unknown {
  if (!isRecord(document) || document.format !== 'heed.clip/1') return document
  return { name: 'Pasted cards', ...document, format: 'heed.flow/1' }
}

/**
 * The document in a text; throws BadRequestError for what is no JSON, FlowInvalidError for JSON that is no flow. What `takes` says yes to is given
 * on as it is: somebody else reads it.
 */
export function readDocument(raw: string, takes: (document: unknown) => boolean = () => false): unknown {
  if (raw.length > mostFlowBytes) throw tooLarge()
  const text = bare(raw)
  refuseOther(text)
  scan(text)
  const document = parse(text)
  refuseTricks(text, document)
  if (takes(document)) return document
  refuseForeign(document)
  return fromClip(document)
}

/** True for a document that says of itself that a later version of Heed wrote it. */
export function isNewer(document: unknown): document is Record<string, unknown> & { format: string } {
  const format = isRecord(document) ? document.format : undefined
  const version = typeof format === 'string' ? /^heed\.flow\/(\d{1,6})$/.exec(format)?.[1] : undefined
  return version !== undefined && Number(version) > Number(flowFormat.split('/')[1])
}
