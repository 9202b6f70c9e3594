// Secrets that can be found again: each has words in it that stand nowhere else, between signs that readers of addresses stumble
// over; and a look through texts for any of those words, in the forms in which a secret travels.
import fc from 'fast-check'

export interface Canary {
  user: string
  password: string
  /** `user:password` as it is typed before an `@`. */
  login: string
  /** Letters and digits only: a key as services make them. */
  key: string
  words: string[]
}

/** What stands in passwords and ends a host, a path or a query where somebody reads carelessly. */
const oddParts = [
  '',
  '12#',
  '2024/',
  '7?',
  '#',
  '/',
  '?x=',
  ' ',
  'a b ',
  '@',
  'x@y:',
  ':',
  '554/',
  '%',
  '100%25',
  '%41',
  'пароль',
  '密码',
  'é',
  '&',
  '=',
  ';',
  '+',
  '!',
  '$',
  "'",
  '"',
  '<b>',
  '\\',
  '[1]',
  '|',
  '^',
  '~',
  '10.0.0.9:80/',
]
/** In a query these end the value for everybody. */
const isEnding = (part: string): boolean => /[#&;?\s"<>'\\]/.test(part)

const letters = fc
  .array(fc.constantFrom(...'bcdfghjkmnpqrstvwxzBCDFGHJKMNPQRSTVWXZ23456789'), { minLength: 9, maxLength: 9 })
  .map((all) => all.join(''))

const canary = (part: fc.Arbitrary<string>): fc.Arbitrary<Canary> =>
  fc
    .tuple(fc.constantFrom('admin', 'root', 'ana@example.org', 'john.doe'), part, part, letters, letters, letters)
    .map(([user, before, between, one, other, last]) => {
      const password = `${before}Q7${one}${between}Q8${other}`
      const key = `Q9${last}Q9${one}5${other}`
      return { user, password, login: `${user}:${password}`, key, words: [`Q7${one}`, `Q8${other}`, `Q9${last}`] }
    })

/** `count` of them, always the same for a seed. `inQuery`: such as can stand in a query as they are. */
export function canaries(count: number, seed: number, inQuery = false): Canary[] {
  const parts = inQuery ? oddParts.filter((part) => !isEnding(part)) : oddParts
  return fc.sample(canary(fc.constantFrom(...parts)), { numRuns: count, seed })
}

/** base64 hides a word in three ways, by where it begins. */
function base64Of(word: string): string[] {
  return [0, 1, 2].map((shift) => {
    const bytes = Buffer.from('\0'.repeat(shift) + word)
    const whole = bytes.toString('base64').replace(/=+$/, '')
    // What the neighbours decide is left out.
    return whole.slice(shift === 0 ? 0 : shift + 1, bytes.length % 3 === 0 ? undefined : -1)
  })
}

export interface Leak {
  where: string
  word: string
  around: string
}

/** Each place in the texts where a word of a secret stands, as it is, in other cases, or in base64. */
export function findLeaks(texts: Iterable<readonly [where: string, text: string]>, secrets: readonly Canary[]): Leak[] {
  const words = secrets.flatMap(({ words: all }) => all)
  const plain = new RegExp(words.join('|'), 'gi')
  const encoded = new RegExp(words.flatMap(base64Of).join('|').replaceAll('+', '\\+'), 'g')
  return [...texts].flatMap(([where, text]) =>
    [plain, encoded].flatMap((pattern) =>
      [...text.matchAll(pattern)].slice(0, 5).map(({ 0: word, index }) => ({
        where,
        word,
        around: text.slice(Math.max(0, index - 60), index + 40),
      })),
    ),
  )
}
