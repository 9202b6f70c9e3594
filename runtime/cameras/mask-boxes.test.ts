import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Point } from '../../nodes/contract/frames.ts'
import { burnFilters } from './burn-arguments.ts'
import { coverPolygons } from './mask-boxes.ts'

const part = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000)
const polygon = fc.array(fc.record({ x: part, y: part }), { minLength: 3, maxLength: 8 })

/** How often the polygon winds around a point: anything but 0 is inside. */
function winding(all: readonly Point[], { x, y }: Point): number {
  return all.reduce((sum, a, index) => {
    const b = all[(index + 1) % all.length] ?? a
    if (a.y <= y === b.y <= y) return sum
    return a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x) > x ? sum + (b.y > a.y ? 1 : -1) : sum
  }, 0)
}

describe('a mask made of boxes', () => {
  it('covers every point inside every polygon, crossed ones too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(40, 700),
        fc.array(polygon, { minLength: 1, maxLength: 4 }),
        fc.array(
          fc.record({ x: fc.double({ min: 0, max: 1, noNaN: true }), y: fc.double({ min: 0, max: 1, noNaN: true }) }),
          { minLength: 50, maxLength: 50 },
        ),
        (most, polygons, points) => {
          const boxes = coverPolygons(polygons, most)
          expect(boxes.length).toBeLessThanOrEqual(most)
          for (const point of points) {
            if (!polygons.some((each) => winding(each, point) !== 0)) continue
            expect(
              boxes.some(
                (box) =>
                  point.x >= box.x - 1e-9 &&
                  point.x <= box.x + box.width + 1e-9 &&
                  point.y >= box.y - 1e-9 &&
                  point.y <= box.y + box.height + 1e-9,
              ),
            ).toBe(true)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is one box for a rectangle, and hardly larger than a triangle', () => {
    expect(
      coverPolygons([
        [
          { x: 0.2, y: 0.3 },
          { x: 0.6, y: 0.3 },
          { x: 0.6, y: 0.9 },
          { x: 0.2, y: 0.9 },
        ],
      ]),
    ).toHaveLength(1)
    const triangle = coverPolygons([
      [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 0, y: 1 },
      ],
    ])
    const area = triangle.reduce((sum, { width, height }) => sum + width * height, 0)
    expect(area).toBeGreaterThan(0.5)
    expect(area).toBeLessThan(0.51)
  })

  it('stays within what a command line and a second can hold', () => {
    const star = (n: number): Point[] =>
      Array.from({ length: 100 }, (_unused, index) => ({
        x: 0.5 + 0.5 * Math.sin(index * n),
        y: 0.5 + 0.5 * Math.cos(index * n),
      }))
    const filters = burnFilters([
      { do: 'mask', polygons: Array.from({ length: 20 }, (_unused, index) => star(1.1 + index / 10)) },
    ])
    expect(filters.length).toBeLessThan(60_000)
    expect(filters.split('drawbox').length).toBeGreaterThan(100)
  })
})
