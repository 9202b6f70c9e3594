import { describe, expect, it } from 'vitest'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import filter from './filter.ts'

const texts = (sent: unknown): string[] => (sent as { text: string }[]).map((message) => message.text)
const run = async (config: Record<string, unknown>, ...said: string[]) => {
  const sent = await testNode(filter, { config }).tick({ message: said.map((text) => testMessage(text)) })
  return { passed: texts(sent.message ?? []), rest: texts(sent.rest ?? []) }
}

describe('filter', () => {
  it('lets through what holds any, all or none of the words, at the beginning of a word', async () => {
    const said = ['A man falls.', 'A waterfall.', 'The man is on the floor after a FALL.', 'All is quiet.']
    expect(await run({ words: ['fall', 'floor'] }, ...said)).toEqual({
      passed: [said[0], said[2]],
      rest: [said[1], said[3]],
    })
    expect((await run({ mode: 'all', words: ['fall', 'floor'] }, ...said)).passed).toEqual([said[2]])
    expect((await run({ mode: 'none', words: ['fall', 'floor'] }, ...said)).passed).toEqual([said[1], said[3]])
    expect((await run({ words: ['fall'], wholeWords: true }, ...said)).passed).toEqual([said[2]])
    expect((await run({ words: ['FALL'], caseSensitive: true }, ...said)).passed).toEqual([said[2]])
  })

  it('finds words of languages without spaces anywhere, and words of several words', async () => {
    expect((await run({ words: ['摔倒'] }, '老人摔倒了', '一切正常')).passed).toEqual(['老人摔倒了'])
    expect((await run({ words: ['on the floor'] }, 'He lies on  the floor.')).passed).toHaveLength(1)
    expect((await run({ words: ['öffnet'] }, 'Er O\u0308ffnet die Tür.')).passed).toHaveLength(1)
  })

  it('lets through what fits a pattern, and takes no longer for a hostile text', async () => {
    expect(
      (
        await run(
          { mode: 'pattern', pattern: '\\b(\\d+|two|three) people\\b' },
          'Two people',
          '12 people came',
          'no people',
        )
      ).passed,
    ).toEqual(['Two people', '12 people came'])
    const began = performance.now()
    expect((await run({ mode: 'pattern', pattern: '(a+)+$' }, `${'a'.repeat(7999)}!`)).passed).toEqual([])
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('lets through what differs from the message before it, over a restart too', async () => {
    const node = testNode(filter, { config: { mode: 'changed' } })
    const said = async (...list: string[]): Promise<string[]> =>
      texts((await node.tick({ message: list.map((text) => testMessage(text)) })).message)
    expect(await said('open', 'Open', 'closed', 'open')).toEqual(['open', 'closed', 'open'])
    node.restart()
    expect(await said('open', 'closed')).toEqual(['closed'])
    expect(node.check()).toEqual([])
    expect((await run({ mode: 'changed', caseSensitive: true }, 'a', 'A', 'A')).rest).toEqual(['A'])
  })

  it('looks at a field when told so, and only at fields of the message itself', async () => {
    const node = testNode(filter, { config: { words: ['alice'], field: 'name' } })
    const sent = await node.tick({
      message: [
        testMessage('x', { fields: { name: 'Alice' } }),
        testMessage('alice'),
        testMessage('y', { fields: { name: { first: 'Bob' } } }),
      ],
    })
    expect(texts(sent.message)).toEqual(['x'])
    expect(node.status?.data).toEqual({ passed: 1, held: 2 })
    expect(
      texts(
        (
          await testNode(filter, { config: { words: ['function'], field: 'constructor' } }).tick({
            message: [testMessage('x', { fields: {} })],
          })
        ).message ?? [],
      ),
    ).toEqual([])
  })

  it('says what is missing or cannot be read', () => {
    const codes = (config: Record<string, unknown>) =>
      testNode(filter, { config })
        .check()
        .map(({ code }) => code)
    expect(codes({})).toEqual(['FILTER_WORDS_EMPTY'])
    expect(codes({ mode: 'pattern' })).toEqual(['FILTER_PATTERN_EMPTY'])
    expect(testNode(filter, { config: { mode: 'pattern', pattern: '(a' } }).check()).toMatchObject([
      { code: 'FILTER_PATTERN_WRONG', message: 'The pattern has a "(" without its ")".' },
    ])
    expect(codes({ mode: 'pattern', pattern: 'a' })).toEqual([])
  })

  it('never reads what a message says as a pattern or an order', async () => {
    for (const hostile of ['.*', '(?=x)', '{{fields.secret}}', '__proto__', '\u0000', ']]>', '${7*7}']) {
      expect((await run({ words: ['fall'] }, hostile)).passed).toEqual([])
      expect((await run({ words: [hostile] }, 'All is quiet.')).passed).toEqual([])
    }
  })
})
