import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import { isInside, readSpan } from '../contract/hours.ts'
import schedule from './schedule.ts'

const inside = (lines: string[], at: string, zone = 'Europe/Berlin'): boolean =>
  isInside(
    lines.flatMap((line) => readSpan(line) ?? []),
    Date.parse(at),
    zone,
  )

describe('hours', () => {
  it('belong to the day on which they begin, past midnight too', () => {
    // 2026-06-05 is a Friday; Berlin is two hours ahead of UTC.
    const night = ['Mon-Fri 22:00-06:00']
    expect(inside(night, '2026-06-05T19:59:00Z')).toBe(false)
    expect(inside(night, '2026-06-05T20:00:00Z')).toBe(true)
    expect(inside(night, '2026-06-06T03:59:00Z')).toBe(true)
    expect(inside(night, '2026-06-06T04:00:00Z')).toBe(false)
    expect(inside(night, '2026-06-06T21:00:00Z')).toBe(false)
    expect(inside(night, '2026-06-08T03:00:00Z')).toBe(false)
    expect(inside(['Sat,Sun 00:00-24:00'], '2026-06-07T21:59:59Z')).toBe(true)
    expect(inside(['Sat,Sun 00:00-24:00'], '2026-06-07T22:00:00Z')).toBe(false)
    expect(inside(['Fri-Mon 10:00-11:00'], '2026-06-07T08:30:00Z')).toBe(true)
  })

  it('go by the clock on the wall when clocks change', () => {
    // Berlin: at 01:00 UTC on 2026-03-29 it becomes 03:00, on 2026-10-25 it becomes 02:00 again.
    const line = ['daily 02:30-03:30']
    expect(['00:59', '01:00', '01:29', '01:30'].map((time) => inside(line, `2026-03-29T${time}:00Z`))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(
      ['00:29', '00:30', '01:00', '01:30', '02:29', '02:30'].map((time) => inside(line, `2026-10-25T${time}:00Z`)),
    ).toEqual([false, true, false, true, true, false])
    expect(inside(['Sun 08:00-09:00'], '2026-03-29T06:30:00Z')).toBe(true)
    expect(inside(['Sun 08:00-09:00'], '2026-10-25T07:30:00Z')).toBe(true)
  })

  it('hold at every minute of a week for exactly as long as they say', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.integer({ min: 0, max: 1440 }),
        (day, from, to) => {
          const clock = (minute: number): string =>
            `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
          const span = readSpan(
            `${['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][day] ?? ''} ${clock(from)}-${clock(to)}`,
          )
          const monday = Date.parse('2026-06-01T00:00:00Z')
          let minutes = 0
          for (let minute = 0; minute < 10_080; minute += 60)
            if (span && isInside([span], monday + (minute + (from % 60)) * 60_000, 'UTC')) minutes++
          const length = from < to ? to - from : to - from + 1440
          expect(Math.abs(minutes * 60 - length)).toBeLessThan(60)
        },
      ),
      { numRuns: 50 },
    )
  })

  it.each([
    'Mon–Fri 22:00–06:00',
    'Mon—Fri 22:00—06:00',
    'Mon – Fri 22:00 – 06:00',
    'Mon to Fri 22:00 to 06:00',
    'Mondays to Fridays 22:00-06:00',
    'Mon,Tues,Wednesday,Thurs,Fri 22:00-06:00',
    'mon-fri 22:00to06:00',
    'Monday－Friday ２２：００－０６：００',
    'Mon‑Fri 22:00−06:00',
    'Mon~Fri 22:00～06:00',
    'Mon、Tue、Wed、Thu，Fri 22:00〜06:00',
    '\u00a0Mon–Fri\u202f22:00–06:00 ',
  ])('are read as people and their phones write them: %s', (line) => {
    expect(readSpan(line)).toEqual(readSpan('Mon-Fri 22:00-06:00'))
  })

  it.each([
    '',
    'Tor-Fri 10:00-11:00',
    'Monto Fri 10:00-11:00',
    'Mon Fri 10:00-11:00',
    'Mo 10:00-11:00',
    'sometimes',
    'Mon 25:00-26:00',
    'Mon 10:00',
    'Foo 10:00-11:00',
    'Mon-Tue-Wed 10:00-11:00',
    'Mon 24:00-01:00',
    '10:61-11:00',
  ])('cannot be read from "%s"', (line) => {
    expect(readSpan(line)).toBeUndefined()
  })
})

describe('schedule', () => {
  it('lets messages through at its hours and counts the others, inside or outside', async () => {
    const clock = fakeClock()
    const hour = new Date(clock.nowMs()).getUTCHours()
    const now = `daily ${String(hour).padStart(2, '0')}:00-${String(hour + 1).padStart(2, '0')}:00`
    const open = testNode(schedule, { config: { hours: [now] } })
    expect((await open.tick({ message: [testMessage('a')] })).message).toHaveLength(1)
    const shut = testNode(schedule, { config: { hours: [now], let: 'outside' } })
    expect(await shut.tick({ message: [testMessage('a')] })).toMatchObject({ held: [{ text: 'a' }] })
    expect(shut.status).toEqual({
      text: 'Closed at this hour',
      tone: 'ok',
      data: { open: false, held: 1, reason: 'schedule' },
    })
  })

  it('says which line or zone cannot be read', () => {
    expect(
      testNode(schedule, { config: { hours: ['daily 08:00-20:00', 'whenever'], timeZone: 'Mars' } }).check(),
    ).toMatchObject([
      { code: 'SCHEDULE_HOURS_WRONG', field: 'hours.1' },
      { code: 'SCHEDULE_ZONE_UNKNOWN', field: 'timeZone' },
    ])
    expect(testNode(schedule, { config: { hours: [] } }).check()).toMatchObject([{ code: 'SCHEDULE_HOURS_EMPTY' }])
    expect(testNode(schedule).check()).toEqual([])
  })
})
