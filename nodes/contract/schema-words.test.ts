// What people read when a setting is wrong: words, never the schema library's own sentences.
import { z } from 'zod'
import { describe, expect, it } from 'vitest'
import { explainFinding } from './schema-words.ts'

const said = (schema: z.ZodType, value: unknown): string[] =>
  schema.safeParse(value, { error: explainFinding, reportInput: true }).error?.issues.map(({ message }) => message) ??
  []

describe('explainFinding', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['nothing', z.string(), undefined, 'is missing: fill it in'],
    ['an empty text', z.string().min(1), '', 'is empty: fill it in'],
    ['a short text', z.string().min(8), 'abc', 'must have at least 8 characters'],
    ['a long text', z.string().max(1), 'abc', 'must have at most 1 character'],
    ['a text for a number', z.number(), '7', 'must be a number'],
    ['half for a whole number', z.number().int(), 0.5, 'must be a whole number'],
    ['too little', z.number().min(1000), 7, 'must be at least 1000'],
    ['too much', z.number().max(60), 61, 'must be at most 60'],
    ['not more than the bound', z.number().gt(0), 0, 'must be more than 0'],
    ['not a multiple', z.number().multipleOf(32), 33, 'must be a multiple of 32'],
    ['a choice that is none', z.enum(['a', 'b']), 'c', 'must be one of “a”, “b”'],
    ['another than the only one', z.literal('a'), 'c', 'must be “a”'],
    ['no choice at all', z.enum(['a', 'b']), undefined, 'is missing: fill it in'],
    ['no address', z.url(), 'nowhere', 'must be a web address such as http://192.168.1.20:8080/'],
    ['a text of another form', z.string().regex(/^x$/), 'y', 'is not written in the form expected here'],
    ['an empty list', z.array(z.string()).min(1), [], 'is empty: add at least one entry'],
    ['a long list', z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entry'],
    ['a flag that is none', z.boolean(), 'yes', 'must be yes or no'],
    [
      'none of several forms',
      z.union([z.string(), z.number()]),
      true,
      'has none of the forms that are understood here',
    ],
    ['an unknown entry', z.strictObject({}), { a: 1 }, 'has entries that are not known here: a'],
    ['a refinement without words', z.string().refine(() => false), 'x', 'is not right'],
    ['the words of the author', z.string().refine(() => false, 'Only on Sundays.'), 'x', 'Only on Sundays.'],
  ])('speaks of %s', (_name, schema, value, words) => {
    expect(said(schema, value)).toEqual([words])
  })
})
