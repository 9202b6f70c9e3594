// Finds words in a message's text or fields: what filter and switch have in common. Pure; the text is only ever looked at.
import type { Message } from '../contract/events.ts'

export interface WordOptions {
  caseSensitive?: boolean
  /** "fall" then does not find "falls". */
  wholeWords?: boolean
}

/** Signs of languages that put spaces between words; others (摔倒) are found anywhere. */
const spaced = /^[\p{L}\p{N}]$/u
const unspaced =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]$/u

function isLetter(sign: string | undefined): boolean {
  return sign !== undefined && spaced.test(sign) && !unspaced.test(sign)
}

/** True when `word` stands in `text`, at the beginning of a word: "fall" finds "falls" but not "waterfall". */
export function hasWord(text: string, word: string, options: WordOptions = {}): boolean {
  const fold = (each: string): string =>
    (options.caseSensitive ? each : each.toLowerCase()).normalize('NFC').replace(/\s+/g, ' ')
  const wanted = Array.from(fold(word.trim()))
  const signs = Array.from(fold(text))
  if (wanted.length === 0) return false
  for (let at = 0; at + wanted.length <= signs.length; at++) {
    if (!wanted.every((sign, offset) => signs[at + offset] === sign)) continue
    const cutsBefore = isLetter(wanted[0]) && isLetter(signs[at - 1])
    const cutsAfter = options.wholeWords === true && isLetter(wanted.at(-1)) && isLetter(signs[at + wanted.length])
    if (!cutsBefore && !cutsAfter) return true
  }
  return false
}

/** What a node looks at: the message's text when no field is named, else that field as text; "" when it has none. */
export function readSubject(message: Message, field: string): string {
  const name = field.trim()
  if (name === '') return message.text
  const fields = message.fields ?? {}
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
