// A flow as a picture: its cards and wires as one SVG, for the server and for a page, from the document and the node types alone.
// Pure; whatever a document holds, it only ever becomes escaped text, and no address keeps its login.
import { cardLine, withoutCredentials } from './card-line.ts'
import type { WordedType } from './card-line.ts'
import type { Flow, FlowNode, FlowNote } from './flow.ts'
import type { Kind } from './kinds.ts'

/** A node type as far as it is drawn: what `GET /api/nodes` says of it is one. */
export interface DrawnType extends WordedType {
  title: string
  group: string
  ports: { in: Record<string, { kind: Kind; label: string }>; out: Record<string, { kind: Kind; label: string }> }
}

/** `page`: the colours of the page it stands in, by the editor's CSS variables, so that it turns dark with it. */
export type DrawnTheme = 'light' | 'dark' | 'page'

export interface DrawnFlow {
  svg: string
  /** In px, as large as on the canvas at 100 %. */
  width: number
  height: number
}

const colourNames = ['ground', 'surface', 'sunken', 'note', 'border', 'text', 'quiet'] as const
export type Colours = Record<(typeof colourNames)[number] | Kind, string>

const palettes: Record<'light' | 'dark', Colours> = {
  light: {
    ground: '#f6f7f9',
    surface: '#ffffff',
    sunken: '#eef0f3',
    note: '#fff7d9',
    border: '#d9dde3',
    text: '#1b212c',
    quiet: '#566071',
    frames: '#0f766e',
    memory: '#be185d',
    message: '#3f4fd1',
    delegation: '#a15c07',
    answer: '#8b2fc9',
    audio: '#c2410c',
    decision: '#526075',
  },
  dark: {
    ground: '#12151b',
    surface: '#1a1e26',
    sunken: '#232833',
    note: '#35301c',
    border: '#333a47',
    text: '#e9ecf1',
    quiet: '#a4aebd',
    frames: '#2fc8b6',
    memory: '#f279b4',
    message: '#94a0fb',
    delegation: '#f0b445',
    answer: '#cf94fb',
    audio: '#fb9a5b',
    decision: '#a3b1c6',
  },
}

/** The colours of a theme by what they are for. */
export function coloursOf(theme: DrawnTheme): Colours {
  if (theme !== 'page') return palettes[theme]
  const names = Object.keys(palettes.light) as (keyof Colours)[]
  const isOwn = (name: string): boolean => colourNames.some((own) => own === name)
  return Object.fromEntries(
    names.map((name) => [name, `var(--${isOwn(name) ? 'heed' : 'kind'}-${name})`]),
  ) as unknown as Colours
}

// As the canvas has them.
const cardPx = 240
const firstPortPx = 30
const portStepPx = 26
const marginPx = 32
const leastWidthPx = 480
/** More cards make no picture. */
const mostCards = 400
const mostWires = 2000
const mostNotes = 200
const noteLinePx = 20
/** Room around what a group frames, and above it for the title. */
const frame = { side: 24, top: 48 }
const fonts = "Inter, ui-sans-serif, system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'DejaVu Sans', sans-serif"

/** One sign for each group of the palette, in 18 × 18 px. */
export const signs: Record<string, string> = {
  video: 'M2 5.5h8.5v7H2zM10.5 8l5-2.5v7l-5-2.5',
  interaction: 'M1.5 9c2-3.4 4.5-5 7.5-5s5.5 1.6 7.5 5c-2 3.4-4.5 5-7.5 5s-5.5-1.6-7.5-5zM9 6.8a2.2 2.2 0 1 0 .01 0',
  logic: 'M3 9h3.5l3-4.5h5M6.5 9l3 4.5h5M12.5 2.5l2 2-2 2M12.5 11.5l2 2-2 2',
  action: 'M4 12.5h10c-1-1-1.5-2-1.5-4.5a3.5 3.5 0 0 0-7 0c0 2.5-.5 3.5-1.5 4.5zM7.5 14.5a1.6 1.6 0 0 0 3 0',
  unknown: 'M4 4h10v10H4zM9 7v2.5M9 11.5v.1',
}

