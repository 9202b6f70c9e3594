// Which wires are allowed, and what is said of those that are not.
import { describe, expect, it } from 'vitest'
import { canWire, explainMismatch, kinds } from './kinds.ts'

describe('canWire', () => {
  it('joins equal kinds', () => {
    for (const kind of kinds) expect(canWire(kind, kind)).toBe(true)
  })

  it('lets a message input also take answer, delegation and decision, and nothing else', () => {
    expect(kinds.filter((kind) => canWire(kind, 'message'))).toEqual(['delegation', 'answer', 'message', 'decision'])
  })

  it('never turns a message into something else', () => {
    expect(kinds.filter((kind) => canWire('message', kind))).toEqual(['message'])
  })
})

describe('explainMismatch', () => {
  it('is a sentence for every pair that does not fit', () => {
    for (const from of kinds) {
      for (const to of kinds) {
        expect(explainMismatch(from, to)).toMatch(/^This port sends .+, but that one takes .+\.$/)
      }
    }
  })

  it('speaks of pictures, not of kinds', () => {
    expect(explainMismatch('frames', 'message')).toBe('This port sends pictures, but that one takes a message.')
  })
})
