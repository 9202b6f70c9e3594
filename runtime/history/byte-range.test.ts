import { describe, expect, it } from 'vitest'
import { readRange } from './byte-range.ts'

describe('readRange', () => {
  it.each([
    ['bytes=0-', { from: 0, to: 99 }],
    ['bytes=10-19', { from: 10, to: 19 }],
    ['bytes=-5', { from: 95, to: 99 }],
    ['bytes=90-500', { from: 90, to: 99 }],
    ['bytes=100-', null],
    ['bytes=20-10', null],
    [undefined, undefined],
    ['bytes=0-1,5-6', undefined],
    ['lines=1-2', undefined],
    ['bytes=-', undefined],
  ])('reads %j of 100 bytes', (header, part) => {
    expect(readRange(header, 100)).toEqual(part)
  })
})