type Side = 'in' | 'out'
interface Card {
  node: FlowNode
  title: string
  lines: string[]
  group: string
  ports: Record<Side, Map<string, Kind>>
  x: number
  y: number
  height: number
}

/** Characters that no XML may hold become blanks; half a surrogate pair becomes the sign for one. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, ' ')
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

/** About how wide a sign is, in parts of the font's size: nothing here can measure. */
function widthOf(sign: string): number {
  if (
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|[\u{1f000}-\u{1faff}]/u.test(sign)
  )
    return 1
  if (/[\p{Lu}mwMW@%&\d]/u.test(sign)) return 0.66
  return /[iljtfr.,:;'!|()[\] ]/.test(sign) ? 0.33 : 0.56
}

/** Cut into at most `most` lines; words are kept whole where they fit. */
function wrapped(text: string, fontPx: number, widthPx: number, most: number): string[] {
  const lines: string[] = []
  let line = ''
  let used = 0
  const words = text
    .slice(0, 400)
    .replace(/\s+/g, ' ')
    .trim()
    .split(/(?<= )/)
  for (const word of words.flatMap((each) => pieces(each, widthPx / fontPx))) {
    const needed = [...word].reduce((sum, sign) => sum + widthOf(sign), 0) * fontPx
    if (used + needed > widthPx && line !== '') {
      if (lines.length === most - 1) return [...lines, `${line.trimEnd().slice(0, -1)}…`]
      lines.push(line.trimEnd())
      line = ''
      used = 0
    }
    line += word
    used += needed
  }
  return line === '' ? lines : [...lines, line.trimEnd()]
}

/** A word in pieces of which each fits a line: Chinese has no blanks, and addresses have none either. */
function pieces(word: string, widest: number): string[] {
  const signs_ = [...word]
  if (signs_.reduce((sum, sign) => sum + widthOf(sign), 0) <= widest) return [word]
  return signs_
}

function portsOf(flow: Flow, types: ReadonlyMap<string, DrawnType>): Map<string, Card['ports']> {
  const ports = new Map<string, Card['ports']>()
  for (const { id, type } of flow.nodes) {
    const known = types.get(type)?.ports
    const named = (side: Side): Map<string, Kind> =>
      new Map(Object.entries(known?.[side] ?? {}).map(([name, { kind }]) => [name, kind]))
    ports.set(id, { in: named('in'), out: named('out') })
  }
  // A type that is not known here has the ports that its wires name, of the kind at their other end.
  for (const { from, to } of flow.wires.slice(0, mostWires)) {
    const out = ports.get(from.node)?.out
    const into = ports.get(to.node)?.in
    if (!out || !into) continue
    if (!out.has(from.port)) out.set(from.port, into.get(to.port) ?? 'message')
    if (!into.has(to.port)) into.set(to.port, out.get(from.port) ?? 'message')
  }
  return ports
}

function cardsOf(flow: Flow, types: ReadonlyMap<string, DrawnType>): Card[] {
  const ports = portsOf(flow, types)
  return flow.nodes.slice(0, mostCards).map((node) => {
    const type = types.get(node.type)
    const words = type ? withoutCredentials(cardLine(type, node.config)) : `“${node.type}” is not known here.`
    const lines = wrapped(words, 12.5, cardPx - 36, 2)
    const own = ports.get(node.id) ?? { in: new Map(), out: new Map() }
    const rows = Math.min(Math.max(own.in.size, own.out.size), 20)
    return {
      node,
      title: wrapped(withoutCredentials(node.name || type?.title || node.type), 14, cardPx - 70, 1)[0] ?? '',
      lines,
      group: type?.group ?? 'unknown',
      ports: own,
      x: node.position.x,
      y: node.position.y,
      height: Math.max(firstPortPx + rows * portStepPx, 52 + lines.length * 17),
    }
  })
}

const portY = (card: Card, side: Side, port: string): number =>
  card.y + firstPortPx + Math.min(Math.max([...card.ports[side].keys()].indexOf(port), 0), 19) * portStepPx

const px = (value: number): string => String(Math.round(value * 10) / 10)

function drawWire(flow: Flow['wires'][number], cards: ReadonlyMap<string, Card>, colours: Colours): string {
  const from = cards.get(flow.from.node)
  const to = cards.get(flow.to.node)
  if (!from || !to) return ''
  const kind = from.ports.out.get(flow.from.port) ?? 'message'
  const [x1, y1] = [from.x + cardPx, portY(from, 'out', flow.from.port)]
  const [x2, y2] = [to.x, portY(to, 'in', flow.to.port)]
  const bend = x2 >= x1 ? (x2 - x1) / 2 : Math.min(25 * 0.25 * Math.sqrt(x1 - x2), 400)
  const path = `M${px(x1)} ${px(y1)}C${px(x1 + bend)} ${px(y1)} ${px(x2 - bend)} ${px(y2)} ${px(x2)} ${px(y2)}`
  return `<path d="${path}" fill="none" stroke="${colours[kind]}" stroke-width="2"/>`
}

function drawPorts(card: Card, side: Side, colours: Colours): string {
  const x = side === 'in' ? card.x : card.x + cardPx
  return [...card.ports[side]]
    .slice(0, 20)
    .map(
      ([name, kind]) =>
        `<circle cx="${px(x)}" cy="${px(portY(card, side, name))}" r="5" fill="${colours.surface}" stroke="${colours[kind]}" stroke-width="2"/>`,
    )
    .join('')
}

function drawCard(card: Card, colours: Colours): string {
  const { x, y, height } = card
  const sign = signs[card.group] ?? signs.unknown
  const dash = card.group === 'unknown' ? ' stroke-dasharray="5 4"' : ''
  return [
    `<g><rect x="${px(x)}" y="${px(y)}" width="${cardPx}" height="${px(height)}" rx="8" fill="${colours.surface}" stroke="${colours.border}"${dash}/>`,
    `<path transform="translate(${px(x + 16)} ${px(y + 10)})" d="${sign}" fill="none" stroke="${colours.quiet}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round"/>`,
    `<text x="${px(x + 42)}" y="${px(y + 24)}" font-size="14" font-weight="600" fill="${colours.text}">${escaped(card.title)}</text>`,
    ...card.lines.map(
      (line, at) =>
        `<text x="${px(x + 18)}" y="${px(y + 47 + at * 17)}" font-size="12.5" fill="${colours.quiet}">${escaped(line)}</text>`,
    ),
    `${drawPorts(card, 'in', colours)}${drawPorts(card, 'out', colours)}</g>`,
  ].join('')
}

interface Note {
  id: string
  lines: string[]
  x: number
  y: number
  width: number
  height: number
}

function notesOf(notes: readonly FlowNote[] = []): Note[] {
  return notes.slice(0, mostNotes).map(({ id, text, position, width = cardPx, height = 120 }) => {
    const lines = withoutCredentials(text)
      .slice(0, 4000)
      .split('\n')
      .flatMap((line) => (line.trim() === '' ? [''] : wrapped(line, 14, width - 28, 40)))
      .slice(0, 60)
    return { id, lines, ...position, width, height: Math.max(height, 24 + lines.length * noteLinePx) }
  })
}

function drawNote({ lines, x, y, width, height }: Note, colours: Colours): string {
  return [
    `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="4" fill="${colours.note}" stroke="${colours.border}"/>`,
    ...lines.map(
      (line, at) =>
        `<text x="${px(x + 14)}" y="${px(y + 26 + at * noteLinePx)}" font-size="14" fill="${colours.text}">${escaped(line)}</text>`,
    ),
  ].join('')
}

type Box = Pick<Note, 'x' | 'y' | 'width' | 'height'>
interface Frame extends Box {
  title: string
}

function framesOf(flow: Flow, boxes: ReadonlyMap<string, Box>): Frame[] {
  return (flow.groups ?? []).slice(0, mostNotes).flatMap(({ title, members }) => {
    const inside = members.flatMap((id) => boxes.get(id) ?? [])
    if (inside.length === 0) return []
    const x = Math.min(...inside.map((box) => box.x)) - frame.side
    const y = Math.min(...inside.map((box) => box.y)) - frame.top
    const width = Math.max(...inside.map((box) => box.x + box.width)) + frame.side - x
    const height = Math.max(...inside.map((box) => box.y + box.height)) + frame.side - y
    return [{ x, y, width, height, title: wrapped(withoutCredentials(title), 15, width - 32, 1)[0] ?? '' }]
  })
}

function drawFrame({ x, y, width, height, title }: Frame, colours: Colours): string {
  return [
    `<rect x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}" rx="12" fill="${colours.sunken}" stroke="${colours.border}"/>`,
    `<text x="${px(x + 16)}" y="${px(y + 28)}" font-size="15" font-weight="600" fill="${colours.text}">${escaped(title)}</text>`,
  ].join('')
}

/**
 * The flow as it lies on the canvas. `types` by their name; a card whose type is not among them has a dashed border and keeps its
 * place. At most 400 cards are drawn, and the picture says how many were left out.
 */
export function drawFlow(
  flow: Flow,
  types: ReadonlyMap<string, DrawnType>,
  options: { theme?: DrawnTheme } = {},
): DrawnFlow {
  const colours = coloursOf(options.theme ?? 'light')
  const cards = cardsOf(flow, types)
  const byId = new Map(cards.map((card) => [card.node.id, card]))
  const notes = notesOf(flow.notes)
  const things: (Box & { id: string })[] = [
    ...cards.map(({ node, x, y, height }) => ({ id: node.id, x, y, width: cardPx, height })),
    ...notes,
  ]
  const frames = framesOf(flow, new Map(things.map((thing) => [thing.id, thing])))
  const all: Box[] = [...things, ...frames]
  const left = Math.min(...all.map(({ x }) => x), ...(all.length === 0 ? [0] : [])) - marginPx
  const top = Math.min(...all.map(({ y }) => y), ...(all.length === 0 ? [0] : [])) - marginPx
  const right = Math.max(...all.map(({ x, width: across }) => x + across + marginPx), left + leastWidthPx)
  const more = flow.nodes.length - cards.length
  const note = more > 0 ? `and ${more} more cards` : all.length === 0 ? 'Nothing is drawn here yet.' : ''
  const foot = Math.max(...all.map(({ y, height: tall }) => y + tall), top + marginPx + 40)
  const bottom = foot + marginPx + (note === '' ? 0 : 24)
  const [width, height] = [Math.ceil(right - left), Math.ceil(bottom - top)]
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="${px(left)} ${px(top)} ${width} ${height}" font-family="${fonts}">`,
    `<title>${escaped(flow.name.slice(0, 200))}</title>`,
    `<rect x="${px(left)}" y="${px(top)}" width="${width}" height="${height}" fill="${colours.ground}"/>`,
    ...frames.map((each) => drawFrame(each, colours)),
    ...notes.map((each) => drawNote(each, colours)),
    ...flow.wires.slice(0, mostWires).map((wire) => drawWire(wire, byId, colours)),
    ...cards.map((card) => drawCard(card, colours)),
    note === ''
      ? ''
      : `<text x="${px(left + marginPx)}" y="${px(foot + 32)}" font-size="14" fill="${colours.quiet}">${note}</text>`,
    '</svg>',
  ]
  return { svg: svg.join(''), width, height }
}
