// A flow small enough for a list: a tile with a sign for each card and the wires between them, without a word. Pure; nothing that a
// document says stands in it.
import { coloursOf, signs } from './draw-flow.ts'
import type { Colours, DrawnFlow, DrawnTheme, DrawnType } from './draw-flow.ts'
import type { Flow } from './flow.ts'

const tilePx = 48
const stepPx = { x: 84, y: 72 }
const marginPx = 16
/** Cards that lie closer than this share a column, or a row. */
const apartPx = { x: 120, y: 60 }
const mostTiles = 60

interface Tile {
  x: number
  y: number
  group: string
  type: DrawnType | undefined
}

/** Every place as the number of its column or row, counted from the left or the top. */
function ranksOf(places: readonly number[], apart: number): Map<number, number> {
  const ranks = new Map<number, number>()
  let rank = -1
  let begins = Number.NEGATIVE_INFINITY
  for (const place of [...places].sort((a, b) => a - b)) {
    if (place - begins >= apart) {
      rank++
      begins = place
    }
    ranks.set(place, rank)
  }
  return ranks
}

function tilesOf(flow: Flow, types: ReadonlyMap<string, DrawnType>): Map<string, Tile> {
  const nodes = flow.nodes.slice(0, mostTiles)
  const columns = ranksOf(
    nodes.map(({ position }) => position.x),
    apartPx.x,
  )
  const rows = ranksOf(
    nodes.map(({ position }) => position.y),
    apartPx.y,
  )
  return new Map(
    nodes.map(({ id, type, position }) => [
      id,
      {
        x: (columns.get(position.x) ?? 0) * stepPx.x,
        y: (rows.get(position.y) ?? 0) * stepPx.y,
        group: types.get(type)?.group ?? 'unknown',
        type: types.get(type),
      },
    ]),
  )
}

function drawWire(wire: Flow['wires'][number], tiles: ReadonlyMap<string, Tile>, colours: Colours): string {
  const from = tiles.get(wire.from.node)
  const to = tiles.get(wire.to.node)
  if (!from || !to) return ''
  const colour = colours[from.type?.ports.out[wire.from.port]?.kind ?? 'message']
  const [x1, y1] = [from.x + tilePx, from.y + tilePx / 2]
  const [x2, y2] = [to.x, to.y + tilePx / 2]
  // A wire that leads back goes below the tiles.
  const path =
    x2 > x1
      ? `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`
      : `M${from.x + tilePx / 2} ${from.y + tilePx}C${from.x + tilePx / 2} ${from.y + tilePx + 30} ${to.x + tilePx / 2} ${to.y + tilePx + 30} ${to.x + tilePx / 2} ${to.y + tilePx}`
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-linecap="round"/>`
}

function drawTile({ x, y, group }: Tile, colours: Colours): string {
  const dash = group === 'unknown' ? ' stroke-dasharray="5 4"' : ''
  return `<rect x="${x}" y="${y}" width="${tilePx}" height="${tilePx}" rx="10" fill="${colours.surface}" stroke="${colours.border}" stroke-width="1.5"${dash}/><path transform="translate(${x + 10.5} ${y + 10.5}) scale(1.5)" d="${signs[group] ?? signs.unknown}" fill="none" stroke="${colours.text}" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`
}

/** The shape of the flow on no ground of its own. At most 60 tiles. */
export function drawGlyph(
  flow: Flow,
  types: ReadonlyMap<string, DrawnType>,
  options: { theme?: DrawnTheme } = {},
): DrawnFlow {
  const colours = coloursOf(options.theme ?? 'light')
  const tiles = tilesOf(flow, types)
  const width = Math.max(0, ...[...tiles.values()].map(({ x }) => x + tilePx)) + 2 * marginPx
  const height = Math.max(0, ...[...tiles.values()].map(({ y }) => y + tilePx)) + 2 * marginPx
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-marginPx} ${-marginPx} ${width} ${height}">`,
    ...flow.wires.map((wire) => drawWire(wire, tiles, colours)),
    ...[...tiles.values()].map((tile) => drawTile(tile, colours)),
    '</svg>',
  ]
  return { svg: svg.join(''), width, height }
}
