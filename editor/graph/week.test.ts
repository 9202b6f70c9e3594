// A painted week and the lines it is kept as say the same.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInside, readSpan } from '../../nodes/contract/hours.ts'
import { dayCount, halves, linesOf, painted, weekOf } from './week.ts'

describe('a week', () => {
  it.each([
    [['daily 22:00-06:00']],
    [['Mon-Fri 22:00-06:00', 'Sat,Sun 00:00-24:00']],
    [['Mon,Wed 08:30-12:00']],
    [['daily 00:00-24:00']],
    [[]],
  ])('keeps the lines of a person: %j', (lines) => {
    expect(weekOf(linesOf(weekOf(lines)))).toEqual(weekOf(lines))
  })

  it('says a night as one line, and alike days together', () => {
    expect(linesOf(weekOf(['daily 22:00-06:00']))).toEqual(['daily 22:00-06:00'])
    expect(linesOf(weekOf(['Mon 08:00-10:00', 'Tue 08:00-10:00', 'Wed 08:00-10:00', 'Fri 08:00-10:00']))).toEqual([
      'Mon-Wed,Fri 08:00-10:00',
    ])
  })

  it('counts a half hour that is inside in part, and nothing of a line that cannot be read', () => {
    const week = weekOf(['Mon 08:10-08:20', 'whenever'])
    expect(week[0]?.map((isIn, half) => (isIn ? half : -1)).filter((half) => half >= 0)).toEqual([16])
  })

  it('paints all between two corners, whichever comes first', () => {
    const week = painted(weekOf([]), { day: 4, half: 20 }, { day: 0, half: 16 }, true)
    expect(linesOf(week)).toEqual(['Mon-Fri 08:00-10:30'])
    expect(linesOf(painted(week, { day: 2, half: 0 }, { day: 2, half: 47 }, false))).toEqual([
      'Mon,Tue,Thu,Fri 08:00-10:30',
    ])
  })

  it('is read by the schedule as it was painted, whatever is painted', () => {
    // 4 January 2027 is a Monday.
    const mondayMs = Date.UTC(2027, 0, 4)
    const weeks = fc.array(fc.array(fc.boolean(), { minLength: halves, maxLength: halves }), {
      minLength: dayCount,
      maxLength: dayCount,
    })
    fc.assert(
      fc.property(weeks, (week) => {
        const lines = linesOf(week)
        expect(weekOf(lines)).toEqual(week)
        const spans = lines.map((line) => readSpan(line)).filter((span) => span !== undefined)
        for (let day = 0; day < dayCount; day++)
          for (let half = 0; half < halves; half += 5)
            expect(isInside(spans, mondayMs + (day * 1440 + half * 30 + 7) * 60_000, 'UTC')).toBe(week[day]?.[half])
      }),
      { numRuns: 40 },
    )
  })
})
