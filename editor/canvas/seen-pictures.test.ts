// A second that is looked at again: the nearest picture, and none where none was seen.
import { expect, it } from 'vitest'
import { keep, seenAt } from './seen-pictures.ts'

it('finds the picture nearest to a moment, for a minute, and none of a moment that nobody saw', () => {
  for (let second = 0; second < 100; second++) keep('hall', { atMs: second * 1000, source: `picture ${second}` })
  expect(seenAt('hall', 70_400)).toBe('picture 70')
  expect(seenAt('hall', 70_600)).toBe('picture 71')
  expect(seenAt('hall', 101_000)).toBeNull()
  expect(seenAt('hall', 20_000)).toBeNull()
  expect(seenAt('yard', 70_400)).toBeNull()
})
