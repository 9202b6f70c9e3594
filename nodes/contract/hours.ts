// Weekly hours as a person writes them ("Mon-Fri 22:00-06:00"), and whether an instant lies inside them.
// Pure: the instant is given, the time zone's rules come from Intl, so days of 23 and 25 hours are right by themselves.

export interface Span {
  /** 0 is Monday. */
  days: readonly number[]
  fromMinute: number
  /** May be at or before `fromMinute`: then it ends on the next day. */
  toMinute: number
}

const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Monday first, as they are written in a line of hours. */
export const shortDays: readonly string[] = names.map((name) => name.charAt(0).toUpperCase() + name.slice(1, 3))

/** 0 is Monday; -1 for what is no day. Three letters are enough, more must be right: "Mon Fri" is not Monday. */
function dayOf(text: string): number {
  const name = text.replace(/s$/, '')
  return name.length < 3 ? -1 : names.findIndex((day) => day.startsWith(name))
}

function readDays(text: string): number[] | undefined {
  if (text === '' || text === 'daily') return [0, 1, 2, 3, 4, 5, 6]
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first = -1, last = first, ...more] = part.split('-').map(dayOf)
    if (first < 0 || last < 0 || more.length > 0) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return [...days].sort((a, b) => a - b)
}

function readMinute(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text)
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : NaN
  return match && Number(match[2]) < 60 && minute <= 1440 ? minute : undefined
}

/** Phones and input methods write other dashes, colons, commas, digits and spaces than keyboards do; people write "to". */
function inPlainMarks(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u2010-\u2015\u2212~〜]/g, '-')
    .replace(/(?<![a-z])to(?![a-z])/gi, '-')
    .replaceAll('、', ',')
}

/** One line of hours; undefined when it cannot be read. */
export function readSpan(text: string): Span | undefined {
  const match = /^\s*([a-z,\s-]*?)\s*(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})\s*$/i.exec(inPlainMarks(text))
  const days = match ? readDays((match[1] ?? '').toLowerCase().replace(/\s+/g, '')) : undefined
  const fromMinute = readMinute(match?.[2] ?? ''),
    toMinute = readMinute(match?.[3] ?? '')
  if (!days || fromMinute === undefined || toMinute === undefined || fromMinute === 1440) return undefined
  return { days, fromMinute, toMinute }
}

/** True for a name such as Europe/Berlin that this machine knows. */
export function isTimeZone(timeZone: string): boolean {
  try {
    return formatFor(timeZone) !== undefined
  } catch {
    return false
  }
}

// Making one costs more than everything else a tick of the node does.
const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timeZone, format)
  return format
}

/** Weekday (0 is Monday) and minute of the day as a clock on the wall there shows them. */
export function wallTime(atMs: number, timeZone: string): { day: number; minute: number } {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  )
  return {
    day: dayOf((parts.get('weekday') ?? '').toLowerCase()),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}

/** True inside any of the spans; hours past midnight belong to the day on which they begin. */
export function isInside(spans: readonly Span[], atMs: number, timeZone: string): boolean {
  const { day, minute } = wallTime(atMs, timeZone)
  const yesterday = (day + 6) % 7
  return spans.some(({ days, fromMinute, toMinute }) => {
    if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute
    return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute)
  })
}
