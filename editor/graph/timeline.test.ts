import { describe, expect, it } from 'vitest'
import type { StreamDecision } from '../views.ts'
import { mergeDecisions, spansOf } from './timeline.ts'

function decision(tick: number, change: Partial<StreamDecision> = {}): StreamDecision {
  return {
    tick,
    at: new Date(1_700_000_000_000 + tick * 1000).toISOString(),
    mediaTimeS: tick,
    node: 'model',
    action: 'silence',
    reason: 'model',
    text: '',
    latencyMs: 40,
    frameKind: 'P',
    visualTokens: 72,
    fullRateTokens: 302,
    stream: 's',
    ...change,
  }
}

describe('timeline', () => {
  it('gathers calm seconds into one span, newest first, and lets every word stand alone', () => {
    const spans = spansOf(
      [4, 1, 2, 3].map((tick) => decision(tick, tick === 3 ? { action: 'response', text: 'Fell.' } : {})),
    )
    expect(spans.map(({ first, ticks }) => [first.tick, first.action, ticks])).toEqual([
      [4, 'silence', 1],
      [3, 'response', 1],
      [1, 'silence', 2],
    ])
  })

  it('tells silences with different reasons apart', () => {
    expect(
      spansOf([decision(1), decision(2, { reason: 'camera-lost' }), decision(3, { reason: 'camera-lost' })]).map(
        (span) => span.ticks,
      ),
    ).toEqual([2, 1])
  })

  it('holds each decision once and only the newest', () => {
    const merged = mergeDecisions([decision(1), decision(2)], [decision(2), decision(3)], 2)
    expect(merged.map(({ tick }) => tick)).toEqual([2, 3])
  })
})
