import { describe, expect, it } from 'vitest'
import { costOf, learnNoise, type PredictionCost } from './adacodec-cost.ts'
import { advanceGop, causeOfFull, newGop, presets, type Evidence, type Gop } from './adacodec-gop.ts'

const quiet: PredictionCost = { cost: 0.01, unpredictable: 0, noise: 0.1, lightStep: 0 }
const seen = (
  step: Partial<PredictionCost> = {},
  since: Partial<PredictionCost> | null = null,
  elapsedS = 1,
): Evidence => ({ step: { ...quiet, ...step }, since: since && { ...quiet, ...since }, elapsedS })

/** Runs pictures of the given costs through the choice, after a first full one. */
function kindsOf(costs: number[], preset = presets.balanced): string {
  let gop: Gop = advanceGop(newGop, true, null)
  return costs
    .map((cost) => {
      const evidence = seen({ cost })
      const cause = causeOfFull(gop, evidence, preset)
      gop = advanceGop(gop, cause !== null, evidence)
      return cause ? 'I' : 'P'
    })
    .join('')
}

describe('the group of pictures', () => {
  it('starts with a full picture and follows with small ones while nothing changes', () => {
    expect(causeOfFull(newGop, null, presets.balanced)).toBe('first')
    expect(kindsOf(Array.from({ length: 30 }, () => 0.02))).toBe('P'.repeat(30))
  })

  it('sends a full picture at once when something changes', () => {
    expect(kindsOf([0, 0, 2, 0])).toBe('PPIP')
  })

  it('sends every second picture full while things go on changing, so that no second second goes by', () => {
    expect(kindsOf([2, 2, 2, 2, 2, 2, 2])).toBe('IPIPIPI')
  })

  it('does not wait when a change is sudden, even right after a full picture', () => {
    expect(kindsOf([1, 4, 0])).toBe('IIP')
  })

  it('is full again after the longest time allowed', () => {
    const kinds = kindsOf(Array.from({ length: 300 }, () => 0))
    expect([...kinds].flatMap((kind, index) => (kind === 'I' ? [index + 1] : []))).toEqual([120, 240])
  })

  it('keeps a still 640x480 scene within a quarter of the tokens, in every preset', () => {
    for (const preset of Object.values(presets)) {
      const costs = Array.from({ length: 3599 }, () => 0)
      const full = [...kindsOf(costs, preset)].filter((kind) => kind === 'I').length + 1
      expect((full * 302 + (3600 - full) * 72) / (3600 * 302)).toBeLessThanOrEqual(0.25)
    }
  })

  it('names a cut, a slow change, a light switched on, a gap and a clock that jumped back', () => {
    const gop = { ...newGop, pictures: 5, ageS: 5 }
    expect(causeOfFull(gop, seen({ unpredictable: 0.7, cost: 9 }), presets.balanced)).toBe('cut')
    expect(causeOfFull(gop, seen({}, { cost: 0.9 }), presets.balanced)).toBe('drift')
    expect(causeOfFull(gop, seen({}, { lightStep: -34 }), presets.balanced)).toBe('light')
    expect(causeOfFull(gop, seen({ lightStep: 50 }), presets.balanced)).toBe('light')
    expect(causeOfFull(gop, seen({}, null, 12), presets.balanced)).toBe('gap')
    expect(causeOfFull(gop, seen({}, null, -4), presets.balanced)).toBe('gap')
  })
})

describe('the prediction cost', () => {
  const motion = (residuals: number[]) => ({
    columns: residuals.length,
    rows: 1,
    vectors: new Int8Array(residuals.length * 2),
    residuals: Float32Array.from(residuals),
    light: { gain: 1, offset: 0 },
  })

  it('is nothing for a picture that is wholly explained', () => {
    expect(costOf(motion(Array.from({ length: 100 }, () => 0)), Infinity)).toMatchObject({
      cost: 0,
      unpredictable: 0,
      noise: 0,
    })
  })

  it('does not count noise that is everywhere, and counts what stands out of it', () => {
    const noisy = Array.from({ length: 100 }, () => 2)
    expect(costOf(motion(noisy), 2).cost).toBe(0)
    expect(costOf(motion(noisy.with(0, 42)), 2).cost).toBeCloseTo((42 - 3.75) / 100, 5)
  })

  it('does not take movement everywhere for noise once it knows the camera', () => {
    const moving = motion(Array.from({ length: 100 }, () => 5))
    expect(costOf(moving, 0.2).cost).toBeGreaterThan(3)
  })

  it('learns noise slowly upward, faster downward, and nothing from a repeated picture', () => {
    expect(learnNoise(null, { ...quiet, noise: 0.4 })).toBe(0.4)
    expect(learnNoise(0.4, { ...quiet, noise: 4 })).toBeCloseTo(0.49)
    expect(learnNoise(0.4, { ...quiet, noise: 0.1 })).toBeCloseTo(0.34)
    expect(learnNoise(0.4, { ...quiet, cost: 0, noise: 0 })).toBe(0.4)
  })
})
