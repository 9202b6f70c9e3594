import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitValues } from './values.ts'

describe('splitValues', () => {
  it.each([
    ['Milk is missing. {"product":"milk","row":3}', 'Milk is missing.', { product: 'milk', row: 3 }],
    ['{"row":3} Milk is missing.', 'Milk is missing.', { row: 3 }],
    ['Row 3.\n```json\n{"row": 3}\n```', 'Row 3.', { row: 3 }],
    [
      '{"product":"milk {low fat}","at":{"row":3}}',
      'product: milk {low fat}, at: {"row":3}',
      { product: 'milk {low fat}', at: { row: 3 } },
    ],
    ['{}', '{}', {}],
  ])('parts %j', (said, text, values) => {
    expect(splitValues(said)).toEqual({ text, values })
  })

  it.each(['Milk is missing.', '', 'a } b { c', '{"row": 3', '[1, 2]', '{row: 3}', 'Set {1, 2}.'])(
    'leaves %j as it is',
    (said) => {
      expect(splitValues(said)).toEqual({ text: said })
    },
  )

  it('never throws, and is quick over a text full of braces', () => {
    fc.assert(fc.property(fc.string(), (said) => typeof splitValues(said).text === 'string'))
    const startedMs = performance.now()
    splitValues('{'.repeat(100_000) + '}')
    splitValues('{"a":'.repeat(20_000) + '}')
    expect(performance.now() - startedMs).toBeLessThan(200)
  })
})
