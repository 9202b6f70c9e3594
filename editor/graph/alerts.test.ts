import { describe, expect, it } from 'vitest'
import { canEnd, isTrouble, isWaiting, queryOf } from './alerts.ts'

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
