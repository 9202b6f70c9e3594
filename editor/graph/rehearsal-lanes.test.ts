import { describe, expect, it } from 'vitest'
import type { Decision } from '../../nodes/contract/events.ts'
import type { RehearsedCheck, RehearsedClip } from '../views.ts'
import { checkPairs, differencesOf } from './rehearsal-compare.ts'
import { axisSeconds, lanesOf, lastBefore, monthOf, nextMark } from './rehearsal-lanes.ts'

const decision = (mediaTimeS: number, rest: Partial<Decision> = {}): Decision => ({
  tick: mediaTimeS + 1,
  at: '2026-05-01T08:00:00.000Z',
  mediaTimeS,
  node: 'model',
  action: 'silence',
  reason: 'model',
  text: '',
  latencyMs: 5,
  frameKind: 'I',
  visualTokens: 70,
  fullRateTokens: 70,
  ...rest,
})
const check = (rest: Partial<RehearsedCheck>): RehearsedCheck => ({
  kind: 'expect',
  passed: true,
  delayS: 1,
  action: 'response',
  within: [2, 5],
  textMatches: null,
  found: { mediaTimeS: 3, text: 'Fallen.' },
  ...rest,
})
const sent = (mediaTimeS: number, text: string) => ({
  mediaTimeS,
  node: 'tell',
  type: 'notification',
  channel: 'email',
  to: 'ana',
  text,
})
const clip = (rest: Partial<RehearsedClip>): RehearsedClip => ({ clip: 'a.mp4', progress: 1, mediaS: 10, ...rest })

describe('the lanes of a rehearsed clip', () => {
  it('tell what was said, asked and sent in the order of time, and why it was silent in between', () => {
    const lanes = lanesOf(
      clip({
        decisions: [
          decision(0, { reason: 'no-instruction' }),
          decision(3, { seconds: 3 }),
          decision(4, { action: 'response', text: 'Fallen.' }),
          decision(5, { action: 'delegate', text: 'Let me ask.', question: 'What is it?' }),
          decision(6, { reason: 'duplicate' }),
          decision(7),
          decision(8),
        ],
        captured: [{ ...sent(4, 'Fallen.'), title: 'Fall', answer: 'A kettle.' }],
      }),
    )
    expect(lanes.marks.map(({ answer, atS, lane, text, to }) => [lane, atS, text, to, answer])).toEqual([
      ['said', 4, 'Fallen.', '', ''],
      ['sent', 4, 'Fall: Fallen.', 'email to ana', 'A kettle.'],
      ['asked', 5, 'What is it?', '', ''],
    ])
    expect(lanes.silent).toEqual([
      { fromS: 0, toS: 1, reason: 'no-instruction' },
      { fromS: 1, toS: 4, reason: 'model' },
      { fromS: 6, toS: 7, reason: 'duplicate' },
      { fromS: 7, toS: 9, reason: 'model' },
    ])
  })

  it('let the trouble of one model count where another has nothing to say', () => {
    const { silent } = lanesOf(
      clip({ decisions: [decision(0), decision(0, { node: 'b', reason: 'model-unreachable' }), decision(1)] }),
    )
    expect(silent).toEqual([
      { fromS: 0, toS: 1, reason: 'model-unreachable' },
      { fromS: 1, toS: 2, reason: 'model' },
    ])
  })

  it('are one calm stretch where pictures are only about a second apart', () => {
    const { silent } = lanesOf(clip({ decisions: [0.04, 1.04, 2.08, 3.12].map((atS) => decision(atS)) }))
    expect(silent).toEqual([{ fromS: 0.04, toS: 4.12, reason: 'model' }])
  })

  it('show tests as windows with what came of them, none longer than the clip', () => {
    const { lengthS, windows } = lanesOf(
      clip({
        checks: [
          check({}),
          check({ passed: false, within: [8, 30], found: null, delayS: null }),
          check({ kind: 'never', within: null, found: null, delayS: null }),
          check({ kind: 'never', passed: false, within: [0, 2] }),
        ],
      }),
      12.5,
    )
    expect(lengthS).toBe(12.5)
    expect(windows.map(({ fromS, foundS, result, toS }) => [result, fromS, toS, foundS])).toEqual([
      ['hit', 2, 5, 3],
      ['missed', 8, 12.5, null],
      ['quiet', 0, 12.5, null],
      ['false-alarm', 0, 2, 3],
    ])
  })

  it('find what stands under the cursor and what comes next', () => {
    const { marks } = lanesOf(clip({ captured: [sent(2, 'a'), sent(6, 'b')] }))
    expect(lastBefore(marks, 5, 4)?.text).toBe('a')
    expect(lastBefore(marks, 6, 4)?.text).toBe('b')
    expect(lastBefore(marks, 1, 4)).toBeUndefined()
    expect([nextMark(marks, 2, 1), nextMark(marks, 6, -1), nextMark(marks, 6, 1)]).toEqual([6, 2, undefined])
  })

  it('bear times that people count in', () => {
    expect(axisSeconds(7, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(axisSeconds(60, 6)).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(axisSeconds(3600, 6)).toEqual([0, 600, 1200, 1800, 2400, 3000, 3600])
    expect(axisSeconds(100_000, 4)).toEqual([0, 25_200, 50_400, 75_600])
  })

  it('say what a month of one camera would ask, and nothing where nothing was seen', () => {
    const clips = [clip({ tokens: 700, modelMs: 500, mediaS: 10 })]
    expect(monthOf({ clips })).toEqual({ tokens: 181_440_000, modelHours: 36, share: 5 })
    expect(monthOf({ clips: [clip({ mediaS: 0 })] })).toBeNull()
  })
})

describe('two rehearsals of a clip', () => {
  it('differ where one says what the other does not, says it later, or in other words', () => {
    const before = lanesOf(
      clip({ captured: [sent(1, 'same'), sent(3, 'late'), sent(5, 'old words'), sent(9, 'gone')] }),
    )
    const after = lanesOf(clip({ captured: [sent(1, 'same'), sent(4, 'late'), sent(6, 'new words'), sent(0, 'new')] }))
    expect(
      differencesOf(before, after).map(({ after: now, atS, before: then, kind }) => [kind, atS, then?.text, now?.text]),
    ).toEqual([
      ['new', 0, undefined, 'new'],
      ['moved', 3, 'late', 'late'],
      ['changed', 5, 'old words', 'new words'],
      ['gone', 9, 'gone', undefined],
    ])
    expect(differencesOf(after, after)).toEqual([])
  })

  it('have their tests side by side, twins and those of one alone too', () => {
    const twin = check({})
    const only = check({ action: 'delegate' })
    const missed = check({ passed: false })
    expect(checkPairs([twin, twin, only], [missed, twin])).toEqual([
      { check: missed, before: twin, after: missed },
      { check: twin, before: twin, after: twin },
      { check: only, before: only, after: null },
    ])
  })
})
