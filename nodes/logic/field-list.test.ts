import { describe, expect, it } from 'vitest'
import { readFieldList, schemaOf } from './field-list.ts'

describe('a list of fields', () => {
  it('is read from lines, with kinds, choices, limits and words for the model', () => {
    expect(
      readFieldList(
        'product: text, what has run out\nrow: whole number 1 to 9\n\nfull?: yes or no\ndoor: open | closed\nplain',
      ),
    ).toEqual({
      fields: [
        { name: 'product', kind: 'text', help: 'what has run out', isOptional: false },
        { name: 'row', kind: 'integer', least: 1, most: 9, help: '', isOptional: false },
        { name: 'full', kind: 'boolean', help: '', isOptional: true },
        { name: 'door', kind: 'text', choices: ['open', 'closed'], help: '', isOptional: false },
        { name: 'plain', kind: 'text', help: '', isOptional: false },
      ],
    })
  })

  it('is the same as a JSON Schema, and back', () => {
    const lines = readFieldList('row: whole number 1 to 9, from the top\nstate?: open | closed')
    if ('problem' in lines) throw new Error(lines.problem)
    const schema = schemaOf(lines.fields)
    expect(JSON.parse(schema)).toEqual({
      type: 'object',
      properties: {
        row: { type: 'integer', minimum: 1, maximum: 9, description: 'from the top' },
        state: { type: 'string', enum: ['open', 'closed'] },
      },
      required: ['row'],
    })
    expect(readFieldList(schema)).toEqual(lines)
  })

  it.each([
    ['', 'at least one value'],
    ['row: colour', '"colour" is no kind of value'],
    ['two words: text', '"two words" is no name'],
    ['row: text 1 to 2', 'no kind of value'],
    ['row: number\nrow: text', '"row" is there twice'],
    ['about: text', '"about" is a name that Heed uses itself'],
    ['armed: yes or no', 'Heed uses itself'],
    ['__proto__: text', 'Heed uses itself'],
    ['a: x | | y', 'a choice is empty'],
    [Array.from({ length: 31 }, (_unused, at) => `f${at}: text`).join('\n'), 'at most 30'],
    ['{"type":"object"', 'no JSON object'],
    ['{"type":"array"}', 'must be of an object'],
    ['{"properties":{"a":{"type":"array"}}}', '"a" must be a string, a number'],
    ['{"properties":{"a":{"pattern":"x"}}}', '"pattern" of "a" is not understood'],
    ['{"properties":{"a":{}},"allOf":[]}', '"allOf" of JSON Schema is not understood'],
    ['{"properties":{"a":{}},"required":["b"]}', '"b" is required and no property'],
    ['{"properties":{"a":{"type":"string","minimum":1}}}', 'must be numbers'],
  ])('says of %j what is wrong', (source, words) => {
    expect(readFieldList(source)).toEqual({ problem: expect.stringContaining(words) as string })
  })
})
