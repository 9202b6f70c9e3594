import { describe, expect, it } from 'vitest'
import type { Rehearsal } from '../views.ts'
import { summaryWords } from './rehearse-words.ts'

const summary = { hits: 0, misses: 0, falseAlarms: 0, medianDelayS: null }
const calm = { clip: 'calm.mp4', progress: 1, checks: [{ kind: 'never', passed: true }], trouble: null }
const away = { ...calm, clip: 'dark.mp4', trouble: '10 of 10 decisions have no answer of the model.' }
const words = (...clips: object[]): string => summaryWords({ clips: clips as Rehearsal['clips'], summary })

describe('what is said of a rehearsal in one sentence', () => {
  it('is no praise where the model was away: silence proves nothing then', () => {
    expect(words(calm)).toBe('No false alarm.')
    expect(words(away)).toBe('1 clip was not seen whole.')
    expect(words(calm, away)).toBe('1 clip was not seen whole. No false alarm.')
  })

  it('says how late what was found mostly was', () => {
    const found = { ...calm, checks: [{ kind: 'expect', passed: true }] } as unknown as Rehearsal['clips'][number]
    expect(summaryWords({ clips: [found], summary: { hits: 2, misses: 1, falseAlarms: 0, medianDelayS: 0.24 } })).toBe(
      '2 of 3 found, mostly after about 0.2 s, no false alarm.',
    )
  })
})
