import { describe, expect, it } from 'vitest'
import { laneOf, leadsBack, wayAround } from './wire-way.ts'

const card = (x: number, y: number, height = 200) => ({ x, y, width: 240, height })
// An agent at 640 answers the model at 320, over a filter that lies between and lower.
const from = { x: 880, y: 30 }
const to = { x: 320, y: 108 }

describe('a wire that leads back', () => {
  it('is told from one that leads on', () => {
    expect(leadsBack(from, to)).toBe(true)
    expect(leadsBack({ x: 240, y: 0 }, { x: 320, y: 0 })).toBe(false)
  })

  it('runs above or below all that lies between, the nearer way', () => {
    const cards = [card(320, 0, 392), card(640, 0)]
    expect(laneOf(from, to, cards)).toBe(-20)
    // Something above it: now below is nearer, under the taller of both.
    expect(laneOf(from, to, [...cards, card(480, -700, 690)])).toBe(412)
    // What lies elsewhere is not looked at.
    expect(laneOf(from, to, [...cards, card(2000, -700, 690)])).toBe(-20)
  })

  it('leaves to the right and arrives from the left', () => {
    const path = wayAround(from, to, 412)
    expect(path.startsWith('M880 30L896 30Q908 30')).toBe(true)
    expect(path.endsWith('L320 108')).toBe(true)
    expect(path).toContain('Q292 412')
    expect(path).not.toContain('NaN')
    expect(wayAround(from, from, from.y)).not.toContain('NaN')
  })
})
