// Polygons as upright boxes that cover them wholly: what ffmpeg can draw in place, without a second input that might fail to
// come. Pure. Rather a little too much is covered than a line too little.
import type { Point, Rectangle } from '../../nodes/contract/frames.ts'

const mostBands = 180

interface Span {
  from: number
  to: number
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/**
 * At most `most` boxes in parts of the picture, covering every point of every polygon. Shapes with more corners than that
 * allows are covered band by band from their leftmost to their rightmost point, bays too.
 */
export function coverPolygons(polygons: readonly (readonly Point[])[], most = 700): Rectangle[] {
  const share = Math.max(1, Math.floor(most / Math.max(1, polygons.length)))
  return polygons.flatMap((polygon) => {
    const exact = coverPolygon(polygon, Math.min(mostBands, share))
    return exact.length <= share ? exact : coverWidely(polygon, Math.min(mostBands, share))
  })
}

function coverWidely(polygon: readonly Point[], bands: number): Rectangle[] {
  return Array.from({ length: bands }, (_unused, index) => {
    const top = index / bands,
      bottom = (index + 1) / bands
    const xs = polygon
      .flatMap((a, corner) => {
        const b = polygon[(corner + 1) % polygon.length] ?? a
        if (Math.max(a.y, b.y) < top || Math.min(a.y, b.y) > bottom) return []
        const at = (y: number): number =>
          a.y === b.y
            ? a.x
            : a.x + ((Math.min(Math.max(y, Math.min(a.y, b.y)), Math.max(a.y, b.y)) - a.y) / (b.y - a.y)) * (b.x - a.x)
        return a.y === b.y ? [a.x, b.x] : [at(top), at(bottom)]
      })
      .map(clamp)
    const x = Math.min(...xs)
    return xs.length === 0 ? null : { x, y: top, width: Math.max(...xs) - x, height: bottom - top }
  }).filter((box) => box !== null)
}

function coverPolygon(polygon: readonly Point[], bands: number): Rectangle[] {
  const heights = polygon.map(({ y }) => clamp(y))
  const top = Math.min(...heights),
    bottom = Math.max(...heights)
  const grid = Array.from({ length: bands - 1 }, (_unused, index) => (index + 1) / bands).filter(
    (y) => y > top && y < bottom,
  )
  const levels = [...new Set([...heights, ...grid])].sort((a, b) => a - b)
  const boxes: Rectangle[] = []
  for (const [index, from] of levels.slice(0, -1).entries()) {
    const to = levels[index + 1] ?? from
    for (const span of spansIn(polygon, from, to)) add(boxes, span, from, to)
  }
  return boxes
}

/** Between two heights with no corner in between, edges only run through: what lies between them is inside. */
function spansIn(polygon: readonly Point[], top: number, bottom: number): Span[] {
  const middle = (top + bottom) / 2
  const edges = polygon
    .flatMap((a, index) => {
      const b = polygon[(index + 1) % polygon.length] ?? a
      if (a.y <= middle === b.y <= middle) return []
      const at = (y: number): number => a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)
      return [
        {
          middle: at(middle),
          least: Math.min(at(top), at(bottom)),
          most: Math.max(at(top), at(bottom)),
          turn: b.y > a.y ? 1 : -1,
        },
      ]
    })
    .sort((a, b) => a.middle - b.middle)
  const spans: Span[] = []
  let winding = 0
  for (const [index, edge] of edges.entries()) {
    const before = winding
    winding += edge.turn
    const next = edges[index + 1]
    if (winding === 0 || !next) continue
    const last = spans.at(-1)
    // Edges that cross inside the band: both ends of both count.
    const from = Math.min(edge.least, next.least),
      to = Math.max(edge.most, next.most)
    if (before !== 0 && last) {
      last.from = Math.min(last.from, from)
      last.to = Math.max(last.to, to)
    } else spans.push({ from, to })
  }
  return spans.map(({ from, to }) => ({ from: clamp(from), to: clamp(to) })).filter(({ from, to }) => to > from)
}

function add(boxes: Rectangle[], { from, to }: Span, top: number, bottom: number): void {
  const above = boxes.find(
    (box) => box.x === from && box.width === to - from && Math.abs(box.y + box.height - top) < 1e-12,
  )
  if (above) above.height = bottom - above.y
  else boxes.push({ x: from, y: top, width: to - from, height: bottom - top })
}
