import { expect, it } from 'vitest'
import { headingsInClockTime, inClockTime, picturesFor, timeRanges } from './model-clock.ts'

const began = { mediaTimeS: 0, atMs: new Date(2026, 0, 1, 14, 5).getTime() }
const request = (mediaTimeS: number, seconds = 1) => ({
  picture: { width: 1, height: 1, jpeg: new Uint8Array() },
  kind: 'I' as const,
  mediaTimeS,
  atMs: 0,
  tick: 1,
  instruction: '',
  persona: 'default' as const,
  seconds,
})

it.each([
  ['0.0 seconds-99.0 seconds', 'from 14:05 to 14:06'],
  ['0.0s-50.0s', 'at 14:05'],
  ['<0-59>', 'at 14:05'],
  ['3600.0 seconds ~ 3601.0 seconds', 'at 15:05'],
  ['at 09:30', 'at 09:30'],
  ['', ''],
])('tells the hour of %j', (range, words) => {
  expect(inClockTime(range, began)).toBe(words)
})

it('tells the hours of the blocks in a long-term memory, and leaves what it cannot read', () => {
  expect(headingsInClockTime('<0.0 seconds-499.0 seconds>\nA man sleeps.\n<500.0-510.0> He <wakes> up.', began)).toBe(
    'from 14:05 to 14:13: A man sleeps.\nat 14:13: He <wakes> up.',
  )
  expect(inClockTime('0.0s-50.0s', undefined)).toBe('0.0s-50.0s')
})

it('counts a picture for each missed second, at most five, and none for one that is a little late', () => {
  expect([3, 3.6, 4, 4.9, 5, 9, 60].map((second) => picturesFor(request(second), began, 3))).toEqual([
    1, 1, 2, 2, 3, 5, 5,
  ])
  expect(picturesFor(request(3, 3), began, 3)).toBe(3)
  expect(picturesFor(request(3, 3), undefined, 0)).toBe(3)
})

it('puts the true second beside each picture, the newest last', () => {
  expect(timeRanges(request(1.5), 3)).toEqual([
    '0.0 seconds ~ 1.0 seconds',
    '0.5 seconds ~ 1.5 seconds',
    '1.5 seconds ~ 2.5 seconds',
  ])
})
