// A week as half hours that can be painted, and as the lines that a schedule keeps ("Mon-Fri 22:00-06:00"). Pure.
import { readSpan, shortDays as names } from '../../nodes/contract/hours.ts'

/** By day, Monday first: whether each half hour is inside. */
export type Week = readonly (readonly boolean[])[]
export const halves = 48
export const dayCount = 7

const fill = (inside: (day: number, half: number) => boolean): Week =>
  Array.from({ length: dayCount }, (_, day) => Array.from({ length: halves }, (_, half) => inside(day, half)))

/** What the lines leave open; a half hour of which only a part is inside is inside. Lines that cannot be read are nothing. */
export function weekOf(lines: readonly string[]): Week {
  const spans = lines.flatMap((line) => readSpan(line) ?? [])
  return fill((day, half) => {
    const [from, to] = [half * 30, half * 30 + 30]
    return spans.some(({ days, fromMinute, toMinute }) => {
      const isOver = toMinute <= fromMinute
      const today = days.includes(day) && to > fromMinute && (isOver || from < toMinute)
      return today || (isOver && days.includes((day + 6) % dayCount) && from < toMinute)
    })
  })
}

interface Run {
  day: number
  from: number
  /** At or before `from` where it ends on the next day. */
  to: number
}

/** Each stretch that is inside, one that goes on after midnight as one. */
function runsOf(week: Week): Run[] {
  const runs = week.flatMap((row, day) =>
    row.flatMap((isIn, from): Run[] => {
      if (!isIn || row[from - 1] === true) return []
      const end = row.findIndex((each, half) => half > from && !each)
      return [{ day, from, to: end === -1 ? halves : end }]
    }),
  )
  const isWhole = ({ from, to }: Run): boolean => from === 0 && to === halves
  const morningOf = (day: number): Run | undefined =>
    runs.find((run) => run.day === day && run.from === 0 && !isWhole(run))
  const joined = new Set<Run>()
  const nights = runs.map((run) => {
    const next = run.to === halves && !isWhole(run) ? morningOf((run.day + 1) % dayCount) : undefined
    // Longer than a day in one line would be read as shorter.
    if (!next || next.to > run.from) return run
    joined.add(next)
    return { ...run, to: next.to }
  })
  return nights.filter((_, index) => !joined.has(runs[index] as Run))
}

function daysWritten(days: readonly number[]): string {
  if (days.length === dayCount) return 'daily'
  const parts: string[] = []
  for (let index = 0; index < days.length;) {
    let last = index
    while (days[last + 1] === (days[last] ?? 0) + 1) last++
    const [first, end] = [names[days[index] ?? 0], names[days[last] ?? 0]]
    parts.push(...(last - index > 1 ? [`${first}-${end}`] : last > index ? [`${first}`, `${end}`] : [`${first}`]))
    index = last + 1
  }
  return parts.join(',')
}

const clock = (half: number): string => `${String(Math.floor(half / 2)).padStart(2, '0')}:${half % 2 ? '30' : '00'}`

/** The fewest lines that say the same. */
export function linesOf(week: Week): string[] {
  const alike = Map.groupBy(runsOf(week), ({ from, to }) => `${clock(from)}-${clock(to)}`)
  return [...alike].map(([time, runs]) => `${daysWritten(runs.map(({ day }) => day).sort((a, b) => a - b))} ${time}`)
}

export interface Cell {
  day: number
  half: number
}

/** The week with all between two corners painted. */
export function painted(week: Week, a: Cell, b: Cell, inside: boolean): Week {
  const between = (x: number, one: number, other: number): boolean =>
    x >= Math.min(one, other) && x <= Math.max(one, other)
  return fill((day, half) =>
    between(day, a.day, b.day) && between(half, a.half, b.half) ? inside : week[day]?.[half] === true,
  )
}
