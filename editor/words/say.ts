// Every sentence of the editor goes through here. A sentence's key is the sentence itself, in English, with {names} for
// what it is filled with; `zh.ts` holds the same keys in Chinese. The language is fixed before the rest of the editor
// is loaded (main.tsx) and changing it loads the page again, so that words may stand in constants.
import { keepWish, readWish } from '../wishes.ts'

export type Language = 'en' | 'zh'
export type Filling = string | number | boolean | null | undefined

const wish = 'language'
let spoken: Language = 'en'
let catalogue: Readonly<Record<string, string>> = {}

/** The language that is spoken now. */
export const language = (): Language => spoken

/** What was chosen in this browser, else what the browser asks for. */
export function wantedLanguage(): Language {
  const chosen = readWish(wish)
  if (chosen === 'en' || chosen === 'zh') return chosen
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

/** Speaks a language from here on; what is not in its catalogue is said in English. */
export function speak(next: Language, sentences: Readonly<Record<string, string>> = {}): void {
  spoken = next
  catalogue = sentences
}

/** Keeps the choice for this browser and loads the page anew in it. */
export function chooseLanguage(next: Language): void {
  keepWish(wish, next)
  location.reload()
}

/** The sentence in the language spoken, each {name} filled in; what is null, undefined or false leaves its place empty. */
export function say(sentence: string, filling: Readonly<Record<string, Filling>> = {}): string {
  return (catalogue[sentence] ?? sentence).replace(/\{(\w+)\}/g, (whole, name: string) => {
    if (!(name in filling)) return whole
    const value = filling[name]
    return value === null || value === undefined || value === false ? '' : String(value)
  })
}

/** The language as the browser's own formats (dates, numbers, lists) know it; undefined for the browser's own English. */
export const locale = (): string | undefined => (spoken === 'zh' ? 'zh-CN' : undefined)

/** "Hall, Kitchen and Door", as the language lists things. */
export function list(names: readonly string[], kind: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(spoken === 'zh' ? 'zh-CN' : 'en-GB', { type: kind }).format(names)
}

/** "1 card", "3 cards". Chinese has one form; its key is the one for many: "{n} cards". */
export function count(n: number, one: string, many = `${one}s`): string {
  return say(`{n} ${n === 1 && spoken === 'en' ? one : many}`, { n })
}
