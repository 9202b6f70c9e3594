import { describe, expect, it } from 'vitest'
import { alignBoxes, distributeBoxes, type Box, type Line } from './arrange.ts'

const boxes = new Map<string, Box>([
  ['a', { x: 0, y: 100, width: 240, height: 100 }],
  ['b', { x: 300, y: 0, width: 240, height: 200 }],
  ['c', { x: 1000, y: 40, width: 300, height: 60 }],
])
const along = (line: Line, axis: 'x' | 'y') => [...alignBoxes(boxes, line).values()].map((place) => place[axis])

describe('lining up', () => {
  it.each([
    ['left', 'x', [0, 0, 0]],
    ['right', 'x', [1060, 1060, 1000]],
    ['center', 'x', [530, 530, 500]],
    ['top', 'y', [0, 0, 0]],
    ['bottom', 'y', [100, 0, 140]],
    ['middle', 'y', [50, 0, 70]],
  ] as const)('by their %s', (line, axis, wanted) => {
    expect(along(line, axis)).toEqual(wanted)
    const other = axis === 'x' ? 'y' : 'x'
    expect(along(line, other)).toEqual([...boxes.values()].map((box) => box[other]))
  })
})

describe('spreading', () => {
  it('leaves the same space between neighbours, the first and the last where they are', () => {
    // 1300 wide, 780 of it cards: 260 between each two.
    expect([...distributeBoxes(boxes, 'x')].map(([id, { x }]) => [id, x])).toEqual([
      ['a', 0],
      ['b', 500],
      ['c', 1000],
    ])
  })

  it('moves nothing of two', () => {
    const two = new Map([...boxes].slice(0, 2))
    expect([...distributeBoxes(two, 'y').values()]).toEqual([
      { x: 0, y: 100 },
      { x: 300, y: 0 },
    ])
  })
})
