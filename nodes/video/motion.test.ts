import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addNoise, createWorld, drawLuma } from '../../test/support/luma.ts'
import type { GrayImage } from '../contract/frames.ts'
import { blockSize, searchRange, searchMotion, type Motion } from './motion.ts'
import { prepareMotionPicture } from './motion-picture.ts'

const size = { width: 160, height: 120 }
const view = (seed: number, dx = 0, dy = 0, light = (value: number) => value): GrayImage => {
  const world = createWorld(seed)
  return drawLuma(size.width, size.height, (x, y) => light(world(x + dx, y + dy)))
}
const search = (now: GrayImage, before: GrayImage): Motion =>
  searchMotion(prepareMotionPicture(now), prepareMotionPicture(before))
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Vectors of the blocks whose origin lies wholly inside the picture before. */
function innerVectors(motion: Motion, dx: number, dy: number): string[] {
  const vectors: string[] = []
  for (let row = 0; row < motion.rows; row++) {
    for (let column = 0; column < motion.columns; column++) {
      const [left, top] = [column * blockSize + dx, row * blockSize + dy]
      if (left < 0 || top < 0 || left + blockSize > size.width || top + blockSize > size.height) continue
      const at = (row * motion.columns + column) * 2
      vectors.push(`${motion.vectors[at]},${motion.vectors[at + 1]}`)
    }
  }
  return vectors
}

describe('motion search', () => {
  it('finds nothing to explain in the same picture', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const motion = search(view(seed), view(seed))
        expect(motion.residuals.every((residual) => residual === 0)).toBe(true)
        expect(motion.vectors.every((part) => part === 0)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('finds a shift of the whole picture exactly, as far as the window goes', () => {
    const anywhere = fc.integer({ min: -searchRange, max: searchRange })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), anywhere, anywhere, (seed, dx, dy) => {
        const vectors = innerVectors(search(view(seed, dx, dy), view(seed)), dx, dy)
        expect(new Set(vectors)).toEqual(new Set([`${dx},${dy}`]))
      }),
      { numRuns: 60 },
    )
  })

  it('finds a thing that moved far in front of a background that stayed', () => {
    const [background, thing] = [createWorld(1), createWorld(2)]
    const withThingAt = (left: number) =>
      drawLuma(size.width, size.height, (x, y) =>
        x >= left && x < left + 32 && y >= 40 && y < 72 ? thing(x - left, y) : background(x, y),
      )
    const motion = search(withThingAt(72), withThingAt(48))
    const inside = (6 * motion.columns + 10) * 2
    expect([motion.vectors[inside], motion.vectors[inside + 1]]).toEqual([-24, 0])
    expect(motion.residuals[6 * motion.columns + 10]).toBe(0)
  })

  it('takes a change of the light over the whole picture out of the residuals', () => {
    for (const light of [
      (value: number) => value * 0.7,
      (value: number) => value + 30,
      (value: number) => (value - 128) * 0.85 + 120,
    ]) {
      const motion = search(view(3, 0, 0, light), view(3))
      expect(mean(motion.residuals)).toBeLessThan(0.3)
      expect(motion.light).not.toEqual({ gain: 1, offset: 0 })
    }
  })

  it('does not take a large thing for a change of the light', () => {
    const world = createWorld(4)
    const withPaper = drawLuma(size.width, size.height, (x, y) => (x < 60 ? 240 : world(x, y)))
    const motion = search(withPaper, view(4))
    expect(motion.light).toEqual({ gain: 1, offset: 0 })
    expect(mean(motion.residuals)).toBeGreaterThan(20)
  })

  it('is not moved by a camera that shakes by less than a pixel', () => {
    const world = createWorld(5)
    const between = drawLuma(size.width, size.height, (x, y) => (world(x, y) + world(x + 1, y)) / 2)
    expect(mean(search(between, view(5)).residuals)).toBeLessThan(0.5)
  })

  it('leaves as much as there is noise, not more', () => {
    const motion = search(addNoise(view(6), 4, 1), addNoise(view(6), 4, 2))
    expect(mean(motion.residuals)).toBeLessThan(4)
  })

  it('takes pictures whose sides are no multiple of a block', () => {
    fc.assert(
      fc.property(fc.integer({ min: 24, max: 90 }), fc.integer({ min: 24, max: 90 }), (width, height) => {
        const world = createWorld(7)
        const picture = drawLuma(width, height, world)
        const moved = drawLuma(width, height, (x, y) => world(x + 3, y - 2))
        expect(search(picture, picture).residuals.every((residual) => residual === 0)).toBe(true)
        const { residuals, columns, rows } = search(moved, picture)
        expect(residuals).toHaveLength(columns * rows)
        expect(residuals.every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})
