// What the server says, in the language of this browser. Its sentences come in English; `zh-served.json` holds the
// Chinese of each by its English with {names} where the server fills something in. A sentence that is not in it (the
// model's own words, a package from outside, a newer server) stays as it came. Nothing here decides anything.
interface Pattern {
  /** What stands before, between and behind the names. */
  parts: string[]
  names: string[]
  /** Names in quotes: what a person called something is nobody's to translate. */
  quoted: ReadonlySet<string>
  /** How much it says in its own words. */
  letters: number
  chinese: string
}

let whole: ReadonlyMap<string, string> = new Map()
/** By the first letters of the sentence, where a pattern begins with letters; the others under "". */
let patterns = new Map<string, Pattern[]>()
const found = new Map<string, string>()
const startLength = 4
const keptSentences = 2000
const mostSentences = 20
/** The server's longest sentence has 200 letters; what is far longer are the words of somebody else. */
const longest = 4000

function patternOf(english: string, chinese: string): Pattern {
  const names = [...english.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const quoted = [...english.matchAll(/["“]\{(\w+)\}["”]/g)].map(([, name = '']) => name)
  return { parts: english.split(/\{\w+\}/), names, quoted: new Set(quoted), letters: lettersOf(english), chinese }
}

/** What stands where the names stand, each as short as can be; in one walk over the text, whatever it is. */
function valuesIn(text: string, parts: readonly string[]): string[] | null {
  const [head = '', ...between] = parts
  const tail = between.pop() ?? ''
  const end = text.length - tail.length
  if (!text.startsWith(head) || !text.endsWith(tail) || end < head.length) return null
  let at = head.length
  const values = between.map((part) => {
    const next = at < 0 ? -1 : text.indexOf(part, at)
    const value = text.slice(at, next)
    at = next < 0 || next + part.length > end ? -1 : next + part.length
    return value
  })
  return at < 0 ? null : [...values, text.slice(at, end)]
}

const lettersOf = (english: string): number => english.replace(/\{\w+\}/g, '').replace(/[^A-Za-z]/g, '').length
/** A sentence with fewer letters of its own ("{n} of {all}") would fit almost anything. */
const fewestLetters = 6

/** Takes a catalogue over; an empty one leaves everything in English. */
export function speakServed(sentences: Readonly<Record<string, string>>): void {
  whole = new Map(Object.entries(sentences))
  patterns = new Map()
  found.clear()
  // What says the most in its own words is tried first: "{words} Try again." would fit too much.
  const filled = Object.keys(sentences).filter((key) => /(^|[^{])\{\w+\}/.test(key) && lettersOf(key) >= fewestLetters)
  for (const key of filled.sort((a, b) => lettersOf(b) - lettersOf(a))) {
    const head = key.slice(0, startLength)
    const start = head.length < startLength || head.includes('{') ? '' : head
    const pattern = patternOf(key, sentences[key] ?? key)
    patterns.set(start, [...(patterns.get(start) ?? []), pattern])
  }
}

function fill({ parts, names, quoted, chinese }: Pattern, text: string): string | null {
  const values = valuesIn(text, parts)
  if (values === null) return null
  return chinese.replace(/\{(\w+)\}/g, (placed, name: string) => {
    const value = values[names.indexOf(name)]
    if (value === undefined) return placed
    return quoted.has(name) ? value : told(value)
  })
}

function find(text: string): string {
  const exact = whole.get(text)
  if (exact !== undefined) return exact
  // Several lines, each known by itself.
  if (text.includes('\n')) return text.split('\n').map(told).join('\n')
  // What says most in its own words comes first, however it begins: "The camera at {place}" is a part of many sentences.
  const fitting = [text.slice(0, startLength), ''].flatMap((start) => patterns.get(start) ?? [])
  for (const pattern of fitting.sort((a, b) => b.letters - a.letters)) {
    const told = fill(pattern, text)
    if (told !== null) return told
  }
  // Several sentences in one text.
  const sentences = text.split(/(?<=[.!?]) (?=[A-Z"“])/)
  if (sentences.length < 2 || sentences.length > mostSentences) return text
  return sentences.map(told).reduce((all, next) => all + (/[!-~]$/.test(all) && /^[!-~]/.test(next) ? ' ' : '') + next)
}

/** A sentence of the server in this browser's language. */
export function told(text: string): string {
  if (patterns.size === 0 || text === '' || text.length > longest) return text
  const known = found.get(text)
  if (known !== undefined) return known
  const words = find(text)
  if (found.size >= keptSentences) found.clear()
  found.set(text, words)
  return words
}

/** Properties of a definition that people read. */
const ofDefinitions = new Set(['why', 'title', 'label', 'help', 'placeholder', 'description', 'unit', 'card'])
/** Properties of any other answer that the server writes and people read. */
const ofAnswers = new Set(['message', 'reason', 'detail', 'why', 'trouble'])
/** What belongs to a person: never touched, for it goes back to the server. */
const ownWords = new Set(['document', 'config', 'nodes', 'wires', 'tests', 'secret', 'answers', 'default'])
/** Events whose text the server wrote, and not a model or an agent. */
const serverEvents = /^(stream|notification|node|memory|decisions|delegation\.failed|model)\b/

function isServerText(owner: Record<string, unknown>, key: string): boolean {
  if (ofAnswers.has(key)) return true
  if (key !== 'text') return false
  return typeof owner['kind'] === 'string' ? serverEvents.test(owner['kind']) : typeof owner['state'] === 'string'
}

function walk(value: unknown, isRead: (owner: Record<string, unknown>, key: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => walk(each, isRead))
  if (value === null || typeof value !== 'object') return value
  const owner = value as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(owner).map(([key, each]) => {
      if (typeof each === 'string') return [key, isRead(owner, key) ? told(each) : each]
      return [key, ownWords.has(key) && isRead === isServerText ? each : walk(each, isRead)]
    }),
  )
}

/** A definition (node type, kind of connection, field) with everything that people read of it told. */
export function toldDefinition<T>(definition: T): T {
  return patterns.size === 0 ? definition : (walk(definition, (_, key) => ofDefinitions.has(key)) as T)
}

/** Any other answer of the server, or a message of the live feed, with the server's own sentences told. */
export function toldAnswer<T>(answer: T): T {
  return patterns.size === 0 ? answer : (walk(answer, isServerText) as T)
}
