import { describe, expect, it } from 'vitest'
import type { AgentQuestion } from '../contract/capabilities.ts'
import { RetryableError } from '../contract/errors.ts'
import type { Message } from '../contract/events.ts'
import { fakeClock } from '../../test/support/fake-clock.ts'
import { testMessage, testNode } from '../../test/support/test-node.ts'
import verify, { readVerdict } from './verify.ts'

const fall = testMessage('A person fell.', { fields: { skills: ['fall'] }, mediaTimeS: 4 })
const acts = (sent: Record<string, unknown>) => sent.act as Message[]
const pictures = [1, 2, 3].map((mediaTimeS) => ({ mediaTimeS, jpeg: new Uint8Array([mediaTimeS]) }))

async function look(
  answer: string | Error,
  config: Record<string, unknown> = {},
  more: { attempt?: number; lateMs?: number; seen?: typeof pictures } = {},
) {
  const asked: (AgentQuestion & { connection: string })[] = []
  const clock = fakeClock()
  const options = {
    clock,
    config: { connection: 'strong', afterS: 0, ...config },
    pictures: { ofEvent: async () => undefined, recentOfEvent: async () => more.seen ?? pictures, md5: () => '' },
    attempt: more.attempt ?? 1,
    clients: {
      agents: {
        ask: async (connection: string, question: AgentQuestion) => {
          asked.push({ ...question, connection })
          if (answer instanceof Error) throw answer
          return { text: answer }
        },
      },
    },
  }
  const node = testNode(verify, options)
  const [check] = acts(await node.tick({ message: [fall] }))
  const at = new Date(clock.nowMs()).toISOString()
  if (more.lateMs) await clock.advance(more.lateMs)
  return { asked, ...(await node.perform({ ...(check as Message), at })) }
}

describe('verify', () => {
  it('tells at once and looks twice a little later, with the alert it is about', async () => {
    const node = testNode(verify, { config: { connection: 'strong', afterS: 2 } })
    expect(await node.tick({ message: [fall] })).toEqual({ message: [fall], act: [] })
    expect(node.status?.text).toBe('Waits for the next pictures')
    node.restart()
    expect(acts(await node.tick())).toEqual([])
    const [check] = acts(await node.tick())
    expect(check).toMatchObject({ text: 'A person fell.', mediaTimeS: 4, fields: { about: fall.eventId } })
    expect(acts(await node.tick())).toEqual([])
  })

  it('holds the alert back when told so, and asks at once when no more pictures come', async () => {
    const node = testNode(verify, { config: { connection: 'strong', meanwhile: 'hold', afterS: 6 } })
    const sent = await node.tick({ message: [fall] }, { last: true })
    expect(sent.message).toEqual([])
    expect(acts(sent)).toHaveLength(1)
  })

  it('keeps a bounded number waiting and loses none', async () => {
    const node = testNode(verify, { config: { connection: 'strong', afterS: 6 } })
    const many = Array.from({ length: 50 }, (_unused, at) => testMessage(`${at}`))
    const first = acts(await node.tick({ message: many })).length
    let rest = 0
    for (let n = 0; n < 8; n++) rest += acts(await node.tick()).length
    expect([first, rest]).toEqual([30, 20])
  })

  it('confirms, with the pictures and the alert as a quotation', async () => {
    const { asked, outputs, summary } = await look('Yes. Somebody lies there.', { withinS: 9 })
    expect(asked).toMatchObject([{ connection: 'strong', pictures, timeoutMs: 9000 }])
    expect(asked[0]?.question).toContain('The alert, as it was said: "A person fell."')
    expect(outputs).toMatchObject({
      confirmed: {
        text: 'A person fell.',
        fields: { about: fall.eventId, skills: ['fall'], verdict: 'yes', why: 'Somebody lies there.' },
      },
    })
    expect(Object.keys(outputs)).toEqual(['confirmed'])
    expect(summary).toBe('Confirmed: Somebody lies there.')
  })

  it('retracts in words for those who were told, and tells nobody what was held', async () => {
    for (const meanwhile of ['tell', 'hold']) {
      const { outputs } = await look('NO: a dog lies down.', { meanwhile })
      expect(Object.keys(outputs)).toEqual(['retracted'])
      expect((outputs.retracted as Message).fields?.corrects).toBe(meanwhile === 'tell' ? fall.eventId : undefined)
      expect(outputs.retracted).toMatchObject({
        text: 'Not so, on a second look: A person fell.\na dog lies down.',
        fields: { about: fall.eventId, verdict: 'no' },
      })
    }
  })

  it.each<[string, string | Error, object]>([
    ['is unsure', 'UNCLEAR, it is dark.', {}],
    ['does not begin with its word', 'I think no one fell.', {}],
    ['is away', new RetryableError('AGENT_UNREACHABLE', 'The agent does not answer.'), {}],
    ['would come too late after a worker died', 'NO.', { attempt: 2, lateMs: 21_000 }],
    ['has nothing to see', 'NO.', { seen: [] }],
  ])('lets what it held pass, unverified, when the model %s', async (_what, answer, more) => {
    const { outputs } = await look(answer, { meanwhile: 'hold' }, more)
    expect(outputs.message).toMatchObject({ text: 'A person fell.', fields: { verdict: 'unverified' } })
    expect(outputs.unverified).toEqual(outputs.message)
    expect(Object.keys((await look(answer, {}, more)).outputs)).toEqual(['unverified'])
  })

  it.each([
    ['YES', 'yes', ''],
    ['**No** – it is a chair.', 'no', 'it is a chair.'],
    ['不是，是一只狗。', 'no', '是一只狗。'],
    ['是。', 'yes', ''],
    ['Nobody is there', 'unclear', 'Nobody is there'],
    ['Yesterday it was', 'unclear', 'Yesterday it was'],
    ['', 'unclear', ''],
  ])('reads %j as %s', (answer, verdict, why) => {
    expect(readVerdict(answer)).toEqual({ verdict, why })
  })

  it('wants to know who looks', () => {
    expect(testNode(verify).check()).toMatchObject([{ field: 'connection', code: 'VERIFY_CONNECTION_EMPTY' }])
  })
})
