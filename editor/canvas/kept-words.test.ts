import { expect, it } from 'vitest'
import { keptWords } from './kept-words.ts'

it('says how much is kept of a camera, or why nothing is', () => {
  const kept = { fromAt: '2026-05-01T08:00:00.000Z', bytes: 310_000_000, forMs: 7_200_000, trouble: null }
  expect(keptWords(undefined)).toBeNull()
  expect(keptWords(kept)).toBe('Keeps the last 2 hours for rehearsal, 310.0 MB')
  expect(keptWords({ ...kept, forMs: 3_600_000 })).toBe('Keeps the last hour for rehearsal, 310.0 MB')
  expect(keptWords({ ...kept, forMs: 900_000 })).toBe('Keeps the last 15 minutes for rehearsal, 310.0 MB')
  expect(keptWords({ ...kept, trouble: 'The disk is full.' })).toBe('The disk is full.')
})
