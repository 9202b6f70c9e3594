import { expect, it } from 'vitest'
import { longestPassText, notePass, writeReason, type WirePass } from './trace.ts'

it('writes a reason out of its values, durations and times as people say them', () => {
  const timeOf = (iso: string) => iso.slice(11, 16)
  const sentence = 'Held until {opensAt}: quiet for {quietMs} after {what}, {unknown}.'
  const params = { opensAt: '2026-01-01T14:03:00.000Z', quietMs: 30_000, what: '{quietMs}' }
  expect(writeReason(sentence, params, timeOf)).toBe('Held until 14:03: quiet for 30 s after {quietMs}, {unknown}.')
})

it('keeps of a wire what passed last, cut short, and how many', () => {
  const passes = new Map<string, WirePass>()
  for (const text of ['one', 'x'.repeat(500)]) notePass(passes, 'a.out', 'b.in', { eventId: text.slice(0, 3), text })
  expect([...passes.values()]).toEqual([
    { from: 'a.out', to: 'b.in', eventId: 'xxx', text: 'x'.repeat(longestPassText), count: 2 },
  ])
})
