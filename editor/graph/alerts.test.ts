import { describe, expect, it } from 'vitest'
import { canEnd, foldDeliveries, isTrouble, isWaiting, queryOf } from './alerts.ts'

describe('the inbox', () => {
  it('waits with alerts that nobody has seen', () => {
    expect(isWaiting({ alert: true, acknowledgedAt: null })).toBe(true)
    expect(isWaiting({ alert: true, acknowledgedAt: '2026-01-01' })).toBe(false)
    expect(isWaiting({ alert: false, acknowledgedAt: null })).toBe(false)
  })

  it('knows trouble from what was said', () => {
    expect(isTrouble({ kind: 'stream.lost' })).toBe(true)
    expect(isTrouble({ kind: 'response.given' })).toBe(false)
    const kinds = ['stream.lost', 'model.lost', 'notification.failed', 'response.given'] as const
    expect(kinds.map((kind) => canEnd({ kind }))).toEqual([true, true, false, false])
  })

  it('leaves filtering and finding to the server', () => {
    expect(queryOf('waiting', ' fell  ')).toEqual({ only: 'incidents', q: 'fell' })
    expect(queryOf('seen', '')).toEqual({ only: 'seen-incidents' })
    expect(queryOf('all', '  ')).toEqual({ only: 'any-incidents' })
  })
})

it('shows of many reminders the first and the newest, and everything that has not arrived', () => {
  const sent = (node: string, minute: number, state = 'delivered') => ({
    node,
    state,
    at: new Date(minute * 60_000).toISOString(),
  })
  const all = [sent('a', 1), sent('a', 2), sent('b', 2), sent('a', 3), sent('a', 4), sent('a', 5, 'failed')]
  const { shown, folded } = foldDeliveries(all)
  expect(shown).toEqual([all[0], all[2], all[4], all[5]])
  expect(folded).toBe(2)
  expect(foldDeliveries([])).toEqual({ shown: [], folded: 0 })
})
