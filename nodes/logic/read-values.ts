// Takes wanted values out of what was said: from JSON behind the sentence, from "name: value" in it, or by a pattern of the
// person's own. Pure, in linear time; what was said is only ever looked at.
import type { Message } from '../contract/events.ts'
import { splitValues } from '../contract/values.ts'
import type { WantedField } from './field-list.ts'
import type { Pattern } from './pattern.ts'

export type Value = string | number | boolean
export type Reading = { values: Record<string, Value>; text: string } | { why: string; text: string }

const longestSubject = 8000
const longestValue = 1000

/** Every wanted value, or why one could not be read. `text` is what was said without its JSON. */
export function readValues(
  message: Message,
  wanted: readonly WantedField[],
  patterns: ReadonlyMap<string, Pattern>,
): Reading {
  const given = message.fields && Object.hasOwn(message.fields, 'values') ? message.fields['values'] : undefined
  const isGiven = typeof given === 'object' && given !== null && !Array.isArray(given)
  const saying = isGiven
    ? { text: message.text, values: given as Record<string, unknown> }
    : splitValues(message.text.slice(0, longestSubject))
  const { text } = saying
  const values: Record<string, Value> = {}
  for (const field of wanted) {
    const raw = rawOf(field, saying.values ?? {}, text, patterns.get(field.name))
    if (raw === undefined) {
      if (field.isOptional) continue
      return { text, why: `It does not say "${field.name}".` }
    }
    const value = asKind(raw, field)
    if (value === undefined)
      return { text, why: `"${field.name}" should be ${kindWords(field)}, but it is ${shown(raw)}.` }
    values[field.name] = value
  }
  return { values, text }
}

function rawOf(
  { name }: WantedField,
  values: Record<string, unknown>,
  text: string,
  pattern: Pattern | undefined,
): unknown {
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value !== undefined && value !== null && value !== '') return value
  return pattern?.find(text.slice(0, longestSubject))?.trim() || pairIn(text.slice(0, longestSubject), name)
}

/** What stands behind `name:` or `name =`, up to the next comma, semicolon or line. */
function pairIn(text: string, name: string): string | undefined {
  // The name is letters, digits, "-" and "_": nothing in it means anything to a RegExp.
  const found = new RegExp(`(?<![\\p{L}\\p{N}_-])${name} ?[:=：]([^,;，；\\n]*)`, 'iu').exec(text)
  const value = (found?.[1] ?? '')
    .trim()
    .replace(/^["“]|["”]?[.。!]?$/g, '')
    .trim()
  return value === '' ? undefined : value
}

const yes = ['true', 'yes', '1', '是', '有']
const no = ['false', 'no', '0', '否', '没有']

function asKind(raw: unknown, { kind, choices, least, most }: WantedField): Value | undefined {
  if (kind === 'boolean') {
    const word = String(raw).trim().toLowerCase()
    return yes.includes(word) ? true : no.includes(word) ? false : undefined
  }
  if (kind === 'text') {
    if (typeof raw !== 'string' && typeof raw !== 'number' && typeof raw !== 'boolean') return undefined
    const text = String(raw).trim().slice(0, longestValue)
    return choices ? choices.find((choice) => choice.toLowerCase() === text.toLowerCase()) : text
  }
  const number = typeof raw === 'number' ? raw : typeof raw === 'string' ? numberIn(raw) : NaN
  const isFit =
    Number.isFinite(number) &&
    (kind === 'number' || Number.isInteger(number)) &&
    number >= (least ?? -Infinity) &&
    number <= (most ?? Infinity)
  return isFit ? number : undefined
}

/** "3", "3 people", "-2.5 °C"; not "third", and not "3 of 4.5.6" as anything but 3. */
function numberIn(text: string): number {
  const digits = /^\s*(-?\d{1,15}(?:\.\d{1,15})?)(?![\d.]*\d)/.exec(text)?.[1]
  return digits === undefined ? NaN : Number(digits)
}

function kindWords({ kind, choices, least, most }: WantedField): string {
  if (choices) return `one of ${choices.join(', ')}`
  const words = { text: 'a text', number: 'a number', integer: 'a whole number', boolean: 'yes or no' }[kind]
  if (least !== undefined && most !== undefined) return `${words} from ${least} to ${most}`
  if (least !== undefined) return `${words} of at least ${least}`
  return most === undefined ? words : `${words} of at most ${most}`
}

function shown(raw: unknown): string {
  const text = typeof raw === 'string' ? raw : (JSON.stringify(raw) ?? '')
  return `"${text.slice(0, 60)}"`
}
