import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import fields from './fields.ts'

const shelf = 'product: text\nrow: whole number 1 to 9\nlast?: yes or no'
const reads = async (config: Record<string, unknown>, text: string, patch = {}) =>
  await testNode(fields, { config }).tick({ message: [testMessage(text, patch)] })

describe('fields', () => {
  it('takes values out of the JSON behind a sentence, and the JSON out of the text', async () => {
    const sent = await reads({ values: shelf }, 'Milk is missing. {"product":"milk","row":3,"price":9}')
    expect(sent).toEqual({
      message: [
        testMessage('Milk is missing. {"product":"milk","row":3,"price":9}', {
          text: 'Milk is missing.',
          fields: { product: 'milk', row: 3 },
        }),
      ],
      failed: [],
    })
  })

  it('takes what the model gave beside its words, and keeps the other fields', async () => {
    const patch = { fields: { values: { product: 'milk', row: '3', last: 'Yes' }, skills: ['x'] } }
    expect(await reads({ values: shelf }, 'Milk is missing.', patch)).toMatchObject({
      message: [{ text: 'Milk is missing.', fields: { product: 'milk', row: 3, last: true, skills: ['x'] } }],
    })
    expect(JSON.stringify(await reads({ values: shelf }, 'x', patch))).not.toContain('"values"')
  })

  it('reads "name: value" in plain words, in Chinese too', async () => {
    expect(await reads({ values: shelf }, 'Missing: product: milk, row = 3. Please look.')).toMatchObject({
      message: [{ fields: { product: 'milk', row: 3 } }],
    })
    expect(await reads({ values: 'row: whole number' }, 'row：3，左边')).toMatchObject({
      message: [{ fields: { row: 3 } }],
    })
    expect(await reads({ values: 'row: number' }, 'arrow: 3')).toMatchObject({ message: [] })
  })

  it('reads what a pattern finds where the model cannot be asked', async () => {
    const config = { values: 'count: whole number', patterns: ['count = (\\d+) (people|persons)'] }
    expect(await reads(config, 'There are 12 people in the hall.')).toMatchObject({
      message: [{ fields: { count: 12 } }],
    })
  })

  it.each([
    ['Milk is missing.', 'It does not say "product".'],
    ['{"product":"milk"}', 'It does not say "row".'],
    ['{"product":"milk","row":"third"}', '"row" should be a whole number from 1 to 9, but it is "third".'],
    ['{"product":"milk","row":12}', '"row" should be a whole number from 1 to 9, but it is "12".'],
    ['{"product":"milk","row":2.5}', '"row" should be a whole number from 1 to 9, but it is "2.5".'],
    ['{"product":["milk"],"row":2}', '"product" should be a text, but it is "["milk"]".'],
    ['{"product":"milk","row":2,"last":"maybe"}', '"last" should be yes or no, but it is "maybe".'],
  ])('passes %j on as not read, with the reason', async (text, why) => {
    const sent = await reads({ values: shelf }, text, { fields: { skills: ['x'] } })
    expect(sent).toMatchObject({ message: [], failed: [{ eventId: `e-${text}`, fields: { why, skills: ['x'] } }] })
  })

  it('lets no words choose a field that was not asked for', async () => {
    const text = 'x {"product":"milk","row":2,"about":"another event","armed":false,"__proto__":{"row":1}}'
    const [message] = (await reads({ values: shelf }, text)).message as { fields: object }[]
    expect(message?.fields).toEqual({ product: 'milk', row: 2 })
  })

  it('counts on its card, across a restart', async () => {
    const node = testNode(fields, { config: { values: shelf } })
    await node.tick({ message: [testMessage('{"product":"milk","row":3}')] })
    expect(node.status).toMatchObject({ text: 'product: milk, row: 3', tone: 'ok' })
    node.restart()
    await node.tick({ message: [testMessage('Milk.')] })
    expect(node.status).toMatchObject({
      text: 'It does not say "product".',
      tone: 'warn',
      data: { read: 1, unread: 1 },
    })
  })

  it('asks the model for them as a JSON Schema, unless told not to or not set up', () => {
    const wish = (config: Record<string, unknown>): string => fields.wish?.(fields.config.parse(config)) ?? 'none'
    expect(wish({ values: 'row: whole number' })).toContain(
      '{"type":"object","properties":{"row":{"type":"integer"}},"required":["row"]}',
    )
    expect(wish({ values: 'row: whole number', asks: false })).toBe('')
    expect(wish({})).toBe('')
  })

  it('says what is wrong with its values and patterns', () => {
    const codes = (config: Record<string, unknown>) =>
      testNode(fields, { config })
        .check()
        .map(({ field, code }) => [field, code])
    expect(codes({ values: shelf })).toEqual([])
    expect(codes({})).toEqual([['values', 'FIELDS_VALUES_WRONG']])
    expect(codes({ values: shelf, patterns: ['row = (\\d', 'no sign', 'other = x'] })).toEqual(
      Array.from({ length: 3 }, () => ['patterns', 'FIELDS_PATTERN_WRONG']),
    )
  })
})
