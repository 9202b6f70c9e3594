// Patterns over text in linear time, by RE2's automaton, so no pattern can make a tick late. Never falls back to RegExp.
import { RE2JS, RE2JSSyntaxException } from 're2js'

export interface Pattern {
  test(text: string): boolean
  /** What its first group found, or all of it where it has no group; undefined where it found nothing. */
  find(text: string): string | undefined
}

/** RE2's own word for what is wrong, and ours, to be read behind "The pattern". `$` is the part it means. */
const problems: [error: string, words: string][] = [
  ['missing closing )', 'has a "(" without its ")"'],
  ['unexpected )', 'has a ")" without its "("'],
  ['missing closing ]', 'has a "[" without its "]"'],
  ['invalid or unsupported Perl syntax', 'has "$", which is not understood here'],
  ['invalid escape sequence', 'has "$", which is not understood here; write "\\\\" for a backslash itself'],
  [
    'missing argument to repetition operator',
    'has a "$" with nothing before it to stand for; write "\\$" for the sign itself',
  ],
  ['invalid nested repetition operator', 'repeats twice in a row with "$"; leave one of them out'],
  ['invalid character class range', 'has a range "$" that leads nowhere'],
  ['invalid character class', 'has "$" in "[ ]", which is not understood here'],
  [
    'invalid repeat count',
    'counts with "$", which is the wrong way round or too far: at most 1000, also when counts multiply',
  ],
  ['trailing backslash at end of expression', 'ends in a "\\"'],
  ['expression nests too deeply', 'is nested too deeply'],
]

function inWords({ error, input }: { error: string; input: string | null }): string {
  const words = problems.find(([known]) => error.startsWith(known))?.[1]
  const part = (input ?? '').slice(0, 40)
  return words?.replaceAll('$', () => part) ?? `is not understood: ${error}`
}

/**
 * Reads a pattern of RE2's syntax (https://github.com/google/re2/wiki/Syntax): what RegExp understands, without looking around
 * and back references. `problem` says in words, to be read behind "The pattern", why it cannot be read.
 */
export function readPattern(source: string, options: { caseSensitive?: boolean } = {}): Pattern | { problem: string } {
  try {
    const compiled = RE2JS.compile(source, options.caseSensitive === true ? 0 : RE2JS.CASE_INSENSITIVE)
    return {
      test: (text) => compiled.matcher(text).find(),
      find: (text) => {
        const matcher = compiled.matcher(text)
        return matcher.find() ? (matcher.group(matcher.groupCount() > 0 ? 1 : 0) ?? undefined) : undefined
      },
    }
  } catch (thrown) {
    if (!(thrown instanceof RE2JSSyntaxException)) throw thrown
    return { problem: inWords(thrown) }
  }
}
