// The way of a wire that leads back to the left: around the cards, not through them. Points in, an SVG path out; pure.
import type { Box } from './arrange.ts'
import type { Point } from './edit.ts'

const outPx = 28
const clearPx = 20
const roundPx = 12

/** True for a wire that would have to run through its own cards. */
export function leadsBack(from: Point, to: Point): boolean {
  return to.x < from.x + 8
}

/** How high the wire runs back: below or above everything that lies between, whichever is nearer. */
export function laneOf(from: Point, to: Point, cards: Iterable<Box>): number {
  const [left, right] = [Math.min(from.x, to.x) - outPx, Math.max(from.x, to.x) + outPx]
  const between = [...cards].filter((card) => card.x < right && card.x + card.width > left)
  const lane = (start: number, step: (card: Box) => number): number => {
    let y = start
    const isIn = (card: Box): boolean => y > card.y - clearPx && y < card.y + card.height + clearPx
    for (let card = between.find(isIn); card; card = between.find(isIn)) y = step(card)
    return y
  }
  const below = lane(Math.max(from.y, to.y), (card) => card.y + card.height + clearPx)
  const above = lane(Math.min(from.y, to.y), (card) => card.y - clearPx)
  const cost = (y: number): number => Math.abs(y - from.y) + Math.abs(y - to.y)
  return cost(above) < cost(below) ? above : below
}

/** Out to the right, along the lane, and in from the left, with rounded corners. */
export function wayAround(from: Point, to: Point, lane: number): string {
  const points: Point[] = [
    from,
    { x: from.x + outPx, y: from.y },
    { x: from.x + outPx, y: lane },
    { x: to.x - outPx, y: lane },
    { x: to.x - outPx, y: to.y },
    to,
  ]
  const path = points.slice(1, -1).map((corner, index) => {
    const [before, after] = [points[index] ?? corner, points[index + 2] ?? corner]
    const near = (other: Point): Point => {
      const far = Math.hypot(other.x - corner.x, other.y - corner.y)
      const share = far === 0 ? 0 : Math.min(roundPx, far / 2) / far
      return { x: corner.x + (other.x - corner.x) * share, y: corner.y + (other.y - corner.y) * share }
    }
    const [a, b] = [near(before), near(after)]
    return `L${a.x} ${a.y}Q${corner.x} ${corner.y} ${b.x} ${b.y}`
  })
  return `M${from.x} ${from.y}${path.join('')}L${to.x} ${to.y}`
}
