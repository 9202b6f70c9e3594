// The prediction cost of a picture: how much of it its predecessor does not explain. Pure arithmetic on a motion field.
import type { Motion } from './motion.ts'

export interface PredictionCost {
  /** Grey levels per pixel beyond noise, over the whole picture. 0 for a picture that is wholly predictable. */
  cost: number
  /** Share of macroblocks with little in common with anything before, 0 to 1: a scene cut when most are. */
  unpredictable: number
  /** The camera's noise as this picture shows it, in grey levels. */
  noise: number
  /** How far the light over the whole picture moved, in grey levels at middle grey; up is brighter. */
  lightStep: number
}

/** What compression and sampling leave in a block that has not changed at all. */
const floorLevels = 0.75
/** Noise varies from block to block: this much above its lower quartile is noise still. */
const noiseFactor = 1.5
/** No camera worth watching is noisier: beyond this it is change. */
const mostNoise = 6
const unpredictableLevels = 8

/**
 * `usualNoise` is what the stream has shown so far: when all of a picture moves, its quietest quarter moves too, and would
 * pass for noise.
 */
export function costOf(motion: Motion, usualNoise: number): PredictionCost {
  const noise = Math.min(mostNoise, lowerQuartile(motion.residuals))
  const allowed = floorLevels + noiseFactor * Math.min(noise, usualNoise)
  let sum = 0
  let unpredictable = 0
  for (const residual of motion.residuals) {
    sum += Math.max(0, residual - allowed)
    if (residual > allowed + unpredictableLevels) unpredictable++
  }
  const { gain, offset } = motion.light
  const blocks = motion.residuals.length
  return { cost: sum / blocks, unpredictable: unpredictable / blocks, noise, lightStep: offset + (gain - 1) * 128 }
}

/**
 * What the stream's noise is after one more picture. It rises slowly, for much movement looks like noise, and falls faster. A
 * picture without any difference is a repeated one and says nothing.
 */
export function learnNoise(usual: number | null, seen: PredictionCost): number | null {
  if (seen.noise === 0 && seen.cost === 0) return usual
  if (usual === null) return seen.noise
  return seen.noise < usual ? usual + 0.2 * (seen.noise - usual) : Math.min(seen.noise, usual * 1.1 + 0.05)
}

function lowerQuartile(values: Float32Array): number {
  const sorted = Float32Array.from(values).sort()
  return sorted[sorted.length >> 2] ?? 0
}
