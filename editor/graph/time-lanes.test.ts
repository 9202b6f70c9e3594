import { describe, expect, it } from 'vitest'
import type { TimelineView } from '../views.ts'
import { groupMarks, lanesOf, markBeside, pathOf, stepAt } from './time-lanes.ts'

const from = Date.parse('2026-01-01T00:00:00.000Z')
const instant = (seconds: number): string => new Date(from + seconds * 1000).toISOString()
const mark = (kind: string, atS: number, stream = 'f-cam'): TimelineView['marks'][number] => ({
  id: `${kind}-${atS}`,
  kind,
  flow: 'f',
  stream,
  at: instant(atS),
  text: '',
  alert: kind !== 'answer.received',
  frame: null,
  isSeen: false,
  verdict: null,
})
const timeline: TimelineView = {
  from: instant(0),
  to: instant(100),
  stepS: 10,
  tracks: [
    {
      flow: 'f',
      stream: 'f-cam',
      node: 'model',
      lanes: [
        { action: 'silence', reason: 'model', times: 40, seconds: [10, 10, 10, 10, 0, 0, 0, 0, 0, 0] },
        { action: 'silence', reason: 'cooldown', times: 20, seconds: [0, 0, 0, 0, 9, 10, 0, 0, 0, 0] },
        { action: 'silence', reason: 'camera-lost', times: 20, seconds: [0, 0, 0, 0, 0, 0, 5, 0, 0, 0] },
        { action: 'silence', reason: 'heed-away', times: 1, seconds: [0, 0, 0, 0, 0, 0, 5, 10, 0, 0] },
        { action: 'response', reason: 'model', times: 1, seconds: [0, 0, 0, 0, 1, 0, 0, 0, 0, 0] },
      ],
    },
    {
      flow: 'f',
      stream: 'f-door',
      node: 'model',
      lanes: [{ action: 'silence', reason: 'model', times: 1, seconds: [0, 0, 0, 0, 0, 0, 0, 0, 0, 1] }],
    },
  ],
  marks: [
    mark('answer.received', 95),
    mark('stream.lost', 60),
    mark('response.given', 41),
    mark('stream.lost', 99, 'f-door'),
  ],
  hasMore: false,
}

describe('lanes of the timeline', () => {
  it('part silence into calm, held back and trouble, and are of one camera', () => {
    const { lanes, marks } = lanesOf(timeline, 'f-cam')
    expect(lanes.map(({ id }) => id)).toEqual(['response', 'answer', 'silence', 'held', 'trouble'])
    expect(lanes.find(({ id }) => id === 'trouble')?.shares).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 0, 0])
    expect(lanes.find(({ id }) => id === 'answer')?.shares[9]).toBe(1)
    expect(marks).toHaveLength(3)
    expect(lanesOf(timeline).lanes.find(({ id }) => id === 'silence')?.shares[9]).toBe(0.1)
  })

  it('say of each step what was loudest in it, and why', () => {
    const lanes = lanesOf(timeline, 'f-cam')
    expect(stepAt(lanes, from + 5_000)).toEqual({ lane: 'silence', reason: 'model' })
    expect(stepAt(lanes, from + 45_000)).toEqual({ lane: 'response', reason: 'model' })
    expect(stepAt(lanes, from + 55_000)).toEqual({ lane: 'held', reason: 'cooldown' })
    expect(stepAt(lanes, from + 75_000)).toEqual({ lane: 'trouble', reason: 'heed-away' })
    expect(stepAt(lanes, from + 85_000)).toBeNull()
    expect(stepAt(lanes, from + 500_000)).toBeNull()
  })

  it('are drawn as few shapes: what is alike and beside each other is one, a word is never too thin to see', () => {
    const { lanes } = lanesOf(timeline, 'f-cam')
    const path = (id: string): string => pathOf(lanes.find((lane) => lane.id === id)!)
    expect(path('silence')).toBe('M0.00 1h400.00v-1.00h-400.00z')
    expect(path('response')).toBe('M400.00 1h100.00v-1.00h-100.00z')
    const thin = pathOf({ id: 'response', reasons: [], shares: [...new Array<number>(600).fill(0), 0.01] })
    expect(thin).toContain('h3.00v-1.00')
  })

  it('lead from what happened to what happened before and after', () => {
    const { marks } = lanesOf(timeline, 'f-cam')
    expect(markBeside(marks, from + 41_000, 'after')?.at).toBe(instant(60))
    expect(markBeside(marks, from + 60_000, 'before')?.at).toBe(instant(41))
    expect(markBeside(marks, from, 'before')).toBeNull()
  })

  it('lays marks that would cover each other into one, which looks like the alert nobody has seen', () => {
    const seen = { ...mark('response.given', 41), isSeen: true }
    const groups = groupMarks(
      [mark('answer.received', 95), mark('response.given', 40), seen, mark('answer.received', 44)],
      10_000,
    )
    expect(groups.map(({ lead, all }) => [lead.at, all.length])).toEqual([
      [instant(40), 3],
      [instant(95), 1],
    ])
    // A chain of close marks ends where one mark's width does, else an hour of them would be one.
    expect(
      groupMarks(
        [0, 6, 12, 18].map((at) => mark('response.given', at)),
        10_000,
      ).map(({ all }) => all.length),
    ).toEqual([2, 2])
    expect(groupMarks([mark('response.given', 1), mark('response.given', 2)], 0)).toHaveLength(2)
  })
})
