import { describe, expect, it } from 'vitest'
import type { AgentQuestion } from '../contract/capabilities.ts'
import { RetryableError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import recap from './recap.ts'

const came = (...all: string[]) => ({ message: all.map((text) => testMessage(text)) })
const texts = (sent: Record<string, unknown>, name: 'message' | 'act' = 'message'): string[] =>
  ((sent[name] ?? []) as Message[]).map(({ text }) => text)
const at = (time: string) => fakeClock(Date.parse(time))

describe('recap', () => {
  it('writes at a set time what came since, each thing with its time and repeats put together', async () => {
    const node = testNode(recap, { clock: at('2026-03-01T05:58:00Z'), config: { timeZone: 'Europe/Berlin' } })
    expect(texts(await node.tick())).toEqual([])
    await node.tick(came('A person came in.'))
    await node.tick(came('a person came  in.', 'The door is open.'))
    node.restart()
    await node.clock.advance(116_000)
    expect(texts(await node.tick())).toEqual([])
    const sent = await node.tick(came('just before'))
    expect(texts(sent)).toEqual([
      '06:58 to 07:00: 3 things.\n06:58 A person came in. (2 times, last 06:58)\n06:58 The door is open.',
    ])
    expect((sent.message as Message[])[0]?.fields).toEqual({
      count: 3,
      from: '2026-03-01T05:58:00.000Z',
      to: '2026-03-01T06:00:00.000Z',
    })
    // What came with that second belongs to the next one, and nothing is told twice.
    expect(texts(await node.tick())).toEqual([])
    expect(node.status).toMatchObject({ text: '1 noted', data: { total: 1 } })
  })

  it('writes nothing at its first tick, and makes up once for a time that passed while it was away', async () => {
    const node = testNode(recap, { clock: at('2026-03-01T12:00:00Z'), config: { times: ['07:00', '15:00'] } })
    expect(texts(await node.tick(came('one')))).toEqual([])
    node.restart()
    await node.clock.advance(3 * 86_400_000)
    expect(texts(await node.tick())).toEqual(['12:00 to 12:00: 1 thing.\n12:00 one'])
    expect(texts(await node.tick())).toEqual([])
  })

  it.each([
    ['spring, an hour is missing', '2026-03-28T23:30:00Z'],
    ['autumn, an hour comes twice', '2026-10-24T22:30:00Z'],
  ])('tells each day once when clocks change (%s)', async (_what, start) => {
    const node = testNode(recap, { clock: at(start), config: { times: ['02:30'], timeZone: 'Europe/Berlin' } })
    let count = 0
    for (let quarter = 0; quarter < 4 * 48; quarter++) {
      count += texts(await node.tick()).length
      await node.clock.advance(899_000)
    }
    expect(count).toBe(2)
  })

  it('writes every so often, and says too that nothing happened, unless told not to', async () => {
    const every = { when: 'every', everyMs: 60_000 }
    const run = async (config: Record<string, unknown>) => {
      const node = testNode(recap, { config })
      const all: string[] = []
      for (let n = 0; n < 121; n++) all.push(...texts(await node.tick()))
      return all
    }
    expect(await run(every)).toEqual(['00:00 to 00:01: nothing happened.', '00:01 to 00:02: nothing happened.'])
    expect(await run({ ...every, whenEmpty: false })).toEqual([])
  })

  it('writes when asked, with what came before the word and not after it', async () => {
    const node = testNode(recap, { config: { when: 'asked' } })
    const sent = await node.tick({ ...came('before'), now: [testMessage('now')] })
    expect(texts(sent)).toEqual(['00:00 to 00:00: 1 thing.\n00:00 before'])
    expect(texts(await node.tick({ now: [testMessage('now')], ...came('after') }))[0]).toContain('nothing happened')
    expect(node.status?.text).toBe('1 noted')
  })

  it('stays small however much comes, and says what it left out', async () => {
    const node = testNode(recap, { config: { when: 'asked' } })
    for (let n = 0; n < 50; n++)
      await node.tick(came(...Array.from({ length: 20 }, (_unused, i) => `${n} ${i} ${'x'.repeat(900)}`)))
    expect(JSON.stringify(node.state).length).toBeLessThan(60_000)
    const [text = ''] = texts(await node.tick({ now: [testMessage('now')] }))
    expect(text.length).toBeLessThanOrEqual(8000)
    expect(text).toMatch(/^00:00 to 00:00: 1000 things\.\n\d+ earlier ones are left out\.\n/)
    expect(text.endsWith(`x…`)).toBe(true)
  })

  describe('with a model', () => {
    const config = { when: 'asked', connection: 'chat', instruction: 'In German.', timeoutS: 9 }
    const handedOn = async (): Promise<Message> => {
      const sent = await testNode(recap, { config }).tick({ ...came('A person fell.'), now: [testMessage('now')] })
      expect(texts(sent)).toEqual([])
      return (sent.act as Message[])[0] as Message
    }

    it('hands the notes on, and sends what the model made of them', async () => {
      const asked: AgentQuestion[] = []
      const ask = async (_connection: string, question: AgentQuestion) => {
        asked.push(question)
        return { text: 'Eine Person ist gestürzt.' }
      }
      const { outputs } = await testNode(recap, { config, clients: { agents: { ask } } }).perform(await handedOn())
      expect(asked).toMatchObject([
        { note: '00:00 to 00:00: 1 thing.\n00:00 A person fell.', pictures: [], timeoutMs: 9000 },
      ])
      expect(asked[0]?.question).toMatch(/\nIn German\.$/)
      const { text, fields } = outputs.message as Message
      expect(text).toBe('Eine Person ist gestürzt.')
      expect(fields).toMatchObject({ count: 1, writtenBy: 'chat' })
      expect(fields).not.toHaveProperty('notes')
    })

    it('sends the plain list with the reason when the model does not write it', async () => {
      const ask = async () => {
        throw new RetryableError('AGENT_TIMEOUT', 'The agent did not answer within 9 s.')
      }
      const { outputs, summary } = await testNode(recap, { config, clients: { agents: { ask } } }).perform(
        await handedOn(),
      )
      expect(outputs.message).toMatchObject({
        text: '00:00 to 00:00: 1 thing.\n00:00 A person fell.',
        fields: { why: 'The agent did not answer within 9 s.' },
      })
      expect(summary).toBe('Written as a list: The agent did not answer within 9 s.')
    })
  })

  it('says what is wrong with its times and its zone', () => {
    const codes = (config: Record<string, unknown>) =>
      testNode(recap, { config })
        .check()
        .map(({ field, code }) => [field, code])
    expect(codes({ times: ['7:00', '23:30'] })).toEqual([])
    expect(codes({ times: ['seven'] })).toEqual([['times', 'RECAP_TIMES_WRONG']])
    expect(codes({ times: [] })).toEqual([['times', 'RECAP_TIMES_EMPTY']])
    expect(codes({ times: [], when: 'asked', timeZone: 'Nowhere' })).toEqual([['timeZone', 'RECAP_ZONE_UNKNOWN']])
  })
})
