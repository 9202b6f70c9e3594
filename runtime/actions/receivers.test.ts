import { describe, expect, it } from 'vitest'
import { clockTime, Receivers } from './receivers.ts'

const limits = { places: 2, patience: 3, firstPauseMs: 5_000, longestPauseMs: 60_000 }

function opened(): { receivers: Receivers; at: { nowMs: number } } {
  const at = { nowMs: Date.UTC(2026, 0, 5, 13, 35) }
  return { at, receivers: new Receivers({ clock: { nowMs: () => at.nowMs }, random: () => 1 }, limits) }
}

/** Three tries that the receiver does not answer. */
function silence(receivers: Receivers, name: string, atMs: number): void {
  for (const id of ['a', 'b', 'c']) {
    receivers.enter(name, id)
    receivers.leave(name, atMs, false)
  }
}

describe('receivers', () => {
  it('gives one receiver its places and no more, while another has its own', () => {
    const { receivers } = opened()
    expect([receivers.enter('hangs', 'a'), receivers.enter('hangs', 'b')]).toEqual([undefined, undefined])
    expect(receivers.enter('hangs', 'c')?.reason).toBe('Waits for its turn: 2 others are on their way to hangs.')
    expect(receivers.enter('healthy', 'd')).toBeUndefined()
  })

  it('calls those who waited longest once a place is free', () => {
    const { receivers, at } = opened()
    for (const id of ['a', 'b', 'c', 'd']) receivers.enter('busy', id)
    expect(receivers.leave('busy', at.nowMs, true)).toEqual(['c'])
    expect(receivers.leave('busy', at.nowMs, true)).toEqual(['d'])
  })

  it('leaves one alone that has not answered three times, and says since when and until when', () => {
    const { receivers, at } = opened()
    silence(receivers, 'hook.example.org', at.nowMs)
    const since = clockTime(at.nowMs)
    expect(receivers.enter('hook.example.org', 'd')).toEqual({
      afterMs: 5_000,
      reason: `hook.example.org has not answered since ${since}; trying again at ${since}.`,
      silence: { sinceMs: at.nowMs, retryAtMs: at.nowMs + 5_000 },
    })
    expect(receivers.silent).toHaveLength(1)
  })

  it('lets one try find out whether it is back, waits longer when it is not, and lets all come when it is', () => {
    const { receivers, at } = opened()
    silence(receivers, 'hook', at.nowMs)
    receivers.enter('hook', 'd')
    at.nowMs += 5_000
    expect(receivers.enter('hook', 'e')).toBeUndefined()
    expect(receivers.enter('hook', 'f')?.reason).toContain('trying again now')
    expect(receivers.leave('hook', at.nowMs, false)).toEqual([])
    expect(receivers.enter('hook', 'e')?.afterMs).toBe(10_000)
    at.nowMs += 10_000
    expect(receivers.enter('hook', 'e')).toBeUndefined()
    expect(receivers.leave('hook', at.nowMs, true)).toEqual(['d', 'f'])
    expect(receivers.silent).toEqual([])
  })

  it('learns nothing from a try that was cut off by ourselves', () => {
    const { receivers, at } = opened()
    silence(receivers, 'hook', at.nowMs)
    at.nowMs += 5_000
    receivers.enter('hook', 'd')
    receivers.leave('hook', at.nowMs, undefined)
    expect(receivers.enter('hook', 'e')).toBeUndefined()
  })
})
