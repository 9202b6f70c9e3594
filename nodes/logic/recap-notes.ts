// What a recap has noted of a period, and how it reads without a model. Plain JSON, bounded, pure.
import { cutText, oneLine } from '../contract/template.ts'
import { wallTime } from '../contract/hours.ts'

export interface Note {
  text: string
  atMs: number
  /** The same again, one after the other, is one note. */
  times: number
  lastMs: number
}

export interface Notes {
  /** When the period began; null before the first tick. */
  sinceMs: number | null
  list: Note[]
  /** Everything that came, also what is not in the list any more. */
  total: number
}

/** So many are kept; of more the oldest are only counted. */
export const keptNotes = 120
const longestNote = 240
const longestText = 7000

export const noNotes = (sinceMs: number | null): Notes => ({ sinceMs, list: [], total: 0 })

/** The notes with one thing more. */
export function noted(notes: Notes, text: string, atMs: number): Notes {
  const words = oneLine(text.replace(/\s+/g, ' '), longestNote)
  const last = notes.list.at(-1)
  const list =
    last && last.text.toLowerCase() === words.toLowerCase()
      ? [...notes.list.slice(0, -1), { ...last, times: last.times + 1, lastMs: Math.max(last.lastMs, atMs) }]
      : [...notes.list, { text: words, atMs, times: 1, lastMs: atMs }]
  return { ...notes, list: list.slice(-keptNotes), total: notes.total + 1 }
}

/** One line for each thing, with its time. The oldest go first where it gets too long, and that is said. */
export function notesText({ list, total }: Notes, timeZone: string): string {
  const lines = list.map(({ text, atMs, times, lastMs }) => {
    const again = times === 1 ? '' : ` (${times} times, last ${clockTime(lastMs, timeZone)})`
    return `${clockTime(atMs, timeZone)} ${text}${again}`
  })
  let length = lines.reduce((sum, line) => sum + line.length + 1, 0)
  let from = 0
  while (length > longestText) length -= (lines[from++] ?? '').length + 1
  const shown = list.slice(from).reduce((sum, { times }) => sum + times, 0)
  const left = total - shown
  return [
    ...(left > 0 ? [`${left} earlier ${left === 1 ? 'one is' : 'ones are'} left out.`] : []),
    ...lines.slice(from),
  ].join('\n')
}

/** "22:00 to 07:00: 3 things." */
export function headLine({ sinceMs, total }: Notes, nowMs: number, timeZone: string): string {
  const things = total === 0 ? 'nothing happened' : `${total} ${total === 1 ? 'thing' : 'things'}`
  return `${clockTime(sinceMs ?? nowMs, timeZone)} to ${clockTime(nowMs, timeZone)}: ${things}.`
}

/** The whole recap without a model. */
export function plainRecap(notes: Notes, nowMs: number, timeZone: string): string {
  const text = notesText(notes, timeZone)
  return cutText(text === '' ? headLine(notes, nowMs, timeZone) : `${headLine(notes, nowMs, timeZone)}\n${text}`, 8000)
}

export function clockTime(atMs: number, timeZone: string): string {
  const { minute } = wallTime(atMs, timeZone)
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
