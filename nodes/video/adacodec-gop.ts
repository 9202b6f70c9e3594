// Decides which pictures are sent full (I) and which small (P): the adaptive group of pictures. Pure; state is plain JSON.
import type { PredictionCost } from './adacodec-cost.ts'

export type PresetName = 'economy' | 'balanced' | 'detail'

export interface Preset {
  /** Cost, in grey levels per pixel, from which a picture is worth sending full. */
  threshold: number
  /** While things go on changing, a full picture every so many at most; a sudden change is always sent full. */
  minGop: number
  maxGopS: number
}

// With 302 tokens for a full 640x480 picture and 72 for a small one, a full picture every 66 s or less often keeps a still
// scene at a quarter of the full rate: all three stay above that.
export const presets: Record<PresetName, Preset> = {
  economy: { threshold: 0.6, minGop: 4, maxGopS: 300 },
  balanced: { threshold: 0.25, minGop: 2, maxGopS: 120 },
  detail: { threshold: 0.12, minGop: 1, maxGopS: 75 },
}

export type Cause = 'first' | 'cut' | 'change' | 'drift' | 'light' | 'gap' | 'age'

export interface Gop {
  /** Pictures since the last full one, and the seconds they took. */
  pictures: number
  ageS: number
  /** The last full picture's own cost: what "sudden" is measured against. */
  lastCost: number
}

export const newGop: Gop = { pictures: 0, ageS: 0, lastCost: 0 }

/** What is known of a picture. `since` compares it with the last full one, where that was looked at. */
export interface Evidence {
  step: PredictionCost
  since: PredictionCost | null
  elapsedS: number
}

const cutShare = 0.5
/** Against the last full picture a body at rest drifts a little: only this many times the threshold is a change. */
const driftFactor = 2
const sudden = 1.5
/** A light switched on, a dusk gone by. */
const lightLevels = 30
const longestGapS = 5

/** Why this picture must be sent full, or null when a small one does. */
export function causeOfFull(gop: Gop, evidence: Evidence | null, preset: Preset): Cause | null {
  if (!evidence) return 'first'
  const { step, since, elapsedS } = evidence
  if (elapsedS < 0 || elapsedS > longestGapS) return 'gap'
  if (step.unpredictable >= cutShare) return 'cut'
  const rests = gop.pictures + 1 < preset.minGop && step.cost < sudden * gop.lastCost
  if (!rests && step.cost >= preset.threshold) return 'change'
  if (!rests && since && since.cost >= driftFactor * preset.threshold) return 'drift'
  if (Math.abs(step.lightStep) >= lightLevels || (since && Math.abs(since.lightStep) >= lightLevels))
    return rests ? null : 'light'
  return gop.ageS + elapsedS >= preset.maxGopS ? 'age' : null
}

/** The group after a picture was sent, full or small. */
export function advanceGop(gop: Gop, isFull: boolean, evidence: Evidence | null): Gop {
  if (isFull) return { pictures: 0, ageS: 0, lastCost: evidence?.step.cost ?? 0 }
  return { pictures: gop.pictures + 1, ageS: gop.ageS + (evidence?.elapsedS ?? 0), lastCost: gop.lastCost }
}
