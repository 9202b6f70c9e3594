import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPattern } from './pattern.ts'

function fits(source: string, text: string, caseSensitive = true): boolean {
  const pattern = readPattern(source, { caseSensitive })
  if ('problem' in pattern) throw new Error(pattern.problem)
  return pattern.test(text)
}

/** Patterns of the documented subset, over few signs so that they often fit. */
const source = fc.letrec<{ piece: string; row: string }>((tie) => ({
  piece: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(
      'a',
      'b',
      'A',
      ' ',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\S',
      '\\.',
      '[ab]',
      '[^a]',
      '[a-c1]',
      '[\\d-]',
      'é',
      '摔',
      '🙂',
    ),
    fc.constantFrom('^', '$', '\\b', '\\B'),
    tie('row').map((row) => `(${row})`),
    fc.tuple(tie('row'), tie('row')).map(([one, other]) => `(?:${one}|${other})`),
    fc
      .tuple(
        fc.constantFrom('a', '[ab]', '.', '(?:ab)', '(a|b)', '(a*)'),
        fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?'),
      )
      .map((parts) => parts.join('')),
  ),
  row: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
})).row
const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'A', 'B', 'c', '1', ' ', '.', '-', '\n', 'é', '摔', '🙂'),
  maxLength: 12,
})

/**
 * What RegExp finds, tried at the start of each sign. Left to search by itself, V8 also looks between the two halves of a sign
 * such as 🙂 and finds \B there, which the standard does not.
 */
function regExpFinds(pattern: string, given: string, caseSensitive: boolean): boolean {
  const sticky = new RegExp(pattern, caseSensitive ? 'uy' : 'iuy')
  let at = 0
  return [...given, ''].some((sign) => {
    sticky.lastIndex = at
    at += sign.length
    return sticky.test(given)
  })
}

describe('a pattern', () => {
  it('finds exactly what RegExp finds, with and without case', () => {
    fc.assert(
      fc.property(source, text, fc.boolean(), (pattern, given, caseSensitive) => {
        expect(fits(pattern, given, caseSensitive), `${pattern} in ${JSON.stringify(given)}`).toBe(
          regExpFinds(pattern, given, caseSensitive),
        )
      }),
      { numRuns: 3000, examples: [['\\B', 'a🙂a', false]] },
    )
  })

  it.each(['(a+)+$', '(a|a)*$', '(a*)*b', '(.*)*x', '(a?){100}a{100}', '([ab]*a){40}'])(
    '%s is answered over a long text, on which RegExp would never come back',
    (pattern) => {
      expect(typeof fits(pattern, `${'a'.repeat(4000)}!`)).toBe('boolean')
    },
  )

  it('is read or refused in words, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a(){}[]|*+?\\^$.-,019b:='), maxLength: 40 }), (wild) => {
        const pattern = readPattern(wild)
        if ('problem' in pattern) expect(pattern.problem).not.toMatch(/^$|undefined|is not understood: /)
        else expect(typeof pattern.test('a1b')).toBe('boolean')
      }),
      { numRuns: 3000 },
    )
    expect(readPattern('((a{200}){200}){200}')).toEqual({
      problem: expect.stringContaining('also when counts multiply'),
    })
    expect(readPattern(`${'('.repeat(5000)}a${')'.repeat(5000)}`)).toEqual({ problem: 'is nested too deeply' })
  })

  it.each([
    ['(a', 'has a "(" without its ")"'],
    ['a)', 'has a ")" without its "("'],
    ['[a', 'has a "[" without its "]"'],
    ['(?=a)', 'has "(?=", which is not understood here'],
    ['(a)\\1', 'has "\\1", which is not understood here; write "\\\\" for a backslash itself'],
    ['*', 'has a "*" with nothing before it to stand for; write "\\*" for the sign itself'],
    ['a**', 'repeats twice in a row with "**"; leave one of them out'],
    ['[z-a]', 'has a range "z-a" that leads nowhere'],
    ['a{3,1}', 'counts with "{3,1}", which is the wrong way round or too far: at most 1000, also when counts multiply'],
    ['a\\', 'ends in a "\\"'],
  ])('says of %s what is wrong', (wrong, problem) => {
    expect(readPattern(wrong)).toEqual({ problem })
  })
})
