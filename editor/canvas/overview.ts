// A large flow from far away, as one picture: what the cards and wires are drawn as when there are too many of them for elements of their
// own. Knows the pen and nothing of the page.
import type { Kind } from '../../nodes/contract/kinds.ts'
import type { Box } from '../graph/arrange.ts'

export interface OverviewCard extends Box {
  title: string
  isSelected: boolean
  /** Switched off, or nothing comes to it. */
  isOff: boolean
  /** What is wrong there; null while nothing is. */
  tone: 'bad' | 'warn' | null
}
export interface OverviewWire {
  /** Where it can be at most. */
  around: Box
  path: Path2D
  kind: Kind | 'unknown'
  isSelected: boolean
}
export interface Overview {
  cards: readonly OverviewCard[]
  wires: readonly OverviewWire[]
}
export interface OverviewView {
  x: number
  y: number
  zoom: number
  width: number
  height: number
  /** Dots of the screen for each pixel. */
  ratio: number
}
/** A colour by the name it has in theme.css; the font as the page has it, by `font-family`. */
export type Ink = (name: string) => string

const titlePx = 12
const linePx = 15
/** A card narrower than this on the screen has no room for a word. */
const wordsFromPx = 60
const padPx = 4

const isBrokenAnywhere = /[\u3000-\u9fff\uac00-\ud7af]/u

/** What of a title fits on so many lines: whole words, where a script has spaces. `measure` is in the pixels of the screen. */
export function linesOf(title: string, width: number, most: number, measure: (text: string) => number): string[] {
  const lines: string[] = []
  let rest = title.trim()
  while (rest !== '' && lines.length < most) {
    const fitting = fits(rest, width, measure)
    const space = rest.lastIndexOf(' ', fitting)
    const isLast = lines.length + 1 === most
    if (fitting === rest.length) lines.push(rest)
    else if (!isLast && space > 0) lines.push(rest.slice(0, space))
    else if (!isLast && isBrokenAnywhere.test(rest)) lines.push(rest.slice(0, fitting))
    else lines.push(`${rest.slice(0, Math.max(1, fits(rest, width - measure('…'), measure))).trimEnd()}…`)
    const taken = lines.at(-1) ?? ''
    if (!taken.endsWith('…')) rest = rest.slice(taken.length).trim()
    else rest = isLast ? '' : rest.replace(/^\S+\s*/, '')
  }
  return lines
}

function fits(text: string, width: number, measure: (text: string) => number): number {
  let end = text.length
  while (end > 1 && measure(text.slice(0, end)) > width) end--
  return end
}

const wrapped = new Map<string, string[]>()
const mostWrapped = 4000

function drawTitle(pen: CanvasRenderingContext2D, card: OverviewCard, { x, y, zoom }: OverviewView): void {
  const [width, height] = [card.width * zoom - 2 * padPx, card.height * zoom - 2 * padPx]
  const most = Math.max(1, Math.min(3, Math.floor(height / linePx)))
  const key = `${Math.round(width)}/${most}/${card.title}`
  let lines = wrapped.get(key)
  if (!lines) {
    if (wrapped.size > mostWrapped) wrapped.clear()
    lines = linesOf(card.title, width, most, (text) => pen.measureText(text).width)
    wrapped.set(key, lines)
  }
  const [left, top] = [card.x * zoom + x + padPx, card.y * zoom + y + padPx]
  lines.forEach((line, n) => pen.fillText(line, left, top + n * linePx))
}

function cardPath(pen: CanvasRenderingContext2D, cards: readonly OverviewCard[], zoom: number): void {
  pen.beginPath()
  for (const { x, y, width, height } of cards)
    // Corners smaller than two pixels are nothing but work.
    if (8 * zoom < 2) pen.rect(x, y, width, height)
    else pen.roundRect(x, y, width, height, 8)
}

function drawCards(pen: CanvasRenderingContext2D, cards: readonly OverviewCard[], zoom: number, ink: Ink): void {
  const draw = (some: readonly OverviewCard[], fill: string, stroke: string, lines: number): void => {
    if (some.length === 0) return
    cardPath(pen, some, zoom)
    pen.fillStyle = ink(fill)
    pen.fill()
    pen.strokeStyle = ink(stroke)
    pen.lineWidth = lines / zoom
    pen.stroke()
  }
  const plain = cards.filter(({ isSelected, tone }) => !isSelected && tone === null)
  draw(
    plain.filter(({ isOff }) => !isOff),
    '--heed-surface',
    '--heed-border-strong',
    0.75,
  )
  draw(
    plain.filter(({ isOff }) => isOff),
    '--heed-sunken',
    '--heed-border',
    0.75,
  )
  for (const [tone, state] of [
    ['warn', 'degraded'],
    ['bad', 'failed'],
  ] as const)
    draw(
      cards.filter((card) => card.tone === tone && !card.isSelected),
      `--wash-${state}`,
      `--state-${state}`,
      1.5,
    )
  draw(
    cards.filter(({ isSelected }) => isSelected),
    '--heed-surface',
    '--heed-focus',
    3,
  )
}

function drawWires(pen: CanvasRenderingContext2D, wires: readonly OverviewWire[], zoom: number, ink: Ink): void {
  // A line of one pixel costs a small part of a wider one.
  for (const wire of wires) {
    pen.lineWidth = (wire.isSelected ? 3 : 1) / zoom
    pen.strokeStyle = ink(wire.kind === 'unknown' ? '--heed-border-strong' : `--kind-${wire.kind}`)
    pen.stroke(wire.path)
  }
}

/** Draws all that is in view. */
export function drawOverview(pen: CanvasRenderingContext2D, all: Overview, view: OverviewView, ink: Ink): void {
  const { x, y, zoom, width, height, ratio } = view
  const isSeen = (box: Box): boolean =>
    (box.x + box.width) * zoom + x > 0 &&
    box.x * zoom + x < width &&
    (box.y + box.height) * zoom + y > 0 &&
    box.y * zoom + y < height
  const cards = all.cards.filter(isSeen)
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * x, ratio * y)
  const wires = all.wires.filter(({ around }) => isSeen(around))
  drawWires(pen, wires, zoom, ink)
  drawCards(pen, cards, zoom, ink)
  if (cards.every((card) => card.width * zoom < wordsFromPx)) return
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.font = `600 ${titlePx}px ${ink('font-family')}`
  pen.textBaseline = 'top'
  pen.fillStyle = ink('--heed-text')
  for (const card of cards) drawTitle(pen, card, view)
}
