import { describe, expect, it } from 'vitest'
import { clipBox, isIn, pasteOffset } from './paste-place.ts'

const seen = { x: 1000, y: 500, width: 800, height: 600 }
const sight = { seen, pointer: null, times: 0, isFromHere: false }
const moved = (box: typeof seen, { x, y }: { x: number; y: number }) => ({ ...box, x: box.x + x, y: box.y + y })

describe('a pasted clip', () => {
  const away = { x: -4000, y: 9000, width: 300, height: 200 }

  it('from elsewhere lands in the middle of what is seen, or around the pointer', () => {
    expect(moved(away, pasteOffset(away, sight))).toEqual({ x: 1250, y: 700, width: 300, height: 200 })
    expect(moved(away, pasteOffset(away, { ...sight, pointer: { x: 1200, y: 900 } }))).toMatchObject({
      x: 1050,
      y: 800,
    })
  })

  it('stays whole in view when the pointer is at the edge', () => {
    const placed = moved(away, pasteOffset(away, { ...sight, pointer: { x: 1795, y: 505 } }))
    expect(placed).toMatchObject({ x: 1500, y: 500 })
  })

  it('does not cover the one pasted before it', () => {
    expect(moved(away, pasteOffset(away, { ...sight, times: 2 }))).toMatchObject({ x: 1314, y: 764 })
  })

  it('lies a step beside what it was copied from while that is in view, and comes into view when it is not', () => {
    const near = { x: 1100, y: 600, width: 300, height: 200 }
    expect(pasteOffset(near, { ...sight, isFromHere: true, pointer: { x: 1700, y: 1000 } })).toEqual({ x: 32, y: 32 })
    expect(pasteOffset(near, { ...sight, isFromHere: true, times: 1 })).toEqual({ x: 64, y: 64 })
    expect(isIn(moved(away, pasteOffset(away, { ...sight, isFromHere: true })), seen)).toBe(true)
  })

  it('begins at the corner when it is larger than the window', () => {
    const large = { x: 0, y: 0, width: 3000, height: 2000 }
    expect(pasteOffset(large, sight)).toEqual({ x: 1032, y: 532 })
  })

  it('takes up the room of its cards and notes', () => {
    const note = { id: 'n', text: '', position: { x: -100, y: 40 } }
    expect(clipBox({ format: 'heed.clip/1', nodes: [], wires: [], notes: [note] }, new Map())).toEqual({
      x: -100,
      y: 40,
      width: 240,
      height: 120,
    })
  })
})
